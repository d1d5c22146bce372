"""The checkpoints of a stage: written whole or not at all, the last few and the best kept."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.weights.published import read_torch

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

    def newest(self) -> Path | None:
        """Return the last checkpoint, if there is one."""
        return (self.all() or [None])[-1]

    def save(self, step: int, state: dict[str, Any], best: int | None) -> Path:
        """Write a checkpoint; older ones than the last few go, but not that of step `best`."""
        path = self.path(step)
        with atomic_file(path) as temporary:
            torch.save(state, temporary)
        for old in self.all()[: -self.keep]:
            if best is None or old != self.path(best):
                old.unlink()
        return path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder; clear what a killed one left.

        Raises:
            HuemanError: another process trains here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=LOCK_TIMEOUT_SECONDS):
                for unfinished in self.folder.glob(".checkpoint-*"):
                    unfinished.unlink()
                yield
        except Timeout as error:
            raise HuemanError(
                f"Another process is training in {self.folder}; wait for it, or stop it."
            ) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is ever run.

    Raises:
        HuemanError: it is damaged, or no checkpoint of this version.
    """
    try:
        state = read_torch(path)
        _check_state(state)
    except Exception as error:  # a damaged file fails in many ways inside torch
        raise HuemanError(
            f"{path} cannot be read ({type(error).__name__}); delete it to go on from the one "
            "before it, or to start over if there is none."
        ) from error
    return state


def _check_state(state: object) -> None:
    """Refuse, by ValueError, what is no state of a stage."""
    if not isinstance(state, dict):
        raise ValueError(f"it holds {type(state).__name__}")
    for name, kind in KEPT.items():
        if name not in state or not isinstance(state[name], kind):
            raise ValueError(f"it has no {name}")
