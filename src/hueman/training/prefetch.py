"""Batches made ahead, while the networks work on the one before."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from lightning_fabric import Fabric

T = TypeVar("T")

AHEAD = 4
"""For a GPU, which is done sooner than a core has made a batch."""
AHEAD_ON_CPU = 1
"""One is enough where a step takes longer than a batch; its thread fills the gaps of the others."""


class Prefetcher(Generic[T]):
    """Gives what `make` makes of a number, and begins with the numbers that follow.

    Args:
        make: a pure function of the number; it runs in several threads at once.
        ahead: how many are made ahead; 0 makes each when it is asked for.
        stride: from one number to the next that will be asked for.
    """

    def __init__(self, make: Callable[[int], T], ahead: int, stride: int = 1):
        self._make = make
        self._ahead = ahead
        self._stride = stride
        self._pool = ThreadPoolExecutor(ahead, "batches") if ahead else None
        self._coming: dict[int, Future[T]] = {}
        self.waited = 0.0
        """Seconds that callers have waited in all."""

    def __call__(self, number: int) -> T:
        """Return what belongs to `number`."""
        started = time.perf_counter()
        try:
            return self._get(number)
        finally:
            self.waited += time.perf_counter() - started

    def _get(self, number: int) -> T:
        if self._pool is None:
            return self._make(number)
        wanted = [number + n * self._stride for n in range(self._ahead + 1)]
        for early in wanted:
            if early not in self._coming:
                self._coming[early] = self._pool.submit(self._make, early)
        for late in [n for n in self._coming if n < number]:
            self._coming.pop(late).cancel()
        return self._coming.pop(number).result()


def batches_ahead(fabric: Fabric) -> int:
    """Return how many batches to make ahead."""
    return AHEAD_ON_CPU if fabric.device.type == "cpu" else AHEAD
