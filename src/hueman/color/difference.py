"""How different two colours look: CIEDE2000."""

import torch
from torch import Tensor


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
