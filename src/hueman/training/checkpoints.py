"""The checkpoints of a stage: written whole or not at all, the last few and the best kept."""

import contextlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.weights.published import check_not_packed, read_torch

KEPT: dict[str, type | tuple[type, ...]] = {
    "step": int,
    "best_step": (int, type(None)),
    "settings": dict,
    "processes": int,
    "stage": dict,
}
"""What a checkpoint has at least."""
LOCK_TIMEOUT_SECONDS = 60
"""A process whose parent was killed notices after an update; so long is waited for it."""


class Checkpoints:
    """checkpoint-0000500.pt and its like in the folder of a stage.

    Args:
        folder: of the stage.
        keep: how many of the last ones stay.
    """

    def __init__(self, folder: Path, keep: int = 2):
        self.folder = folder
        self.keep = keep

    def path(self, step: int) -> Path:
        """Return where the checkpoint after `step` updates lies."""
        return self.folder / f"checkpoint-{step:07d}.pt"

    def all(self) -> list[Path]:
        """Return all checkpoints, the oldest first."""
        return sorted(self.folder.glob("checkpoint-*.pt"))

    def read_newest(self, quiet: bool = False) -> tuple[Path, dict[str, Any]] | None:
        """Read the last checkpoint that is sound.

        Args:
            quiet: say nothing of later ones that are damaged.

        Returns:
            Its path and content, or None if there are no checkpoints.

        Raises:
            HuemanError: all of them are damaged.
        """
        problems = []
        for path in reversed(self.all()):
            try:
                state = read_checkpoint(path)
            except HuemanError as error:
                problems.append((path, error))
                continue
            if problems and not quiet:
                names = ", ".join(str(damaged) for damaged, _ in problems)
                print(f"warning: {names} is damaged; going on from {path}.", file=sys.stderr)
            return path, state
        if problems:
            raise problems[0][1]
        return None

    def newest(self) -> Path | None:
        """Return the last checkpoint, if there is one."""
        return (self.all() or [None])[-1]

    def save(self, step: int, state: dict[str, Any], best: int | None) -> Path:
        """Write a checkpoint; older ones than the last few go, but not that of step `best`."""
        path = self.path(step)
        write_checkpoint(path, state)
        for old in self.all()[: -self.keep]:
            if best is None or old != self.path(best):
                old.unlink()
        return path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder.

        Raises:
            HuemanError: another process trains here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=LOCK_TIMEOUT_SECONDS):
                yield
        except Timeout as error:
            raise HuemanError(
                f"Another process is training in {self.folder}; wait for it, or stop it."
            ) from error


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint, atomically."""
    # Through a file of Python's, whose errors say what is wrong with the disk.
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        torch.save(state, file)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is ever run.

    A checkpoint is a zip archive that holds a checksum of each tensor. Reading it, torch does not
    look at them.

    Raises:
        HuemanError: it is damaged, or no checkpoint of this version.
    """
    try:
        check_not_packed(path)
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise ValueError(f"the checksum of {damaged} is wrong")
        state = read_torch(path)
        _check_state(state)
    except Exception as error:  # a damaged file fails in many ways inside torch
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise HuemanError(
            f"{path} is damaged ({type(error).__name__}: {reason}); delete it to go on from the "
            "one before it, or to start over if there is none."
        ) from error
    return state


def _check_state(state: object) -> None:
    """Refuse, by ValueError, what is no state of a stage."""
    if not isinstance(state, dict):
        raise ValueError(f"it holds {type(state).__name__}")
    for name, kind in KEPT.items():
        if name not in state or not isinstance(state[name], kind):
            raise ValueError(f"it has no {name}")
