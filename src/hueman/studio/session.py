"""One visitor: who is shown, what they do, and what was made of it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import numpy as np

from hueman.box.examples import example_people
from hueman.clips.encoding import write_video
from hueman.clips.sheets import enlarge, write_picture
from hueman.color.palette import NamedColor
from hueman.errors import HuemanError
from hueman.generation.actions import ACTION_FPS, read_action
from hueman.generation.colors import MetRequest
from hueman.generation.colorways import Region, colorways
from hueman.generation.generator import HumanVideoGenerator
from hueman.progress import Listener, told_to, track
from hueman.studio.library import Library
from hueman.studio.limits import Limits
from hueman.studio.own_model import OwnModel
from hueman.studio.palette_choice import PaletteChoice
from hueman.studio.session_files import SessionFiles
from hueman.studio.stage import Outfit, Stage
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
        self.palette = PaletteChoice()
        self._files = SessionFiles(folder, limits)
        self.own = OwnModel(self._files, limits, library.model)
        self._library = library
        self._limits = limits
        self._model: Path | None = None
        self._generator: HumanVideoGenerator | None = None
        self._movement: Movement | None = None
        self._stage: Stage | None = None
        self._at_work = Lock()
        self._stop = Event()
        self._closed = False

    def choose_example(self, name: str) -> None:
        """Show one of the people in the box."""
        if self._model is None:
            self._set(generator=self._library.example(name))
        else:
            self._set(generator=self._new_generator().set_content(example_people()[name]))

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
        if self._model is None:
            return self._library.generator()
        return HumanVideoGenerator.from_pretrained(self._model)

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
        path = self._files.next("preview", ".png")
        write_picture(path, enlarge(frame[None], factor)[0])
        pictures = sorted(
            self._files.folder.glob("preview-*.png"), key=lambda each: each.stat().st_mtime
        )
        for old in pictures[:-KEPT_PREVIEWS]:
            old.unlink(missing_ok=True)
        return path

    def video(self, outfit: Outfit, tell: Listener) -> MadeVideo:
        """Make the whole video.

        Raises:
            HuemanError: it cannot be made.
            Stopped: on the way.
        """
        self._files.require_room()
        scene = self.stage.scene
        generator = scene.generator
        path = self._files.next("video", ".mp4")
        with self._work(tell) as told:
            told("Finding the colours", 0, 1)
            frames = generator.stream_poses(scene.poses, outfit.upper, outfit.lower)
            write_video(path, track(frames, "Making the video", len(scene.poses)), scene.fps)
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
        self._files.require_room()
        folder = self._files.next("colourways")
        with self._work(tell):
            made = colorways(self.stage.scene, palette, region, folder)
            archive = shutil.make_archive(str(folder), "zip", folder)
        lines = [f"{color.name}: {met}" for color, met in made.met]
        return MadeSheet(folder / "sheet.png", Path(archive), lines)

    @contextmanager
    def _work(self, tell: Listener) -> Iterator[Listener]:
        """Make room for long work that tells of its progress, and can be stopped."""

        def told(description: str, done: int, total: int) -> None:
            self.require_going_on()
            tell(description, done, total)

        with self._at_work, told_to(told):
            told("Beginning", 0, 1)
            yield told

    def stop(self) -> None:
        """Stop the long work, whether it has begun or waits."""
        self._stop.set()

    def require_going_on(self) -> None:
        """Raise Stopped if long work was stopped, and not allowed again."""
        if self._stop.is_set():
            raise Stopped

    def go_on(self) -> None:
        """Allow long work again after it was stopped."""
        if not self._closed:
            self._stop.clear()

    def take_upload(self, upload: Path, read: Callable[[Path], None]) -> None:
        """Move an uploaded file to this session, let it be read, and delete it."""
        kept = self._files.take(upload, self._files.folder / "upload")
        try:
            read(kept)
        finally:
            kept.unlink(missing_ok=True)

    def adopt(self) -> bool:
        """Use the visitor's own model if its training has finished; show who is in its first clip.

        Returns:
            Whether it has.
        """
        model = self.own.finished()
        if model is not None:
            self._model = model
            self.choose_person(self.own.clips[0])
        return model is not None

    def close(self) -> None:
        """End everything, and delete the visitor's files."""
        self._closed = True
        self._stop.set()
        self.own.end_training()
        with self._at_work:
            self._files.delete()
