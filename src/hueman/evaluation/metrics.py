"""How alike pictures and colours are: MS-SSIM, SSIM, PSNR, CIEDE2000.

Pictures are float (N, 3, H, W) with values in [-1, 1], so the range of the data is always 2. All
functions return one number for each picture (or colour), computed in float32 at least.
"""

import torch
from torch import Tensor
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    structural_similarity_index_measure,
)

DATA_RANGE = 2.0

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""How much each scale counts, from the finest (Wang et al. 2003, table 1)."""

WINDOW = 11
"""Width in pixels of the Gaussian window of SSIM, whose standard deviation is 1.5."""


def ms_ssim(first: Tensor, second: Tensor) -> Tensor:
    """Return the multi-scale structural similarity, (N,) in [0, 1]; 1 for equal pictures.

    Wang, Simoncelli and Bovik, "Multiscale structural similarity for image quality assessment",
    2003, with five scales where the smaller side has at least 176 pixels, four from 99, three from
    44, two from 22 and one below (torchmetrics' limits). The weights of the scales left are
    divided by their sum. So numbers of different sizes must not be compared. Negative contrast
    terms count as 0.

    Raises:
        ValueError: the shapes differ, are not of pictures, or a side is below 11 pixels.
    """
    _check_pictures(first, second)
    weights = SCALE_WEIGHTS[: scale_count(min(first.shape[2:]))]
    return multiscale_structural_similarity_index_measure(
        first.float(),
        second.float(),
        data_range=DATA_RANGE,
        betas=tuple(weight / sum(weights) for weight in weights),
        normalize="relu",
        reduction="none",
    )


def scale_count(side: int) -> int:
    """Return how many scales `ms_ssim` takes for pictures whose smaller side has these pixels."""
    least = (2 * WINDOW, 4 * WINDOW, 9 * WINDOW, 16 * WINDOW)
    return 1 + sum(side >= pixels for pixels in least)


def ssim(first: Tensor, second: Tensor) -> Tensor:
    """Return the structural similarity, (N,) in [-1, 1]; 1 for equal pictures.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004:
    Gaussian window of 11 pixels, mean over all pixels and channels.

    Raises:
        ValueError: the shapes differ, are not of pictures, or a side is below 11 pixels.
    """
    _check_pictures(first, second)
    return structural_similarity_index_measure(  # type: ignore[return-value]
        first.float(), second.float(), data_range=DATA_RANGE, reduction="none"
    )


def psnr(first: Tensor, second: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in dB, (N,); infinite for equal pictures.

    10 log10(range^2 / mean squared error), the mean over pixels and channels of each picture.

    Raises:
        ValueError: the shapes differ or are not of pictures.
    """
    _check_pictures(first, second)
    error = (first.float() - second.float()).square().mean(dim=(1, 2, 3))
    return 10 * torch.log10(DATA_RANGE**2 / error)


def ciede2000(first: Tensor, second: Tensor) -> Tensor:
    """Return the colour difference CIEDE2000 of Lab colours; 1 is about the least one can see.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula: implementation notes,
    supplementary test data, and mathematical observations", 2005, with kL = kC = kH = 1. The names
    and the equation numbers in the comments are theirs. Not meant for gradients: those of hue are
    undefined for greys.

    Args:
        first: float (..., 3), L 0..100, a and b signed.
        second: float (..., 3), of a shape that broadcasts with the first.

    Returns:
        float (...), not negative.

    Raises:
        ValueError: the last axis is not of size 3.
    """
    if first.shape[-1:] != (3,) or second.shape[-1:] != (3,):
        raise ValueError(
            f"colours must be (..., 3), got {tuple(first.shape)} and {tuple(second.shape)}"
        )
    lightness_1, a_1, b_1 = first.double().unbind(-1)
    lightness_2, a_2, b_2 = second.double().unbind(-1)

    # (2-7): a is stretched near grey, then chroma and hue.
    mean_chroma = (torch.hypot(a_1, b_1) + torch.hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * _saturating(mean_chroma)
    chroma_1, chroma_2 = torch.hypot(stretch * a_1, b_1), torch.hypot(stretch * a_2, b_2)
    hue_1 = torch.rad2deg(torch.atan2(b_1, stretch * a_1)) % 360
    hue_2 = torch.rad2deg(torch.atan2(b_2, stretch * a_2)) % 360

    # (8-11): differences; a grey has no hue and differs from none.
    grey = chroma_1 * chroma_2 == 0
    hue_step = (hue_2 - hue_1 + 180) % 360 - 180
    # Opposite hues: the paper keeps the sign of h2 - h1 at exactly 180 degrees.
    hue_step = torch.where(hue_2 - hue_1 == 180, 180.0, hue_step)
    hue_step = torch.where(grey, 0.0, hue_step)
    delta_hue = 2 * (chroma_1 * chroma_2).sqrt() * _sin(hue_step / 2)
    delta_lightness = lightness_2 - lightness_1
    delta_chroma = chroma_2 - chroma_1

    # (12-14): means; that of hue on the shorter arc.
    lightness = (lightness_1 + lightness_2) / 2
    chroma = (chroma_1 + chroma_2) / 2
    total = hue_1 + hue_2
    across_zero = torch.where(total < 360, total + 360, total - 360)
    hue = torch.where((hue_1 - hue_2).abs() > 180, across_zero, total) / 2
    hue = torch.where(grey, total, hue)

    # (15-22): weights.
    hue_weight = (
        1
        - 0.17 * _cos(hue - 30)
        + 0.24 * _cos(2 * hue)
        + 0.32 * _cos(3 * hue + 6)
        - 0.20 * _cos(4 * hue - 63)
    )
    from_middle = (lightness - 50).square()
    scale_lightness = 1 + 0.015 * from_middle / (20 + from_middle).sqrt()
    scale_chroma = 1 + 0.045 * chroma
    scale_hue = 1 + 0.015 * chroma * hue_weight
    angle = 30 * torch.exp(-(((hue - 275) / 25).square()))
    rotation = -2 * _saturating(chroma) * _sin(2 * angle)

    by_chroma = delta_chroma / scale_chroma
    by_hue = delta_hue / scale_hue
    squared = (
        (delta_lightness / scale_lightness).square()
        + by_chroma.square()
        + by_hue.square()
        + rotation * by_chroma * by_hue
    )
    return squared.clamp(min=0).sqrt().to(torch.promote_types(first.dtype, torch.float32))


def _saturating(chroma: Tensor) -> Tensor:
    seventh = chroma**7
    return (seventh / (seventh + 25.0**7)).sqrt()


def _sin(degrees: Tensor) -> Tensor:
    return torch.sin(torch.deg2rad(degrees))


def _cos(degrees: Tensor) -> Tensor:
    return torch.cos(torch.deg2rad(degrees))


def _check_pictures(first: Tensor, second: Tensor) -> None:
    shapes_fit = first.shape == second.shape and first.ndim == 4 and first.shape[1] == 3
    if not shapes_fit or min(first.shape[2:]) < WINDOW:
        raise ValueError(
            f"expected two batches (N, 3, H, W) with sides of at least {WINDOW}, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
