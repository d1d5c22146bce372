"""Give a garment another colour and keep its folds, shadows and pattern.

One shift serves a whole clip, so the colour does not flicker.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from hueman.color.cloth import Cloth
from hueman.color.lab import lab_from_uint8, limit_chroma

# A garment that is not in the picture has no colour; mid-grey keeps the arithmetic finite.
NO_COLOR = (50.0, 0.0, 0.0)


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
    target = reachable_color(mean, color, lightness)
    worn = [
        recolor_frame(frame, [(garment, mean)], [[target]])[0]
        for frame, garment in zip(frames, mask, strict=True)
    ]
    return np.stack(worn)


def reachable_color(mean: np.ndarray, color: np.ndarray, lightness: bool = False) -> Tensor:
    """Return the colour that a garment can get for one that is asked for.

    Args:
        mean: (3,) Lab of the garment as it is.
        color: (3,) Lab wanted; its chroma is limited to what sRGB can show at the lightness that
            the garment gets.
        lightness: the garment gets the colour's L; otherwise it keeps its own.

    Returns:
        float32 (3,), Lab.
    """
    wanted = [color[0] if lightness else mean[0], color[1], color[2]]
    return limit_chroma(torch.tensor(wanted, dtype=torch.float32))


def recolor_frame(
    frame: np.ndarray,
    garments: Sequence[tuple[np.ndarray, np.ndarray]],
    versions: Sequence[Sequence[Tensor]],
) -> list[np.ndarray]:
    """Give the garments of a frame new colours, in several versions; see `Cloth` for the cost.

    Args:
        frame: uint8 (H, W, 3) RGB.
        garments: mask, uint8 (H, W), and mean Lab (3,) of each; pixels where all masks are 0
            keep their bytes.
        versions: for each of V versions the new mean Lab of each garment, float32 (3,).

    Returns:
        V new frames, uint8 (H, W, 3).
    """
    masks = np.stack([mask.ravel() for mask, _ in garments])
    place = np.flatnonzero(masks.any(axis=0))  # numpy is slower by masks than by numbers
    means = [torch.as_tensor(mean, dtype=torch.float32)[:, None] for _, mean in garments]
    cloth = Cloth.of(
        _shares(frame.reshape(-1, 3).take(place, axis=0).T),
        list(zip(_shares(masks.take(place, axis=1)), means, strict=True)),
    )
    recolored = []
    for colors in versions:
        dyed = cloth.dyed([color[:, None] for color in colors])
        version = frame.copy()
        version.reshape(-1, 3)[place] = (dyed * 255).round().to(torch.uint8).T.numpy()
        recolored.append(version)
    return recolored


def _shares(levels: np.ndarray) -> Tensor:
    """Convert uint8 to float32, 0..1."""
    return torch.from_numpy(levels.astype(np.float32) / 255)


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
