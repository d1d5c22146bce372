"""Soft masks brought to the outlines seen in the frame, by a guided filter (He et al. 2013).

BlazePose's mask is smooth and a little too wide. The filter replaces it, around each pixel, by the
linear function of the frame's colours that is closest to it; contrast then makes it crisp again.
"""

import cv2
import numpy as np

_SMOOTHNESS = 3e-4
"""The filter's epsilon, for colours in 0..1: variances below it count as no outline."""
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
    filtered = _guided_filter(frame[box].astype(np.float32) / 255, crisp, radius)
    refined[box] = _contrast(filtered, 0.5, _CONTRAST_AFTER)
    return refined


def _contrast(mask: np.ndarray, middle: float, gain: float) -> np.ndarray:
    return np.clip((mask - middle) * gain + 0.5, 0, 1)


def _guided_filter(guide: np.ndarray, mask: np.ndarray, radius: int) -> np.ndarray:
    """Filter `mask` (H, W) with a guide (H, W, 3) in 0..1; eq. 19 to 21 of the guided filter."""
    window = (2 * radius + 1, 2 * radius + 1)
    red, green, blue = cv2.split(guide)
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(mask, window)
    mean_red, mean_green, mean_blue = cv2.split(mean_guide)

    def covariance(
        a: np.ndarray, b: np.ndarray, mean_a: np.ndarray, mean_b: np.ndarray
    ) -> np.ndarray:
        return cv2.blur(a * b, window) - mean_a * mean_b

    rr = covariance(red, red, mean_red, mean_red) + _SMOOTHNESS
    gg = covariance(green, green, mean_green, mean_green) + _SMOOTHNESS
    bb = covariance(blue, blue, mean_blue, mean_blue) + _SMOOTHNESS
    rg = covariance(red, green, mean_red, mean_green)
    rb = covariance(red, blue, mean_red, mean_blue)
    gb = covariance(green, blue, mean_green, mean_blue)
    with_mask = covariance(guide, mask[..., None], mean_guide, mean_mask[..., None])
    slope = _solve_symmetric((rr, rg, rb, gg, gb, bb), with_mask)
    offset = mean_mask - (slope * mean_guide).sum(axis=2)
    return (cv2.blur(slope, window) * guide).sum(axis=2) + cv2.blur(offset, window)


def _solve_symmetric(matrix: tuple[np.ndarray, ...], right: np.ndarray) -> np.ndarray:
    """Solve a symmetric 3 x 3 system at every pixel, by Cramer's rule.

    Args:
        matrix: its upper triangle row by row, six times (H, W).
        right: (H, W, 3).
    """
    rr, rg, rb, gg, gb, bb = matrix
    inverse_rr, inverse_rg, inverse_rb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    inverse_gg, inverse_gb, inverse_bb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * inverse_rr + rg * inverse_rg + rb * inverse_rb
    red, green, blue = cv2.split(right)
    solution = (
        inverse_rr * red + inverse_rg * green + inverse_rb * blue,
        inverse_rg * red + inverse_gg * green + inverse_gb * blue,
        inverse_rb * red + inverse_gb * green + inverse_bb * blue,
    )
    return np.dstack(solution) / determinant[..., None]
