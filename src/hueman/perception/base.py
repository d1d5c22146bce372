"""What perception gives, and its backends by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from hueman.errors import HuemanError
from hueman.networks.hed import EdgeDetail


@dataclass(frozen=True)
class Perceived:
    """The person seen in a clip of T frames, H high and W wide."""

    pose: np.ndarray
    """float32 (T, 18, 3): x, y in pixels, confidence 0..1 (features/skeleton.py).

    In a frame without a person all confidences are 0.
    """
    person: np.ndarray
    """uint8 (T, H, W): soft mask, 255 is certainly person; all 0 in a frame without a person."""


Perceive = Callable[[np.ndarray], Perceived]
"""Finds the pose and the mask of the person in a clip, uint8 (T, H, W, 3) RGB."""


class PoseEstimator(Protocol):
    """Finds the person in a clip."""

    def __call__(self, frames: np.ndarray) -> Perceived:
        """Perceive the frames of one clip, uint8 (T, H, W, 3) RGB, in their order."""
        ...

    def poses(self, frames: Iterable[np.ndarray]) -> np.ndarray:
        """Find the poses alone, which takes less time and holds few frames.

        Args:
            frames: of one clip in their order, uint8 (H, W, 3) RGB; taken one at a time, or a few.

        Returns:
            float32 (T, 18, 3), those of `Perceived`.
        """
        ...


class EdgeDetector(Protocol):
    """Finds edges."""

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Return the edge strength, uint8 (T, H, W), of frames, uint8 (T, H, W, 3) RGB."""
        ...


class SeenClass(IntEnum):
    """What a pixel shows, in the order of the networks that tell it."""

    BACKGROUND = 0
    HAIR = 1
    BODY_SKIN = 2
    FACE_SKIN = 3
    CLOTHES = 4
    OTHERS = 5
    """Things that are worn or carried."""


class ClassSegmenter(Protocol):
    """Tells clothes, skin and hair."""

    def __call__(self, frames: np.ndarray, person: np.ndarray) -> np.ndarray:
        """Return the probability of each `SeenClass`, float32 (T, H, W, 6).

        Args:
            frames: uint8 (T, H, W, 3) RGB.
            person: uint8 (T, H, W), soft person mask.
        """
        ...


# The backends are imported where they are chosen: each brings a large library of its own.


def pose_estimator(name: str = "blazepose", threads: int = 1) -> PoseEstimator:
    """Return the pose estimator called `name`; its weights are fetched if need be.

    Estimators cannot be pickled: make one in each process, from its name.

    Args:
        name: blazepose, openpose (the paper's), or openpose-mobilenet (a small network of that
            kind). The latter two find joints only, and take the mask from blazepose.
        threads: of blazepose; the other networks have as many as PyTorch and OpenCV do.

    Raises:
        HuemanError: there is no such estimator, or its weights cannot be had.
    """
    if name == "blazepose":
        from hueman.perception.blazepose import BlazePose

        return BlazePose(threads)
    if name == "openpose":
        from hueman.perception.openpose import openpose

        return openpose()
    if name == "openpose-mobilenet":
        from hueman.perception.openpose import openpose_mobilenet

        return openpose_mobilenet()
    raise HuemanError(
        f"There is no pose estimator {name!r}; the known ones are blazepose, openpose and "
        "openpose-mobilenet."
    )


def edge_detector(name: str = "hed", detail: EdgeDetail = "fine") -> EdgeDetector:
    """Return the edge detector called `name`; its weights are fetched if need be.

    Args:
        name: hed, rcf (the paper's), or rcf-multiscale (its authors' test at three sizes).
        detail: "fine" keeps the texture of cloth, "fused" is the published network with the
            outlines of objects; see `hueman.networks.hed.HED` and `hueman.networks.rcf.RCF`.

    Raises:
        HuemanError: there is no such detector or detail, or its weights cannot be had.
    """
    if detail not in ("fine", "fused"):
        raise HuemanError(f"Edges have no detail {detail!r}; choose fine or fused.")
    if name == "hed":
        from hueman.perception.hed import HEDEdges

        return HEDEdges(detail)
    if name in ("rcf", "rcf-multiscale"):
        from hueman.perception.rcf import RCFEdges

        return RCFEdges(detail, multiscale=name == "rcf-multiscale")
    raise HuemanError(
        f"There is no edge detector {name!r}; the known ones are hed, rcf and rcf-multiscale."
    )


def class_segmenter(garments: str = "body") -> ClassSegmenter | None:
    """Return what tells clothes from skin where garments are found in the way `garments`.

    Args:
        garments: body (by places on the body and colours; no network, so None), or multiclass
            (MediaPipe's segmenter besides).

    Raises:
        HuemanError: there is no such way, or its weights cannot be had.
    """
    if garments == "body":
        return None
    if garments == "multiclass":
        from hueman.perception.multiclass import MulticlassSegmenter

        return MulticlassSegmenter()
    raise HuemanError(
        f"There is no way {garments!r} to find garments; the known ones are body and multiclass."
    )


def weights_of(backend: str) -> tuple[str, ...]:
    """Return the registry's names of what a backend loads, whatever it is for."""
    if backend in ("body", "multiclass"):
        return () if backend == "body" else ("selfie-multiclass",)
    if backend in ("openpose", "openpose-mobilenet"):
        return (backend, "blazepose")
    return ("rcf",) if backend == "rcf-multiscale" else (backend,)


def check_frames(frames: np.ndarray) -> None:
    """Refuse, by ValueError, what is not a clip uint8 (T, H, W, 3)."""
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3:
        raise ValueError(f"frames must be uint8 (T, H, W, 3), got {frames.dtype} {frames.shape}")
