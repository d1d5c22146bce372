"""How much of a garment's colour a pixel has, and moves by, when the garment gets another.

Only a and b of Lab move, unless another lightness is asked for too.
"""

import torch
from torch import Tensor

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
        mean: (N, 3), mean Lab of the garment; or (N, 3, H, W) where pixels are of several.
        target: (N, 2), mean a, b that the garment shall have, or (N, 3), mean Lab; with as many
            dimensions as `mean`.

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
        color: (N, 2), a and b, or (N, 3), Lab; or one for each pixel, (N, 2 or 3, H, W).

    Returns:
        (N, 3, H, W) Lab.
    """
    kept = lab.shape[1] - color.shape[1]
    return torch.cat([lab[:, :kept], lab[:, kept:] + share * _for_pixels(color)], dim=1)


def color_share(lab: Tensor, mask: Tensor, mean: Tensor, lightness: bool = False) -> Tensor:
    """Return how much of a garment's mean colour each pixel has: w of `shift_color` in the mask.

    Args:
        lab: (N, 3, H, W) Lab.
        mask: (N, 1, H, W), 0..1, how much of the pixel is garment.
        mean: (N, 3), mean Lab of the garment; or (N, 3, H, W) where pixels are of several.
        lightness: whether lightness is going to move too.

    Returns:
        (N, 1, H, W), 0..LARGEST_SHARE.
    """
    chroma, (mean_lightness, mean_chroma) = lab[:, 1:], _for_pixels(mean).split([1, 2], dim=1)
    light = (lab[:, :1] + 16) / (mean_lightness + 16)
    along = (chroma * mean_chroma).sum(dim=1, keepdim=True)
    strength = (mean_chroma**2).sum(dim=1, keepdim=True)
    share = (along + DISTINCT_CHROMA**2 * light) / (strength + DISTINCT_CHROMA**2)
    share = share.clamp(0, LARGEST_LIGHT_SHARE if lightness else LARGEST_SHARE)
    if lightness:
        share = 1 + (share - 1) * ((mean_lightness + 16) / (FULL_CONTRAST + 16)).clamp(max=1)
    return mask * share


def _for_pixels(color: Tensor) -> Tensor:
    """Bring colours (N, C) to (N, C, 1, 1); those that are given for each pixel stay."""
    return color[:, :, None, None] if color.ndim == 2 else color
