"""Writing again and again what grows, in time that stays a small share of all."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

SHARE = 0.05
"""Of the time, at most, is spent on writing."""


@contextmanager
def kept_up(write: Callable[[], object]) -> Generator[Callable[[], None]]:
    """Give a function to be called after each change; it writes what changed, or waits with it.

    A file of n lines that is written after each line takes n times n: at a million clips, months.
    So after a writing the next one waits until this was but `SHARE` of the time: files that are
    small are written at once, as long as the work between takes longer than that. What waits is
    written at the end, also when the work in between fails or is interrupted.
    """
    waits = False
    due = 0.0

    def keep() -> None:
        nonlocal waits, due
        waits = True
        started = time.monotonic()
        if started >= due:
            write()
            waits = False
            now = time.monotonic()
            due = now + (now - started) * (1 / SHARE - 1)

    try:
        yield keep
    finally:
        if waits:
            write()
