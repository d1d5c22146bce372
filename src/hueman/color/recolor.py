"""Give a garment another colour and keep its folds, shadows and pattern.

Only a and b of Lab move, never L. One shift serves a whole clip, so the colour does not flicker.
"""

import numpy as np
import torch
from torch import Tensor

from hueman.color.lab import lab_from_uint8, lab_to_rgb, limit_chroma, rgb_to_lab

# A garment that is not in the picture has no colour; mid-grey keeps the arithmetic finite.
NO_COLOR = (50.0, 0.0, 0.0)


def shift_chroma(lab: Tensor, mask: Tensor, shift_ab: Tensor, mean_lightness: Tensor) -> Tensor:
    """Move a and b inside a garment.

    For one surface colour under more or less light, a and b grow with (L + 16), since Lab's cube
    root makes a = 500 (k_x - k_y) (L + 16) / 116. So the shift is scaled by
    (L + 16) / (mean L + 16): shadows keep no tint of the old colour, and the garment's mean moves
    by `shift_ab`.

    Args:
        lab: (N, 3, H, W) Lab.
        mask: (N, 1, H, W), 0..1, how much of the pixel is garment.
        shift_ab: (N, 2), what to add to a and b at the garment's mean lightness.
        mean_lightness: (N,), mean L of the garment, 0..100.
    """
    if lab.ndim != 4 or lab.shape[1] != 3 or mask.shape != (len(lab), 1, *lab.shape[2:]):
        raise ValueError(
            f"expected Lab (N, 3, H, W) and mask (N, 1, H, W), "
            f"got {tuple(lab.shape)} and {tuple(mask.shape)}"
        )
    lightness, chroma = lab[:, :1], lab[:, 1:]
    scale = (lightness + 16) / (mean_lightness[:, None, None, None] + 16)
    return torch.cat([lightness, chroma + mask * scale * shift_ab[:, :, None, None]], dim=1)


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
    frames: np.ndarray, mask: np.ndarray, mean: np.ndarray, color: np.ndarray
) -> np.ndarray:
    """Move a garment's mean a, b to those of `color`; pixels with mask 0 keep their bytes.

    Args:
        frames: uint8 (T, H, W, 3) RGB.
        mask: uint8 (T, H, W), 255 is certainly garment.
        mean: (3,) Lab of the garment as it is (`mean_color`).
        color: (3,) Lab wanted; its L is not used, its chroma is limited to what sRGB can show at
            the garment's lightness.

    Returns:
        New frames, uint8 (T, H, W, 3).
    """
    if frames.dtype != np.uint8 or mask.dtype != np.uint8 or frames.shape[:3] != mask.shape:
        raise ValueError(
            f"expected uint8 frames (T, H, W, 3) and mask (T, H, W), "
            f"got {frames.dtype} {frames.shape} and {mask.dtype} {mask.shape}"
        )
    target = limit_chroma(torch.tensor([mean[0], color[1], color[2]], dtype=torch.float32))
    shift = (target[1:] - torch.as_tensor(mean[1:], dtype=torch.float32))[None]
    lightness = torch.tensor([float(mean[0])])
    recolored = frames.copy()
    for frame, garment in zip(recolored, mask, strict=True):
        # The garment's pixels as a picture one pixel wide: the rest need not be converted.
        inside = garment > 0
        rgb = torch.from_numpy(frame[inside].T.astype(np.float32) / 255)[None, ..., None]
        weight = torch.from_numpy(garment[inside].astype(np.float32) / 255)[None, None, :, None]
        moved = lab_to_rgb(shift_chroma(rgb_to_lab(rgb), weight, shift, lightness))
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
