"""Training a visitor's own model: `hueman personalize`, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from hueman.training.model_file import MODEL_FILE
from hueman.training.settings import SETTINGS_FILE

PATIENCE = 10.0
"""Seconds that a process has to end by itself."""


@dataclass(frozen=True)
class News:
    """How far a training is."""

    text: str
    """One line for the visitor."""
    share: float = 0.0
    """Of the updates, 0..1."""
    sample: Path | None = None
    """The newest sample picture."""


class OwnModelTraining:
    """Trains from clips, beside the page; end it with `stop`.

    Args:
        clips: of one person.
        folder: for all that is made.
        model: to begin with; None is the model in the box.
        minutes: of training.
    """

    def __init__(self, clips: Sequence[Path], folder: Path, model: Path | None, minutes: float):
        self._run = folder / "run"
        self._log = folder / "log.txt"
        words = [sys.executable, "-m", "hueman", "personalize", *map(str, clips)]
        words += ["--out", str(self._run), "--minutes", f"{minutes:g}"]
        if model is not None:
            words += ["--model", str(model)]
        folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._process.poll() is None

    @property
    def model(self) -> Path | None:
        """The finished model, if there is one."""
        file = self._run / MODEL_FILE
        return file if self._process.poll() == 0 and file.is_file() else None

    def news(self) -> News:
        """Say how far it is."""
        sample = newest_sample(self._run)
        if self.model is not None:
            return News("Finished; you are shown in a moment.", 1.0, sample)
        if not self.running:
            return News(f"It stopped: {self._reason()}", 0.0, sample)
        done, total = updates(self._run)
        if not total:
            return News("Looking at your clips, and finding out how fast this machine is ...")
        return News(f"Learning: {done} of {total} updates.", done / total, sample)

    def stop(self) -> None:
        """End the process, and all that it has started."""
        if not self.running:
            return
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            self._process.wait()

    def _signal(self, number: int) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, number)
        else:  # Windows has no groups of processes
            self._process.terminate()

    def _reason(self) -> str:
        """Return the error that the command has printed."""
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return errors[-1] if errors else "the training ended by itself; try it again."


def updates(run: Path) -> tuple[int, int]:
    """Return how many updates a training has made, and of how many; 0 of 0 before it begins."""
    try:
        settings = yaml.safe_load((run / SETTINGS_FILE).read_text("utf-8"))
        total = int(settings["stage_two"]["schedule"]["steps"])
        *_, last = (run / "stage_two" / "log.jsonl").read_text("utf-8").splitlines()
        return int(json.loads(last)["step"]), total
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        # Not there yet, or just being written.
        return 0, 0


def newest_sample(run: Path) -> Path | None:
    """Return the newest sample picture of a training."""
    pictures = sorted((run / "stage_two" / "samples").glob("*.png"))
    return pictures[-1] if pictures else None
