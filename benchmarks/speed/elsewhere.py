"""A way in a process of its own, whose memory is handled as the system does by default."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from hueman.memory import ENVIRONMENT


class Elsewhere:
    """Does what `make` makes, in another process, and waits for it.

    Args:
        make: returns what is to be done; called there, so it can be sent to another process.
    """

    def __init__(self, make: Callable[[], Callable[[], object]]):
        context = multiprocessing.get_context("spawn")
        self._orders, there = context.Pipe()
        with _default_memory():
            self._process = context.Process(target=_serve, args=(make, there), daemon=True)
            self._process.start()
        there.close()

    def __call__(self) -> None:
        """Do it once; raises EOFError if the process has ended."""
        self._orders.send(None)
        self._orders.recv()

    def close(self) -> None:
        """Let the process end, and wait for it."""
        self._orders.close()
        self._process.join()


@contextmanager
def _default_memory() -> Iterator[None]:
    """Keep from processes that are started what `keep_freed_memory` would hand on to them."""
    kept = {name: os.environ.pop(name) for name in ENVIRONMENT if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _serve(make: Callable[[], Callable[[], object]], orders: Connection) -> None:
    way = make()
    while True:
        try:
            orders.recv()
        except EOFError:
            return
        way()
        orders.send(None)
