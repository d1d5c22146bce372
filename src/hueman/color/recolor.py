"""Give a garment another colour and keep its folds, shadows and pattern.

Only a and b of Lab move, unless another lightness is asked for too. One shift serves a whole clip,
so the colour does not flicker.
"""

import numpy as np
import torch
from torch import Tensor

from hueman.color.lab import lab_from_uint8, lab_to_rgb, limit_chroma, rgb_to_lab

# A garment that is not in the picture has no colour; mid-grey keeps the arithmetic finite.
NO_COLOR = (50.0, 0.0, 0.0)
# k of `shift_color` is the square of this: from about this chroma on, a garment's own (a, b) say
# more than its lightness how much of its colour a pixel has.
DISTINCT_CHROMA = 14.0
# Highlights and noise do not get more than this many times the shift.
LARGEST_SHARE = 3.0
# Garments darker than this have more of their contrast from sheen and noise than from folds, and
# another lightness shall not multiply it.
FULL_CONTRAST = 50.0
# Where lightness moves, pixels at a dark garment's rim that are half background shall not glare.
LARGEST_LIGHT_SHARE = 2.0


def shift_color(lab: Tensor, mask: Tensor, mean: Tensor, target: Tensor) -> Tensor:
    """Move the colours inside a garment, so that their mean goes from `mean` to `target`.

    A pixel moves by the share w of the mean colour that it has. For one surface under more or
    less light, a and b grow with (L + 16), by Lab's cube root, so w = (L + 16) / (mean L + 16)
    leaves no tint of the old colour in shadows. But cameras bend that law, and the second colour
    of a pattern should stay: where the garment has a distinct chroma m, w is rather the projection
    of the pixel's (a, b) on m. One formula does both, by ridge regression of (a, b) on m with
    the law of light as the prior:

        w = ((a, b) . m + k (L + 16) / (mean L + 16)) / (m . m + k)

    Its mean over the garment is 1. Where w would be negative, the pixel stays as it is. Lightness
    moves by the same share: of a plain garment (L + 16) grows in proportion, folds with it. The
    sheen and the noise of black cloth would grow too; so where lightness moves, w - 1 is scaled by
    (mean L + 16) / (50 + 16), at most 1.

    Args:
        lab: (N, 3, H, W) Lab.
        mask: (N, 1, H, W), 0..1, how much of the pixel is garment.
        mean: (N, 3), mean Lab of the garment.
        target: (N, 2), mean a, b that the garment shall have, or (N, 3), mean Lab.

    Returns:
        (N, 3, H, W) Lab; of two numbers, L is that of `lab`.
    """
    if lab.ndim != 4 or lab.shape[1] != 3 or mask.shape != (len(lab), 1, *lab.shape[2:]):
        raise ValueError(
            f"expected Lab (N, 3, H, W) and mask (N, 1, H, W), "
            f"got {tuple(lab.shape)} and {tuple(mask.shape)}"
        )
    share = color_share(lab, mask, mean, lightness=target.shape[1] == 3)
    return add_color(lab, share, target - mean[:, -target.shape[1] :])


def add_color(lab: Tensor, share: Tensor, color: Tensor) -> Tensor:
    """Add a colour to a picture, at each pixel as much as its share.

    Args:
        lab: (N, 3, H, W) Lab.
        share: (N, 1, H, W).
        color: (N, 2), a and b, or (N, 3), Lab.

    Returns:
        (N, 3, H, W) Lab.
    """
    kept = lab.shape[1] - color.shape[1]
    return torch.cat([lab[:, :kept], lab[:, kept:] + share * color[:, :, None, None]], dim=1)


def color_share(lab: Tensor, mask: Tensor, mean: Tensor, lightness: bool = False) -> Tensor:
    """Return how much of a garment's mean colour each pixel has: w of `shift_color` in the mask.

    Args:
        lab: (N, 3, H, W) Lab.
        mask: (N, 1, H, W), 0..1, how much of the pixel is garment.
        mean: (N, 3), mean Lab of the garment.
        lightness: whether lightness is going to move too.

    Returns:
        (N, 1, H, W), 0..LARGEST_SHARE.
    """
    chroma, mean_lightness, mean_chroma = (
        lab[:, 1:],
        mean[:, :1, None, None],
        mean[:, 1:, None, None],
    )
    light = (lab[:, :1] + 16) / (mean_lightness + 16)
    along = (chroma * mean_chroma).sum(dim=1, keepdim=True)
    strength = (mean_chroma**2).sum(dim=1, keepdim=True)
    share = (along + DISTINCT_CHROMA**2 * light) / (strength + DISTINCT_CHROMA**2)
    share = share.clamp(0, LARGEST_LIGHT_SHARE if lightness else LARGEST_SHARE)
    if lightness:
        share = 1 + (share - 1) * ((mean_lightness + 16) / (FULL_CONTRAST + 16)).clamp(max=1)
    return mask * share


def mean_color(frames: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean Lab (3,) float32 of a garment over a clip.

    Args:
        frames: uint8 (T, H, W, 3) RGB.
        mask: uint8 (T, H, W); pixels that are at least half garment count.

    Returns:
        Mean Lab, or mid-grey where there is no garment.
    """
    inside = mask >= 128
    if not inside.any():
        return np.array(NO_COLOR, np.float32)
    return lab_from_uint8(frames[inside]).mean(axis=0, dtype=np.float64).astype(np.float32)


def recolor_garment(
    frames: np.ndarray,
    mask: np.ndarray,
    mean: np.ndarray,
    color: np.ndarray,
    lightness: bool = False,
) -> np.ndarray:
    """Move a garment's mean colour to `color`; pixels with mask 0 keep their bytes.

    Args:
        frames: uint8 (T, H, W, 3) RGB.
        mask: uint8 (T, H, W), 255 is certainly garment.
        mean: (3,) Lab of the garment as it is (`mean_color`).
        color: (3,) Lab wanted; its chroma is limited to what sRGB can show at the lightness that
            the garment gets.
        lightness: move L too; otherwise the garment keeps its own.

    Returns:
        New frames, uint8 (T, H, W, 3).
    """
    if frames.dtype != np.uint8 or mask.dtype != np.uint8 or frames.shape[:3] != mask.shape:
        raise ValueError(
            f"expected uint8 frames (T, H, W, 3) and mask (T, H, W), "
            f"got {frames.dtype} {frames.shape} and {mask.dtype} {mask.shape}"
        )
    wanted = [color[0] if lightness else mean[0], color[1], color[2]]
    target = limit_chroma(torch.tensor([wanted], dtype=torch.float32))
    current = torch.as_tensor(mean, dtype=torch.float32)[None]
    recolored = frames.copy()
    for frame, garment in zip(recolored, mask, strict=True):
        # The garment's pixels as a picture one pixel wide: the rest need not be converted.
        inside = garment > 0
        rgb = torch.from_numpy(frame[inside].T.astype(np.float32) / 255)[None, ..., None]
        weight = torch.from_numpy(garment[inside].astype(np.float32) / 255)[None, None, :, None]
        moved = lab_to_rgb(shift_color(rgb_to_lab(rgb), weight, current, target))
        frame[inside] = (moved[0, ..., 0].T * 255).round().to(torch.uint8).numpy()
    return recolored


def recolor_frames(
    frames: np.ndarray,
    upper: np.ndarray,
    lower: np.ndarray,
    upper_color: np.ndarray | None,
    lower_color: np.ndarray | None,
) -> np.ndarray:
    """Give the garments of a clip new colours; None leaves a garment as it is.

    The colour given becomes the mean a, b of the garment over the clip.

    Args:
        frames: uint8 (T, H, W, 3) RGB.
        upper: uint8 (T, H, W), soft mask of the upper garment.
        lower: uint8 (T, H, W), soft mask of the lower garment.
        upper_color: Lab (3,) or None.
        lower_color: Lab (3,) or None.

    Returns:
        New frames, uint8 (T, H, W, 3); outside the garments they equal the old ones.
    """
    recolored = frames
    for mask, color in ((upper, upper_color), (lower, lower_color)):
        if color is not None:
            recolored = recolor_garment(recolored, mask, mean_color(frames, mask), color)
    return recolored
