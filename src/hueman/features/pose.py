"""Arithmetic on poses: float32 (..., 18, 3), see `hueman.features.skeleton`."""

import numpy as np

from hueman.features.skeleton import JOINT, JOINTS


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


# Lengths of bones seen from the front, as shares of the way from neck to middle of the hips.
BONE_SHARES = (
    ("neck", "right_hip", 1.03), ("neck", "left_hip", 1.03),
    ("right_shoulder", "left_shoulder", 0.83),
    ("right_hip", "right_knee", 0.92), ("left_hip", "left_knee", 0.92),
    ("right_knee", "right_ankle", 0.90), ("left_knee", "left_ankle", 0.90),
    ("right_shoulder", "right_elbow", 0.55), ("left_shoulder", "left_elbow", 0.55),
    ("right_elbow", "right_wrist", 0.55), ("left_elbow", "left_wrist", 0.55),
)  # fmt: skip


def body_scale(pose: np.ndarray) -> float:
    """Estimate the unforeshortened distance from the neck to the middle of the hips, in pixels.

    Each bone of the pose (18, 3) votes with its length over its usual share of that distance. A
    bone that points at the camera votes too low, a mistaken joint too high; the upper quartile of
    the votes withstands both. A pose without any whole bone gives 1.
    """
    found = present(pose)
    votes = [
        float(np.linalg.norm(pose[JOINT[end], :2] - pose[JOINT[start], :2])) / share
        for start, end, share in BONE_SHARES
        if found[JOINT[start]] and found[JOINT[end]]
    ]
    return max(1.0, float(np.quantile(votes, 0.75))) if votes else 1.0
