"""Steps of work side by side: one makes the next item while another uses the one before.

A chain of iterators (decode, see, warp, generate, encode) does one thing at a time. Where a step is
wrapped in `ahead`, what comes before it runs in a thread of its own. Threads are enough: PyTorch,
OpenCV, LiteRT, OpenVINO and FFmpeg let others run while they work.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TypeVar

from hueman.threads import limit_this_thread

T = TypeVar("T")

AHEAD = 2
"""Items that are made ahead: enough that a step which is sometimes slower delays nobody."""


_one_by_one: ContextVar[bool] = ContextVar("one_by_one", default=False)


class _End:
    """Comes after the last item."""


_END = _End()


def ahead(
    items: Iterable[T], most: int = AHEAD, threads: int | None = None
) -> Generator[T, None, None]:
    """Yield the same items in the same order, made ahead in a thread of their own.

    All of the iteration happens in that one thread, in the context of whoever asks for the first
    item, so an iterator needs no lock. Nothing is made before an item is asked for. If this
    iterator is closed or ends by an error, so does the other, at the end of its step.

    Args:
        items: to be gone through once.
        most: items that are made and not yet asked for, 1 or more; so many, the one in use and
            the one in work are in memory.
        threads: of PyTorch's for what is made ahead, so that it leaves cores to what it is made
            for; as everywhere if None.

    Raises:
        ValueError: `most` is below 1.
        Exception: whatever `items` raises, after the items before it.
    """
    if most < 1:
        raise ValueError(f"at least 1 item is made ahead, got {most}")
    return _when_asked_for(items) if _one_by_one.get() else _ahead(items, most, threads)


@contextmanager
def one_by_one() -> Iterator[None]:
    """Make nothing ahead inside this block, to see what it gains, or where an error comes from."""
    token = _one_by_one.set(True)
    try:
        yield
    finally:
        _one_by_one.reset(token)


def _when_asked_for(items: Iterable[T]) -> Generator[T, None, None]:
    yield from items


def _ahead(items: Iterable[T], most: int, threads: int | None) -> Generator[T, None, None]:
    iterator, context = iter(items), copy_context()
    start = partial(limit_this_thread, threads) if threads else None
    with ThreadPoolExecutor(1, "ahead", start) as pool:

        def begin_next() -> Future[T | _End]:
            return pool.submit(context.run, next, iterator, _END)

        coming = deque(begin_next() for _ in range(most))
        try:
            while not isinstance(item := coming.popleft().result(), _End):
                coming.append(begin_next())
                yield item
        finally:
            for future in coming:
                future.cancel()
            if close := getattr(iterator, "close", None):  # of generators
                pool.submit(context.run, close).result()
