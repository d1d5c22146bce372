"""Smoothing of poses over time by the One-Euro filter (Casiez, Roussel & Vogel 2012)."""

import numpy as np

_DERIVATIVE_CUTOFF = 1.0
"""Hz; the value of the paper."""


def smooth_poses(
    pose: np.ndarray, fps: float, cutoff: float = 1.0, speed_weight: float = 0.05
) -> np.ndarray:
    """Remove jitter from the joints of a clip, with little lag in fast movements.

    Joints that are missing stay so, and a joint that reappears starts afresh. Confidences are
    unchanged.

    Args:
        pose: float32 (T, 18, 3): x, y in pixels, confidence.
        fps: frames a second.
        cutoff: Hz below which a joint at rest passes; lower is smoother.
        speed_weight: Hz more for each pixel a second of speed; higher is less lag.

    Returns:
        float32 (T, 18, 3).

    Raises:
        ValueError: a wrong shape, or fps not above 0.
    """
    if pose.ndim != 3 or pose.shape[2] != 3:
        raise ValueError(f"pose must be (T, joints, 3), got {pose.shape}")
    if not fps > 0:
        raise ValueError(f"fps must be above 0, got {fps}")
    smooth = pose.astype(np.float32)
    present = pose[..., 2] > 0
    velocity = np.zeros((*pose.shape[1:2], 2))
    for t in range(1, len(pose)):
        seen_before = (present[t] & present[t - 1])[:, None]
        raw_velocity = (pose[t, :, :2] - smooth[t - 1, :, :2]) * fps
        velocity += _smoothing_factor(_DERIVATIVE_CUTOFF, fps) * (raw_velocity - velocity)
        velocity *= seen_before
        speed = np.linalg.norm(velocity, axis=1, keepdims=True)
        factor = _smoothing_factor(cutoff + speed_weight * speed, fps)
        step = factor * (pose[t, :, :2] - smooth[t - 1, :, :2])
        smooth[t, :, :2] = np.where(seen_before, smooth[t - 1, :, :2] + step, pose[t, :, :2])
    return smooth


def _smoothing_factor(cutoff: float | np.ndarray, fps: float) -> float | np.ndarray:
    """Return the weight of a new value in exponential smoothing with this cutoff (Hz)."""
    ratio = 2 * np.pi * cutoff / fps
    return ratio / (ratio + 1)
