"""What only a renderer knows of a clip: in memory, and as a file beside the clip's own.

DATASET/clips/ACTOR/ACTION.truth.h5, named in the index by `ClipEntry.truth`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hueman.clips.arrays import check_array, check_file, open_arrays, read_array, write_arrays
from hueman.clips.store import REMEDY, ClipEntry, Dataset, PreparedClip
from hueman.errors import HuemanError
from hueman.features.skeleton import BODY_PARTS, JOINTS

FORMAT = 1
ARRAYS = ("skin", "hair", "joint_depth", "part_order", "upper_lab", "lower_lab", "recolored")


@dataclass(frozen=True)
class ClipTruth:
    """The truth of a clip of T frames, H high and W wide, rendered in K other colours too.

    Raises:
        ValueError: an array has another dtype or shape, or a row of `part_order` is no order.
    """

    skin: np.ndarray
    """uint8 (T, H, W): soft mask of the skin."""
    hair: np.ndarray
    """uint8 (T, H, W): soft mask of the hair."""
    joint_depth: np.ndarray
    """float32 (T, 18): metres from the camera's plane to each joint."""
    part_order: np.ndarray
    """uint8 (T, 10): labels 1..10 of the body parts (features/skeleton.py), nearest first."""
    upper_lab: np.ndarray
    """float32 (K + 1, 3): Lab of the upper garment's base colour, the actor's own first."""
    lower_lab: np.ndarray
    """float32 (K + 1, 3): the same of the lower garment."""
    recolored: np.ndarray
    """uint8 (K, T, H, W, 3): the frames in the other colours, RGB."""

    def __post_init__(self) -> None:
        """Check that the arrays fit each other."""
        recolors, (length, height, width) = len(self.recolored), self.skin.shape
        for name in ("skin", "hair"):
            check_array(name, getattr(self, name), np.uint8, (length, height, width))
        check_array("joint_depth", self.joint_depth, np.float32, (length, len(JOINTS)))
        check_array("part_order", self.part_order, np.uint8, (length, len(BODY_PARTS)))
        for name in ("upper_lab", "lower_lab"):
            check_array(name, getattr(self, name), np.float32, (recolors + 1, 3))
        frames = (recolors, length, height, width, 3)
        check_array("recolored", self.recolored, np.uint8, frames)
        labels = np.arange(1, len(BODY_PARTS) + 1)
        if not (np.sort(self.part_order, axis=1) == labels).all():
            raise ValueError("each row of part_order must hold every label 1..10 once")


@dataclass(frozen=True)
class RenderedClip:
    """A clip and its truth.

    Raises:
        ValueError: they differ in length or size.
    """

    clip: PreparedClip
    truth: ClipTruth

    def __post_init__(self) -> None:
        """Check that both are equally long and large."""
        if self.clip.person.shape != self.truth.skin.shape:
            raise ValueError(
                f"the clip is {self.clip.person.shape}, its truth {self.truth.skin.shape}"
            )


def write_truth(path: Path, truth: ClipTruth) -> str:
    """Write a clip's truth atomically and return the sha256 of its file."""
    arrays = {name: getattr(truth, name) for name in ARRAYS}
    return write_arrays(path, {"format": FORMAT}, arrays, frame_axes={"recolored": 1})


def read_truth(path: Path) -> ClipTruth:
    """Read a clip's truth.

    Raises:
        HuemanError: the file is missing, damaged, or no truth of a clip.
    """
    with open_arrays(path, "rendered clip's truth", FORMAT, "render the clip again") as file:
        return ClipTruth(**{name: read_array(file, name) for name in ARRAYS})


def read_entry_truth(dataset: Dataset, entry: ClipEntry) -> ClipTruth:
    """Read the truth of a dataset's clip.

    Raises:
        HuemanError: the clip has none, since it was not rendered, or its file is damaged.
    """
    if not entry.truth:
        raise HuemanError(
            f"{entry.actor}/{entry.action} in {dataset} was not rendered, so its truth is "
            "not known; use a dataset made by 'hueman render'."
        )
    path = dataset.file(entry.truth, entry.truth_sha256)
    check_file(path, entry.truth_sha256, REMEDY)
    return read_truth(path)
