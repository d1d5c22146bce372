"""All visitors of a studio, each with a session that ends when they are gone."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Timer

from hueman.errors import HuemanError
from hueman.studio.library import Library
from hueman.studio.limits import Limits
from hueman.studio.session import Session
from hueman.studio.turns import Turns

LINGER = 120.0
"""Seconds that a session stays after its page was closed, or lost its connection."""


class Sessions:
    """Finds a page's session by the key that its browser was given.

    Args:
        root: folder for the files of all sessions.
        library: what they share.
        limits: what a visitor may ask for.
        linger: seconds that a session stays after its page is gone.
    """

    def __init__(self, root: Path, library: Library, limits: Limits, linger: float = LINGER):
        self.library = library
        self.limits = limits
        self._root = root
        self._linger = linger
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}
        self._turns = Turns(limits.max_waiting)
        self._leaving: dict[str, Timer] = {}

    def begin(self, key: str) -> Session:
        """Make the session of a page that has just been opened.

        Raises:
            HuemanError: there are too many.
        """
        with self._lock:
            if key in self._sessions:
                return self._sessions[key]
            if len(self._sessions) >= self.limits.max_visitors:
                raise HuemanError(
                    f"{len(self._sessions)} people are here already; try again later."
                )
            # Paths in this folder are served, so nobody must be able to guess them.
            folder = self._root / secrets.token_urlsafe(24)
            self._sessions[key] = Session(folder, self.library, self.limits)
            return self._sessions[key]

    def of(self, key: str) -> Session:
        """Return a page's session.

        Raises:
            HuemanError: it has ended.
        """
        with self._lock:
            if timer := self._leaving.pop(key, None):
                timer.cancel()
            if key not in self._sessions:
                raise HuemanError(
                    "This page was away for so long that its files were deleted; reload it."
                )
            return self._sessions[key]

    def queue(self, key: str) -> None:
        """Let a visitor wait for long work.

        Raises:
            HuemanError: as `of`, or too many wait.
        """
        session = self.of(key)
        self._turns.take(key)
        session.go_on()

    @contextmanager
    def turn(self, key: str) -> Iterator[Session]:
        """Return the session of a visitor whose turn has come, for long work inside this block.

        Raises:
            HuemanError: as `of`, or the visitor did not wait.
            Stopped: meanwhile.
        """
        session = self.of(key)
        session.require_going_on()
        with self._turns.served(key):
            yield session

    def stop(self, key: str) -> None:
        """Stop a visitor's long work, whether it has begun or waits.

        Raises:
            HuemanError: as `of`.
        """
        self.of(key).stop()
        self._turns.leave(key)

    def train(self, key: str, minutes: float) -> None:
        """Begin the training of a visitor's own model.

        Raises:
            HuemanError: others train already, or as `OwnModel.train`.
        """
        session = self.of(key)
        session.own.end_training()
        with self._lock:
            others = (each.own.training for each in self._sessions.values() if each is not session)
            if sum(each is not None and each.running for each in others) >= (
                self.limits.max_trainings
            ):
                raise HuemanError("Somebody else's model is being trained; try again later.")
            session.own.train(minutes)

    def leave(self, key: str) -> None:
        """End a session soon, unless its page comes back; its place in the queue at once."""
        self._turns.leave(key)
        with self._lock:
            if key in self._sessions and key not in self._leaving:
                timer = Timer(self._linger, self.end, [key])
                timer.daemon = True
                self._leaving[key] = timer
                timer.start()

    def end(self, key: str) -> None:
        """End a session, if there is one, and delete its files."""
        self._turns.leave(key)
        with self._lock:
            self._leaving.pop(key, None)
            session = self._sessions.pop(key, None)
        if session is not None:
            session.close()

    def close(self) -> None:
        """End all of them."""
        for key in list(self._sessions):
            if timer := self._leaving.get(key):
                timer.cancel()
            self.end(key)
