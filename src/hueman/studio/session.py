"""One visitor: who is shown, what they do, and what was made of it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import numpy as np

from hueman.api import HumanVideoGenerator
from hueman.clips.encoding import write_video
from hueman.clips.sheets import enlarge, write_picture
from hueman.color.palette import NamedColor
from hueman.errors import HuemanError
from hueman.generation.actions import ACTION_FPS, read_action
from hueman.generation.colors import MetRequest
from hueman.generation.colorways import Region, colorways
from hueman.progress import Listener, told_to, track
from hueman.studio.library import Library
from hueman.studio.limits import Limits
from hueman.studio.palette_choice import PaletteChoice
from hueman.studio.stage import Outfit, Stage
from hueman.studio.training import OwnModelTraining
from hueman.studio.uploads import Movement, read_movement, read_person

KEPT_PREVIEWS = 16
"""Pictures that stay on disk; the page shows the newest."""
PREVIEW_HEIGHT = 384
"""Pixels; smaller previews are enlarged to about this height."""


class Stopped(Exception):  # noqa: N818 - it is no error
    """The visitor has pressed "Stop", or is gone."""


@dataclass(frozen=True)
class MadeVideo:
    """A finished video, and what came of each colour."""

    path: Path
    met: tuple[MetRequest, ...]


@dataclass(frozen=True)
class MadeSheet:
    """A sheet of colourways, everything as an archive, and what came of each colour."""

    sheet: Path
    archive: Path
    lines: list[str]


class Session:
    """Holds all that belongs to one visitor; nothing of it is seen by another.

    Long work runs one after the other, and can be stopped.

    Args:
        folder: for the visitor's files; deleted by `close`.
        library: what all visitors share.
        limits: what a visitor may ask for.
    """

    def __init__(self, folder: Path, library: Library, limits: Limits):
        folder.mkdir(parents=True)
        self.folder = folder
        self.training: OwnModelTraining | None = None
        self.palette = PaletteChoice()
        self._library = library
        self._limits = limits
        self._own_model: Path | None = None
        self._generator: HumanVideoGenerator | None = None
        self._movement: Movement | None = None
        self._stage: Stage | None = None
        self._clips: list[Path] = []
        self._made = 0
        self._at_work = Lock()
        self._stop = Event()
        self._closed = False

    def choose_example(self, name: str) -> None:
        """Show one of the people in the box."""
        self._set(generator=self._library.example(name))

    def choose_person(self, upload: Path) -> None:
        """Show whoever a picture or clip shows.

        Raises:
            HuemanError: it cannot be used, or shows nobody.
        """
        frames = read_person(upload, self._limits)
        self._set(generator=self._new_generator().set_content(frames))

    def choose_action(self, name: str) -> None:
        """Let the person do an action that comes with hueman."""
        self._set(movement=(read_action(name), ACTION_FPS))

    def choose_movement(self, upload: Path) -> None:
        """Let the person do what a clip shows.

        Raises:
            HuemanError: it cannot be used, or shows nobody.
        """
        self._set(movement=read_movement(upload, self._limits))

    def _new_generator(self) -> HumanVideoGenerator:
        if self._own_model is None:
            return self._library.generator()
        return HumanVideoGenerator.from_pretrained(self._own_model)

    def _set(
        self, generator: HumanVideoGenerator | None = None, movement: Movement | None = None
    ) -> None:
        """Take a new person or movement; if they do not go together, all stays as it was."""
        generator, movement = generator or self._generator, movement or self._movement
        stage = Stage(generator, movement) if generator and movement else None
        self._generator, self._movement, self._stage = generator, movement, stage

    @property
    def stage(self) -> Stage:
        """The person doing the movement.

        Raises:
            HuemanError: one of the two is missing.
        """
        if self._stage is None:
            raise HuemanError("Choose a person and a movement first.")
        return self._stage

    def preview(self, outfit: Outfit) -> Path:
        """Show the middle of the movement in an outfit; quick, and not quite the colours."""
        return self._keep(self.stage.preview(outfit))

    def between(self, first: Outfit, last: Outfit, share: float) -> Path:
        """Show the same in clothes between two outfits."""
        return self._keep(self.stage.between(first, last, share))

    def _keep(self, frame: np.ndarray) -> Path:
        factor = max(1, round(PREVIEW_HEIGHT / len(frame)))
        path = self._next("preview", ".png")
        write_picture(path, enlarge(frame[None], factor)[0])
        pictures = sorted(self.folder.glob("preview-*.png"), key=lambda each: each.stat().st_mtime)
        for old in pictures[:-KEPT_PREVIEWS]:
            old.unlink(missing_ok=True)
        return path

    def video(self, outfit: Outfit, tell: Listener) -> MadeVideo:
        """Make the whole video.

        Raises:
            HuemanError: it cannot be made.
            Stopped: on the way.
        """
        stage = self.stage
        generator, (poses, fps) = stage.scene.generator, stage.movement
        path = self._next("video", ".mp4")
        with self._work(tell) as told:
            told("Finding the colours", 0, 1)
            frames = generator.stream(poses, outfit.upper, outfit.lower)
            write_video(path, track(frames, "Making the video", len(poses)), fps)
        return MadeVideo(path, generator.met)

    def colorways(self, palette: Sequence[NamedColor], region: Region, tell: Listener) -> MadeSheet:
        """Show a garment in every colour of a palette.

        Raises:
            HuemanError: there are too many colours, or it cannot be made.
            Stopped: on the way.
        """
        if len(palette) > self._limits.max_colors:
            raise HuemanError(
                f"There are {len(palette)} colours; choose at most {self._limits.max_colors}."
            )
        folder = self._next("colourways", "")
        with self._work(tell):
            made = colorways(self.stage.scene, palette, region, folder)
            archive = shutil.make_archive(str(folder), "zip", folder)
        lines = [f"{color.name}: {met}" for color, met in made.met]
        return MadeSheet(folder / "sheet.png", Path(archive), lines)

    @contextmanager
    def _work(self, tell: Listener) -> Iterator[Listener]:
        """Make room for long work that tells of its progress, and can be stopped."""
        with self._at_work:
            if not self._closed:
                self._stop.clear()

            def told(description: str, done: int, total: int) -> None:
                if self._stop.is_set():
                    raise Stopped
                tell(description, done, total)

            with told_to(told):
                yield told

    def stop(self) -> None:
        """Stop the long work, if there is some."""
        self._stop.set()

    def take_upload(self, upload: Path, read: Callable[[Path], None]) -> None:
        """Move an uploaded file to this session, let it be read, and delete it."""
        kept = self._moved(upload, self.folder / "upload")
        try:
            read(kept)
        finally:
            kept.unlink(missing_ok=True)

    def keep_clips(self, uploads: Sequence[Path]) -> list[str]:
        """Take the clips to train from, instead of those before; return their names.

        Raises:
            HuemanError: there are too many, or one cannot be used.
        """
        if len(uploads) > self._limits.max_clips:
            raise HuemanError(
                f"There are {len(uploads)} clips; choose at most {self._limits.max_clips}."
            )
        folder = self._next("clips", "")
        clips = [self._moved(each, folder / str(n)) for n, each in enumerate(uploads, start=1)]
        for clip in clips:
            if len(read_person(clip, self._limits)) < 2:
                raise HuemanError(f"{clip.name} is a single picture; choose clips that move.")
        self._clips = clips
        return [clip.name for clip in clips]

    def train(self, minutes: float) -> None:
        """Begin to train the visitor's own model, beside everything else.

        Raises:
            HuemanError: there are no clips, or the minutes are too many.
        """
        if not self._clips:
            raise HuemanError("Choose a clip of yourself first.")
        if not 1 <= minutes <= self._limits.max_minutes:
            raise HuemanError(
                f"The minutes are {minutes:g}; choose 1 to {self._limits.max_minutes:g}."
            )
        folder = self._next("training", "")
        self.training = OwnModelTraining(self._clips, folder, self._library.model, minutes)

    def end_training(self) -> None:
        """End the training, if there is one."""
        if self.training is not None:
            self.training.stop()
            self.training = None

    def adopt(self) -> None:
        """Use the model that was trained, and show the person of its first clip."""
        if self.training is not None and self.training.model is not None:
            self._own_model = self.training.model
            self.training = None
            self.choose_person(self._clips[0])

    def close(self) -> None:
        """End everything, and delete the visitor's files."""
        self._closed = True
        self._stop.set()
        self.end_training()
        with self._at_work:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _next(self, name: str, suffix: str) -> Path:
        """Return a path of its own: what a browser has seen under a name may be shown again."""
        self._made += 1
        return self.folder / f"{name}-{self._made}{suffix}"

    def _moved(self, upload: Path, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return Path(shutil.move(upload, folder / upload.name))
        except OSError as error:
            raise HuemanError(f"{upload.name} did not arrive; upload it again.") from error
