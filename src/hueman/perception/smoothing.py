"""Smoothing of poses over time by the One-Euro filter (Casiez, Roussel & Vogel 2012).

The filter is for live input and lags behind fast movements. A clip is known whole, so it is
filtered forwards and backwards and the mean of both is taken: the lags cancel. Jitter has a speed
too, and would open the filter for itself: what is slower than that counts as rest.
"""

import numpy as np

_CUTOFF = 0.2
"""Hz below which a joint at rest passes; lower is smoother."""
_REST_SPEED = 0.08
"""Body sizes a second that are taken for rest: jitter alone looks as fast as this."""
_SPEED_WEIGHT = 30.0
"""Hz more for a speed, beyond that of rest, of one body size a second; higher is less lag."""
_DERIVATIVE_CUTOFF = 3.0
"""Hz; the paper has 1, with which joints that set out are followed late."""


def smooth_poses(pose: np.ndarray, fps: float) -> np.ndarray:
    """Remove jitter from the joints of a clip.

    Missing joints stay missing, and nothing is smoothed over a gap. Confidences are unchanged.

    Args:
        pose: float32 (T, J, 3): x, y in pixels, confidence.
        fps: frames a second.

    Returns:
        float32 (T, J, 3).

    Raises:
        ValueError: a wrong shape, or fps not above 0.
    """
    if pose.ndim != 3 or pose.shape[2] != 3:
        raise ValueError(f"pose must be (T, J, 3), got {pose.shape}")
    if not fps > 0:
        raise ValueError(f"fps must be above 0, got {fps}")
    present = pose[..., 2] > 0
    body_size = _body_size(pose, present)
    smooth = pose.astype(np.float32)
    if body_size > 0:
        points = pose[..., :2].astype(np.float64) / body_size
        forwards = _one_euro(points, present, fps)
        backwards = _one_euro(points[::-1], present[::-1], fps)[::-1]
        smooth[..., :2] = (forwards + backwards) / 2 * body_size
    return smooth


def _one_euro(points: np.ndarray, present: np.ndarray, fps: float) -> np.ndarray:
    """Filter points (T, J, 2), in body sizes, forwards; each starts afresh after a gap."""
    smooth = points.copy()
    velocity = np.zeros_like(points[0])
    for t in range(1, len(points)):
        continues = (present[t] & present[t - 1])[:, None]
        change = points[t] - smooth[t - 1]
        velocity += _smoothing_factor(_DERIVATIVE_CUTOFF, fps) * (change * fps - velocity)
        velocity *= continues
        speed = np.linalg.norm(velocity, axis=1, keepdims=True)
        moving = np.maximum(0, speed - _REST_SPEED)
        factor = _smoothing_factor(_CUTOFF + _SPEED_WEIGHT * moving, fps)
        smooth[t] = np.where(continues, smooth[t - 1] + factor * change, points[t])
    return smooth


def _smoothing_factor(cutoff: float | np.ndarray, fps: float) -> float | np.ndarray:
    """Return the weight of a new value in exponential smoothing with this cutoff (Hz)."""
    ratio = 2 * np.pi * cutoff / fps
    return ratio / (ratio + 1)


def _body_size(pose: np.ndarray, present: np.ndarray) -> float:
    """Return the median diagonal of the joints' bounding box in pixels; 0 without joints."""
    diagonals = [
        float(np.linalg.norm(np.ptp(joints[seen, :2], axis=0)))
        for joints, seen in zip(pose, present, strict=True)
        if seen.any()
    ]
    return float(np.median(diagonals)) if diagonals else 0.0
