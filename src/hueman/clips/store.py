"""Prepared clips on disk: one HDF5 file for each clip, one index for each dataset.

    DATASET/index.json                    the clips by actor and action, with checksums and settings
    DATASET/clips/ACTOR/ACTION.h5         the arrays of one clip
    DATASET/clips/ACTOR/ACTION.png        the preview sheet, for checking by eye
    DATASET/clips/ACTOR/ACTION.truth.h5   what only a renderer knows (choreography/truth.py)

The files of a clip are written before the index names it, so what the index names is complete.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from hueman.clips.arrays import check_array, check_file, open_arrays, read_array, write_arrays
from hueman.clips.joints import check_joints
from hueman.errors import HuemanError
from hueman.files import atomic_file, exists, read_json
from hueman.storage.mirror import Mirror
from hueman.storage.remote import Place, place_of, written_to

INDEX = "index.json"
FORMAT = 1
REMEDY = (
    "make the dataset again with the same command, which makes only what is damaged, or leave the "
    "clip out by 'hueman check DATASET --leave-out'"
)
"""What to do about a damaged clip."""
HIGHEST_FPS = 1000.0
MAX_INDEX_BYTES = 2**30
"""Of index.json; a million clips need less than half."""
PARTS = 10
ARRAYS = ("frames", "pose", "person", "edges", "parts", "upper", "lower")


@dataclass(frozen=True)
class PreparedClip:
    """Everything that later rooms need to know of a clip of T frames, H high and W wide."""

    actor: str
    action: str
    fps: float
    """Frames a second of the source."""
    frames: np.ndarray
    """uint8 (T, H, W, 3), RGB."""
    pose: np.ndarray
    """float32 (T, 18, 3): x, y in pixels, confidence 0..1 (features/skeleton.py)."""
    person: np.ndarray
    """uint8 (T, H, W): soft person mask, 255 is certainly person."""
    edges: np.ndarray
    """uint8 (T, H, W): edge strength, background edges removed."""
    parts: np.ndarray
    """uint8 (T, H, W): 0 none, 1..10 body parts (features/skeleton.py)."""
    upper: np.ndarray
    """uint8 (T, H, W): soft mask of the upper garment."""
    lower: np.ndarray
    """uint8 (T, H, W): soft mask of the lower garment."""

    def __post_init__(self) -> None:
        """Check that the arrays fit each other."""
        length, height, width = self.frames.shape[:3]
        expected = {"frames": (length, height, width, 3), "pose": (length, 18, 3)}
        for name in ARRAYS:
            shape = expected.get(name, (length, height, width))
            dtype = np.float32 if name == "pose" else np.uint8
            check_array(name, getattr(self, name), dtype, shape)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.frames)


@dataclass(frozen=True)
class ClipEntry:
    """One line of a dataset's index."""

    actor: str
    action: str
    file: str
    """Path of the HDF5 file, relative to the dataset."""
    sha256: str
    length: int
    height: int
    width: int
    fps: float
    fingerprint: str
    """Identifies source and settings: the same fingerprint need not be prepared again."""
    truth: str = ""
    """Path of the file of what only a renderer knows, relative to the dataset; "" without one."""
    truth_sha256: str = ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """Its files, relative to the dataset, with their sha256."""
        truth = [(self.truth, self.truth_sha256)] if self.truth else []
        return [(self.file, self.sha256), *truth]

    def __post_init__(self) -> None:
        """Refuse, by ValueError, values of other types, and names that lead out of the dataset."""
        for field in fields(self):
            value = getattr(self, field.name)
            kinds = (int, float) if field.type is float else field.type
            if not isinstance(value, kinds):  # type: ignore[arg-type]
                raise ValueError(f"{field.name} is {value!r}")
        check_name(self.actor)
        check_name(self.action)
        for file in (self.file, self.truth):
            if re.search(r"[\\:\0]", file) or {"/", ".."} & set(PurePosixPath(file).parts):
                raise ValueError(f"{file!r} leads out of the dataset")
        _check_rate(self.fps)
        if min(self.length, self.height, self.width) < 1:
            raise ValueError("it has clips without frames or pixels")


def check_name(name: str) -> None:
    """Refuse, by ValueError, a name of an actor or an action that cannot be that of a file."""
    if not name.isprintable() or re.search(r"[/\\]", name) or not name.strip("."):
        raise ValueError(f"{name!r} cannot name a file")


def _check_rate(fps: float) -> None:
    if not 0 < fps <= HIGHEST_FPS:
        raise ValueError(f"its frames a second are {fps}")


class Dataset:
    """The prepared clips below a folder, here or at an address such as s3://bucket/dataset.

    Attributes:
        place: the folder or the address.
        root: the folder; of an address, where what was read of it is kept.
        entries: the index.

    Raises:
        HuemanError: the folder is not a dataset, was written by a newer format, or cannot be
            reached.
    """

    def __init__(self, root: Path | str):
        self.place: Place = place_of(root)
        if isinstance(self.place, Path):
            self.root, self._mirror = self.place, None
        else:
            self._mirror = Mirror(self.place)
            self.root = self._mirror.root
        self.entries = read_index(self.root)
        if not self.entries:
            raise HuemanError(
                f"{self} holds no prepared clips; make some with "
                f"'hueman prepare SOURCE --out {self}'."
            )

    def __str__(self) -> str:
        """Return the folder or the address."""
        return str(self.place)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.place.name

    @property
    def actors(self) -> list[str]:
        """Names of all actors, sorted."""
        return sorted({entry.actor for entry in self.entries})

    @property
    def actions(self) -> list[str]:
        """Names of all actions, sorted."""
        return sorted({entry.action for entry in self.entries})

    def entry(self, actor: str, action: str) -> ClipEntry:
        """Return the entry of one clip; HuemanError names the clips there are."""
        for entry in self.entries:
            if (entry.actor, entry.action) == (actor, action):
                return entry
        known = ", ".join(f"{entry.actor}/{entry.action}" for entry in self.entries)
        raise HuemanError(f"{self} has no clip {actor}/{action}; it has {known}.")

    def read(self, entry: ClipEntry, frames: slice | Sequence[int] = slice(None)) -> PreparedClip:
        """Read a clip, or some of its frames, into memory.

        Raises:
            HuemanError: the file is missing or damaged. Of a whole clip the checksum is compared,
                which takes a small part of the time that decompressing does.
        """
        path = self.file(entry.file, entry.sha256)
        if frames == slice(None):
            check_file(path, entry.sha256, REMEDY)
        return read_clip(path, frames)

    def file(self, name: str, sha256: str) -> Path:
        """Return the path of a file that an entry names; from an address it is fetched."""
        return self.root / name if self._mirror is None else self._mirror.file(name, sha256)

    def damage(self, entry: ClipEntry) -> str | None:
        """Say what is wrong with a clip of which a file is missing or not what it was."""
        try:
            for file, sha256 in entry.files:
                check_file(self.file(file, sha256), sha256, REMEDY)
        except HuemanError as error:
            return str(error)
        return None

    def leave_out(self, entries: Collection[ClipEntry]) -> None:
        """Take clips out of the index; their files stay until they are prepared again."""
        self.entries = [entry for entry in self.entries if entry not in entries]
        with written_to(self.place) as folder:
            write_index(folder, self.entries)


def write_clip(path: Path, clip: PreparedClip) -> str:
    """Write a clip atomically and return the sha256 of its file.

    Frames are chunked one by one, so that any few can be read without the rest.
    """
    attributes = {
        "format": FORMAT,
        "actor": clip.actor,
        "action": clip.action,
        "fps": float(clip.fps),
    }
    return write_arrays(path, attributes, {name: getattr(clip, name) for name in ARRAYS})


def read_clip(path: Path, frames: slice | Sequence[int] = slice(None)) -> PreparedClip:
    """Read a clip, or the chosen frames of it (a slice, or increasing frame numbers).

    Raises:
        HuemanError: the file is missing, damaged, or not a prepared clip.
    """
    with open_arrays(path, "prepared clip", FORMAT, "prepare it again") as file:
        arrays: dict[str, Any] = {name: read_array(file, name, frames) for name in ARRAYS}
        clip = PreparedClip(
            actor=str(file.attrs["actor"]),
            action=str(file.attrs["action"]),
            fps=float(file.attrs["fps"]),  # type: ignore[arg-type]
            **arrays,
        )
        check_content(clip)
        return clip


def check_content(clip: PreparedClip) -> None:
    """Refuse, by ValueError, values that later rooms cannot work with."""
    check_name(clip.actor)
    check_name(clip.action)
    _check_rate(clip.fps)
    check_joints(clip.pose)
    if not clip.frames.size:
        raise ValueError("it has no frames, or frames without pixels")
    if clip.parts.max() > PARTS:
        raise ValueError(f"its parts have numbers above {PARTS}")


def read_index(root: Path) -> list[ClipEntry]:
    """Read a dataset's index; a folder without one gives an empty list.

    Raises:
        HuemanError: the index is damaged or of another format.
    """
    path = Path(root) / INDEX
    if not exists(path):
        return []
    try:
        content = read_json(path, MAX_INDEX_BYTES)
        if content["format"] != FORMAT:
            raise HuemanError(f"{path} has format {content['format']}, expected {FORMAT}.")
        known = {field.name for field in fields(ClipEntry)}
        return [
            ClipEntry(**{k: v for k, v in row.items() if k in known}) for row in content["clips"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HuemanError(
            f"{path} is damaged ({error}); delete it and run 'hueman prepare' again."
        ) from error


def write_index(root: Path, entries: Sequence[ClipEntry]) -> None:
    """Write a dataset's index atomically, sorted by actor and action."""
    ordered = sorted(entries, key=lambda entry: (entry.actor, entry.action))
    # A clip that was not rendered has no truth to name.
    rows = [{k: v for k, v in asdict(entry).items() if v != ""} for entry in ordered]
    with atomic_file(Path(root) / INDEX) as temporary:
        temporary.write_text(
            json.dumps({"format": FORMAT, "clips": rows}, indent=1) + "\n", encoding="utf-8"
        )
