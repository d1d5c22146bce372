"""The person's own colours at soft edges, where a frame mixes them with what is behind.

Blurred fusion: Forte, "Approximate fast foreground colour estimation", 2021. A person who is put
before another background with the frame's own colours has a rim of the old background.
"""

import cv2
import numpy as np

RADII = (1 / 8, 1 / 64)
"""Of the two passes' windows, as shares of the frame's height: what is far tells little, but a
window has to reach from the outermost soft pixel into the person."""
_LITTLE = 1e-4
"""Weight of the mean of the whole frame, which decides only where a window holds nothing else."""


def estimate_foreground(frame: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return what a frame would show if the person in it went on everywhere.

    Args:
        frame: uint8 (H, W, 3), alpha times person plus (1 - alpha) times background.
        alpha: float32 (H, W), 0..1.

    Returns:
        float32 (H, W, 3), 0..255: the frame where alpha is 1, the colours of the person nearby
        where it is less.
    """
    mixed = foreground = background = frame.astype(np.float32)
    share = alpha[..., None]
    for part in RADII:
        radius = max(1, round(part * len(frame)))
        near = _local_mean(foreground, share, radius)
        background = _local_mean(background, 1 - share, radius)
        # What the two means do not explain of the frame goes to the person, as far as they are it.
        rest = mixed - share * near - (1 - share) * background
        foreground = np.clip(near + share * rest, 0, 255)
    return foreground


def _local_mean(picture: np.ndarray, weight: np.ndarray, radius: int) -> np.ndarray:
    """Return the mean of a picture (H, W, 3) in a window, by weights (H, W, 1)."""
    window = (2 * radius + 1, 2 * radius + 1)
    weighted = picture * weight
    overall = weighted.sum(axis=(0, 1)) / max(float(weight.sum()), _LITTLE)
    here = cv2.blur(weighted, window) + _LITTLE * overall
    return here / (cv2.blur(weight, window)[..., None] + _LITTLE)
