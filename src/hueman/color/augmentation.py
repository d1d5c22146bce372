"""Random colours for garments while training (paper, section 3.1).

Fast and batched: garments are found once when a clip is prepared; here colours only move.
"""

import math
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from torch import Tensor

from hueman.color.cloth import Cloth
from hueman.color.lab import limit_chroma
from hueman.color.recolor import mean_color

LIGHTNESS = (10.0, 90.0)
"""Random garments are as dark as black cloth, and as light as white cloth."""


@dataclass(frozen=True)
class GarmentStatistics:
    """Mean Lab of the garments of N clips (or of the clips of N samples)."""

    upper: Tensor
    """(N, 3) mean Lab of the upper garments."""
    lower: Tensor
    """(N, 3) mean Lab of the lower garments."""

    @classmethod
    def of_clip(
        cls, frames: np.ndarray, upper: np.ndarray, lower: np.ndarray
    ) -> "GarmentStatistics":
        """Measure one clip (N = 1): frames uint8 (T, H, W, 3), soft masks uint8 (T, H, W)."""
        means = (torch.from_numpy(mean_color(frames, mask))[None] for mask in (upper, lower))
        return cls(*means)


def random_chroma(
    generator: torch.Generator, lightness: Tensor, max_chroma: float = 65.0
) -> Tensor:
    """Draw garment colours (a, b) at the given lightness.

    Uniform over the disc of radius `max_chroma`; what sRGB cannot show at that lightness is moved
    towards grey until it can, so that hues stay evenly spread.

    Args:
        generator: where the randomness comes from; a CPU generator serves every device.
        lightness: (N,) mean L of the garments, 0..100.
        max_chroma: radius of the disc.

    Returns:
        (N, 2) a and b, on the device of `lightness`.
    """
    uniform = torch.rand((len(lightness), 2), generator=generator, device=generator.device)
    radius, angle = (uniform[:, 0].sqrt() * max_chroma, uniform[:, 1] * 2 * math.pi)
    chroma = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1).to(lightness.device)
    return limit_chroma(torch.cat([lightness[:, None], chroma], dim=1))[:, 1:]


def random_colors(
    generator: torch.Generator, own: Tensor, max_chroma: float = 65.0, lightness: bool = False
) -> Tensor:
    """Draw garment colours, at the garments' own lightness or at any.

    Args:
        generator: where the randomness comes from.
        own: (N, 3) mean Lab of the garments.
        max_chroma: see `random_chroma`.
        lightness: draw L too, evenly from `LIGHTNESS`.

    Returns:
        (N, 2), a and b; or (N, 3), Lab.
    """
    if not lightness:
        return random_chroma(generator, own[:, 0], max_chroma)
    darkest, lightest = LIGHTNESS
    uniform = torch.rand(len(own), generator=generator, device=generator.device).to(own.device)
    drawn = darkest + (lightest - darkest) * uniform
    return torch.cat([drawn[:, None], random_chroma(generator, drawn, max_chroma)], dim=1)


def recolor_batch(
    rgb: Tensor,
    upper: Tensor,
    lower: Tensor,
    statistics: GarmentStatistics,
    upper_color: Tensor | None,
    lower_color: Tensor | None,
) -> Tensor:
    """Give the garments of a batch of frames new mean colours; None leaves a garment as it is.

    Draw the colours for each frame (stage I), or once for all frames of a clip (stage II).

    Args:
        rgb: (N, 3, H, W) in [-1, 1].
        upper: (N, 1, H, W) in [0, 1], soft mask of the upper garment.
        lower: (N, 1, H, W) in [0, 1], soft mask of the lower garment.
        statistics: mean Lab of the garments in the clip of each frame, or of the one clip.
        upper_color: (N, 2), a and b, or (N, 3), Lab, or None.
        lower_color: the same for the lower garments.

    Returns:
        (N, 3, H, W) in [-1, 1]; outside the recoloured garments exactly `rgb`.
    """
    worn = [
        (mask, mean, color)
        for mask, mean, color in (
            (upper, statistics.upper, upper_color),
            (lower, statistics.lower, lower_color),
        )
        if color is not None
    ]
    result = rgb.clone()
    if not worn:
        return result
    touched = reduce(torch.maximum, [mask[:, 0] for mask, _, _ in worn]) > 0
    frame, *place = touched.nonzero(as_tuple=True)
    cloth = Cloth.of(
        rgb[frame, :, *place].T / 2 + 0.5,
        [(mask[frame, 0, *place], _by_pixel(mean, frame)) for mask, mean, _ in worn],
    )
    dyed = cloth.dyed([_by_pixel(color, frame) for _, _, color in worn])
    result[frame, :, *place] = (dyed * 2 - 1).T
    return result


def _by_pixel(colors: Tensor, frame: Tensor) -> Tensor:
    """Bring colours (N, C) to those of P pixels by their frames, (C, P); one to (C, 1)."""
    return colors.T if len(colors) == 1 else colors.T.index_select(1, frame)
