"""Garments without their colour, and with another."""

import torch
from torch import Tensor

from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.color.recolor import color_share


def without_colors(rgb: Tensor, garments: Tensor, means: tuple[Tensor, Tensor]) -> Tensor:
    """Take the mean colour out of both garments; lightness and the pattern's chroma stay.

    Of a plain garment nothing is left that recolouring would change; of a pattern whose chroma
    varies a little is, for how much of the mean colour a pixel has is an estimate (`color_share`).

    Args:
        rgb: (N, 3, H, W) in [-1, 1].
        garments: (N, 2, H, W) in [0, 1], soft masks of upper and lower garment.
        means: mean Lab of the upper and of the lower garment, (N, 3) each.

    Returns:
        (N, 5, H, W): Lab, and for each garment how much of a colour's a and b a pixel takes.
    """
    lab = rgb_to_lab(rgb / 2 + 0.5)
    shares = []
    for number, mean in enumerate(means):
        share = color_share(lab, garments[:, number, None], mean)
        lab = torch.cat([lab[:, :1], lab[:, 1:] - share * mean[:, 1:, None, None]], dim=1)
        shares.append(share)
    return torch.cat([lab, *shares], dim=1)


def tinted(neutral: Tensor, upper_ab: Tensor, lower_ab: Tensor) -> Tensor:
    """Give garments a colour; differentiable in it.

    Args:
        neutral: (N, 5, H, W), from `without_colors`, warped or not.
        upper_ab: (N, 2), a and b of the upper garment.
        lower_ab: (N, 2), of the lower one.

    Returns:
        (N, 3, H, W), RGB in [-1, 1].
    """
    chroma = neutral[:, 1:3]
    for share, color in ((neutral[:, 3:4], upper_ab), (neutral[:, 4:5], lower_ab)):
        chroma = chroma + share * color[:, :, None, None]
    return lab_to_rgb(torch.cat([neutral[:, :1], chroma], dim=1)) * 2 - 1
