"""Arithmetic on poses: float32 (..., 18, 3), see `hueman.features.skeleton`."""

import numpy as np

from hueman.features.skeleton import JOINTS


def check_poses(poses: np.ndarray, dimensions: int) -> np.ndarray:
    """Return `poses` as an array after checking that it has so many dimensions and ends (18, 3).

    Raises:
        ValueError: the shape is another one; the message names it.
    """
    poses = np.asarray(poses)
    if poses.ndim != dimensions or poses.shape[-2:] != (len(JOINTS), 3):
        raise ValueError(
            f"poses must have {dimensions} dimensions and end with (18, 3), got {poses.shape}"
        )
    return poses


def present(poses: np.ndarray) -> np.ndarray:
    """Return which joints were found: bool (..., 18), true where the confidence is above 0."""
    return poses[..., 2] > 0


def scale_pose(poses: np.ndarray, scale_x: float, scale_y: float) -> np.ndarray:
    """Return poses (..., 18, 3) for a frame resized by these factors.

    Pixel centres lie at integers, so the frame's outer edge, at -0.5, stays where it is:
    x' = (x + 0.5) * scale - 0.5.

    Raises:
        ValueError: a factor is not above zero.
    """
    if not (scale_x > 0 and scale_y > 0):
        raise ValueError(f"scales must be above zero, got {scale_x} and {scale_y}")
    scale = np.array([scale_x, scale_y], dtype=np.float32)
    scaled = np.array(poses, dtype=np.float32)
    scaled[..., :2] = (scaled[..., :2] + 0.5) * scale - 0.5
    return scaled
