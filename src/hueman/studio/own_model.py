"""A visitor's own model: clips, their training, and what comes of it."""

from collections.abc import Sequence
from pathlib import Path

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.session_files import SessionFiles
from hueman.studio.training import OwnModelTraining
from hueman.studio.uploads import open_upload


class OwnModel:
    """Is trained beside everything else that a visitor does.

    Args:
        files: of the visitor.
        limits: for clips and minutes.
        start: the model to begin with; None is the one in the box.
    """

    def __init__(self, files: SessionFiles, limits: Limits, start: Path | None):
        self.clips: list[Path] = []
        self.training: OwnModelTraining | None = None
        self._files = files
        self._limits = limits
        self._start = start

    def take_clips(self, uploads: Sequence[Path]) -> list[str]:
        """Take the clips to train from, instead of those before; return their names.

        Raises:
            HuemanError: there are too many, or one cannot be used.
        """
        if len(uploads) > self._limits.max_clips:
            raise HuemanError(
                f"There are {len(uploads)} clips; choose at most {self._limits.max_clips}."
            )
        folder = self._files.next("clips")
        clips = [
            self._files.take(each, folder / str(number))
            for number, each in enumerate(uploads, start=1)
        ]
        for clip in clips:
            if open_upload(clip, self._limits).info.frames < 2:
                raise HuemanError(f"{clip.name} is a single picture; choose clips that move.")
        self.clips = clips
        return [clip.name for clip in clips]

    def train(self, minutes: float) -> None:
        """Begin to train.

        Raises:
            HuemanError: there are no clips, or the minutes are too many.
        """
        if not self.clips:
            raise HuemanError("Choose a clip of yourself first.")
        if not 1 <= minutes <= self._limits.max_minutes:
            raise HuemanError(
                f"The minutes are {minutes:g}; choose 1 to {self._limits.max_minutes:g}."
            )
        self.end_training()
        folder = self._files.next("training")
        self.training = OwnModelTraining(self.clips, folder, self._start, minutes)

    def end_training(self) -> None:
        """End the training, if there is one."""
        if self.training is not None:
            self.training.stop()
            self.training = None

    def finished(self) -> Path | None:
        """Return the model of a training that has just finished, once."""
        model = self.training.model if self.training is not None else None
        if model is not None:
            self.training = None
        return model
