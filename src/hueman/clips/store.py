"""Prepared clips on disk: one HDF5 file for each clip, one index for each dataset.

    DATASET/index.json                    the clips by actor and action, with checksums and settings
    DATASET/clips/ACTOR/ACTION.h5         the arrays of one clip
    DATASET/clips/ACTOR/ACTION.png        the preview sheet, for checking by eye
    DATASET/clips/ACTOR/ACTION.truth.h5   what only a renderer knows (choreography/truth.py)

The files of a clip are written before the index names it, so what the index names is complete.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from hueman.clips.arrays import check_array, open_arrays, read_array, write_arrays
from hueman.errors import HuemanError
from hueman.files import atomic_file

FORMAT = 1
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


class Dataset:
    """The prepared clips below a folder.

    Raises:
        HuemanError: the folder is not a dataset, or was written by a newer format.
    """

    def __init__(self, root: Path | str):
        self.root = Path(root)
        self.entries = read_index(self.root)
        if not self.entries:
            raise HuemanError(
                f"{self.root} holds no prepared clips; make some with "
                f"'hueman prepare SOURCE --out {self.root}'."
            )

    def __str__(self) -> str:
        return str(self.root)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.root.name

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
        raise HuemanError(f"{self.root} has no clip {actor}/{action}; it has {known}.")

    def read(self, entry: ClipEntry, frames: slice | Sequence[int] = slice(None)) -> PreparedClip:
        """Read a clip, or some of its frames, into memory."""
        return read_clip(self.root / entry.file, frames)


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
        return PreparedClip(
            actor=str(file.attrs["actor"]),
            action=str(file.attrs["action"]),
            fps=float(file.attrs["fps"]),  # type: ignore[arg-type]
            **arrays,
        )


def read_index(root: Path) -> list[ClipEntry]:
    """Read a dataset's index; a folder without one gives an empty list.

    Raises:
        HuemanError: the index is damaged or of another format.
    """
    path = Path(root) / "index.json"
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise HuemanError(f"{path} has format {content['format']}, expected {FORMAT}.")
        known = {field.name for field in fields(ClipEntry)}
        return [
            ClipEntry(**{k: v for k, v in row.items() if k in known}) for row in content["clips"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise HuemanError(
            f"{path} is damaged ({error}); delete it and run 'hueman prepare' again."
        ) from error


def write_index(root: Path, entries: Sequence[ClipEntry]) -> None:
    """Write a dataset's index atomically, sorted by actor and action."""
    ordered = sorted(entries, key=lambda entry: (entry.actor, entry.action))
    # A clip that was not rendered has no truth to name.
    rows = [{k: v for k, v in asdict(entry).items() if v != ""} for entry in ordered]
    with atomic_file(Path(root) / "index.json") as temporary:
        temporary.write_text(
            json.dumps({"format": FORMAT, "clips": rows}, indent=1) + "\n", encoding="utf-8"
        )
