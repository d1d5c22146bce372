"""Bring a mask from a small picture to a large one, along the large picture's edges."""

import cv2
import numpy as np

from hueman.perception.guided_filter import guided_filter

FAINT = 12
"""Mask values below this (of 255) become 0, so that the background stays as it is."""


def enlarge_mask(mask: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Enlarge a soft mask to the size of a picture by the guided filter.

    Args:
        mask: uint8 (h, w).
        picture: uint8 (H, W, 3) RGB, of about the same aspect; H >= h.

    Returns:
        uint8 (H, W). Where both sizes are equal the mask comes back unchanged.
    """
    height, width = picture.shape[:2]
    if mask.shape == (height, width):
        return mask
    refined = np.zeros((height, width), np.uint8)
    if not mask.any():
        return refined
    large = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    radius = int(np.ceil(height / mask.shape[0]))
    window = _window_around(large, margin=4 * radius)
    guided = guided_filter(picture[window], large[window].astype(np.float32), radius)
    guided[guided < FAINT] = 0
    refined[window] = np.rint(np.clip(guided, 0, 255))
    return refined


def _window_around(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """Bounding box of a mask that is not empty, with a margin."""
    spans = []
    for axis in (1, 0):
        inside = np.flatnonzero(mask.any(axis=axis))
        spans.append(slice(max(0, inside[0] - margin), inside[-1] + 1 + margin))
    return spans[0], spans[1]
