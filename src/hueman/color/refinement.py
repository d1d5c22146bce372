"""Bring a mask from a small picture to a large one, along the large picture's edges."""

import cv2
import numpy as np

SMOOTHNESS = 1e-4
"""Variance of luminance (in 0..1) below which a window counts as flat, and the mask is blurred."""
FAINT = 12
"""Mask values below this (of 255) become 0, so that the background stays as it is."""


def enlarge_mask(mask: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Enlarge a soft mask to the size of a picture by the guided filter.

    In every window the mask is a linear function of the luminance, so its edges fall on those of
    the picture (He, Sun and Tang, "Guided image filtering", 2013).

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
    luminance = cv2.cvtColor(np.ascontiguousarray(picture[window]), cv2.COLOR_RGB2GRAY)
    guided = _guided_filter(
        luminance.astype(np.float32) / 255, large[window].astype(np.float32), radius
    )
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


def _guided_filter(guide: np.ndarray, values: np.ndarray, radius: int) -> np.ndarray:
    """Filter `values` with the edges of `guide`; float32 (H, W) both."""

    def mean(array: np.ndarray) -> np.ndarray:
        return cv2.blur(array, (2 * radius + 1, 2 * radius + 1))

    guide_mean, values_mean = mean(guide), mean(values)
    variance = mean(guide * guide) - guide_mean**2
    covariance = mean(guide * values) - guide_mean * values_mean
    slope = covariance / (variance + SMOOTHNESS)
    offset = values_mean - slope * guide_mean
    return mean(slope) * guide + mean(offset)
