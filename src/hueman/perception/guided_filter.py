"""The guided filter: smooths a mask and moves its edges to those of a picture."""

import cv2
import numpy as np

SMOOTHNESS = 3e-4
"""Epsilon of the filter, for colours in 0..1: variances below it count as no edge."""


def guided_filter(picture: np.ndarray, mask: np.ndarray, radius: int) -> np.ndarray:
    """Replace a mask, around each pixel, by the linear function of the colours closest to it.

    He, Sun and Tang, "Guided image filtering", 2013, eq. 19 to 21.

    Args:
        picture: uint8 (H, W, 3).
        mask: float32 (H, W).
        radius: of the window, in pixels.

    Returns:
        float32 (H, W), in about the range of `mask`.
    """
    guide = picture.astype(np.float32) / 255
    window = (2 * radius + 1, 2 * radius + 1)
    red, green, blue = cv2.split(guide)
    mean_guide, mean_mask = cv2.blur(guide, window), cv2.blur(mask, window)
    mean_red, mean_green, mean_blue = cv2.split(mean_guide)

    def covariance(
        a: np.ndarray, b: np.ndarray, mean_a: np.ndarray, mean_b: np.ndarray
    ) -> np.ndarray:
        return cv2.blur(a * b, window) - mean_a * mean_b

    rr = covariance(red, red, mean_red, mean_red) + SMOOTHNESS
    gg = covariance(green, green, mean_green, mean_green) + SMOOTHNESS
    bb = covariance(blue, blue, mean_blue, mean_blue) + SMOOTHNESS
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
