"""Garments without their colour, and with another."""

import torch
from torch import Tensor

from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.color.shift import add_color, color_share

NEUTRAL_LIGHTNESS = 50.0
"""Mean L of garments whose lightness is taken out too."""


def without_colors(
    rgb: Tensor, garments: Tensor, means: tuple[Tensor, Tensor], lightness: bool = False
) -> Tensor:
    """Take the mean colour out of both garments; folds and the pattern's chroma stay.

    Of a plain garment nothing is left that recolouring would change; of a pattern whose chroma
    varies a little is, for how much of the mean colour a pixel has is an estimate (`color_share`).

    Args:
        rgb: (N, 3, H, W) in [-1, 1].
        garments: (N, 2, H, W) in [0, 1], soft masks of upper and lower garment.
        means: mean Lab of the upper and of the lower garment, (N, 3) each.
        lightness: take the mean lightness out too: it becomes `NEUTRAL_LIGHTNESS`.

    Returns:
        (N, 5, H, W): Lab, and for each garment how much of a colour a pixel takes.
    """
    lab = rgb_to_lab(rgb / 2 + 0.5)
    shares = []
    for number, mean in enumerate(means):
        share = color_share(lab, garments[:, number, None], mean, lightness)
        taken = mean - mean.new_tensor([NEUTRAL_LIGHTNESS, 0, 0]) if lightness else mean[:, 1:]
        lab = add_color(lab, share, -taken)
        shares.append(share)
    return torch.cat([lab, *shares], dim=1)


def tinted(neutral: Tensor, upper: Tensor, lower: Tensor) -> Tensor:
    """Give garments a colour; differentiable in it.

    Args:
        neutral: (N, 5, H, W), from `without_colors`, warped or not.
        upper: colour of the upper garment: (N, 2), a and b; or (N, 3), Lab, if its lightness was
            taken out.
        lower: of the lower one.

    Returns:
        (N, 3, H, W), RGB in [-1, 1].
    """
    lab = neutral[:, :3]
    for share, color in ((neutral[:, 3:4], upper), (neutral[:, 4:5], lower)):
        if color.shape[1] == 3:
            color = color - color.new_tensor([NEUTRAL_LIGHTNESS, 0, 0])
        lab = add_color(lab, share, color)
    return lab_to_rgb(lab) * 2 - 1
