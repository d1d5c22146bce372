"""Soft masks brought to the outlines seen in the frame, by a guided filter.

BlazePose's mask is smooth and a little too wide. The filter replaces it, around each pixel, by the
linear function of the frame's colours that is closest to it; contrast then makes it crisp again.
"""

import cv2
import numpy as np

from hueman.perception.guided_filter import guided_filter

_OUTLINE = 0.6
"""Value of the unfiltered mask at the true outline, measured on rendered people."""
_CONTRAST_BEFORE = 2.0
_CONTRAST_AFTER = 3.0
_NOTHING = 0.02
"""Mask values up to this are no person."""


def refine_mask(mask: np.ndarray, frame: np.ndarray, radius: int) -> np.ndarray:
    """Return the mask with its border at the frame's outlines.

    Args:
        mask: float32 (H, W), 0..1.
        frame: uint8 (H, W, 3).
        radius: of the filter's window in pixels: how far the border may be off.

    Returns:
        float32 (H, W), 0..1.

    Raises:
        ValueError: shapes that do not fit, or a radius below 1.
    """
    if frame.shape != (*mask.shape, 3) or radius < 1:
        raise ValueError(
            f"expected mask (H, W), frame (H, W, 3) and radius >= 1, got {mask.shape}, "
            f"{frame.shape} and {radius}"
        )
    refined = np.zeros_like(mask)
    x, y, width, height = cv2.boundingRect((mask > _NOTHING).astype(np.uint8))
    if width == 0:
        return refined
    # Farther than this from the person the filter would find nothing.
    margin = 2 * radius
    box = np.s_[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
    crisp = _contrast(mask[box], _OUTLINE, _CONTRAST_BEFORE)
    filtered = guided_filter(frame[box], crisp, radius)
    refined[box] = _contrast(filtered, 0.5, _CONTRAST_AFTER)
    return refined


def _contrast(mask: np.ndarray, middle: float, gain: float) -> np.ndarray:
    return np.clip((mask - middle) * gain + 0.5, 0, 1)
