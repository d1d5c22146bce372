"""Whose turn it is: so many visitors may wait for long work, and the next is told at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from hueman.errors import HuemanError


class Turns:
    """Places in the line for long work, one for each visitor.

    Args:
        most: visitors who wait or are served at once.
    """

    def __init__(self, most: int):
        self._most = most
        self._lock = Lock()
        self._waiting: set[str] = set()
        self._served: set[str] = set()

    def __len__(self) -> int:
        """Return how many wait or are served."""
        return len(self._waiting) + len(self._served)

    def take(self, key: str) -> None:
        """Take a place.

        Raises:
            HuemanError: there is none left, or the visitor has one already.
        """
        with self._lock:
            if key in self._waiting or key in self._served:
                raise HuemanError(
                    "What you asked for last is not finished yet; wait for it, or stop it."
                )
            if len(self) >= self._most:
                raise HuemanError(
                    f"The queue is full: {len(self)} people wait already; try again later."
                )
            self._waiting.add(key)

    @contextmanager
    def served(self, key: str) -> Iterator[None]:
        """Serve a visitor whose turn has come; the place is free afterwards.

        Raises:
            HuemanError: the visitor has no place.
        """
        with self._lock:
            if key not in self._waiting:
                raise HuemanError("Your place in the queue was given away; press the button again.")
            self._waiting.remove(key)
            self._served.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._served.remove(key)

    def leave(self, key: str) -> None:
        """Give up a place before its turn, if there is one."""
        with self._lock:
            self._waiting.discard(key)
