"""Hints of colour at the joints of a person (paper, section 3.1): the anchor points.

A hint says of a few pixels which colour they shall have; a network colours the rest.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from hueman.features.skeleton import LIMBS

HINT_RADIUS = 3
"""A hint is a square of 2 r + 1 pixels in pictures of 256, as in the network's published demo."""
PICTURE_SIZE = 256
"""Size of pictures that the network was made for."""
ALONG_LIMB = (0.25, 0.5, 0.75)
"""Where between the joints of a limb, besides the joints, there are hints too: joints tend to lie
where garments end."""


def anchor_points(pose: Tensor) -> Tensor:
    """Return the joints of people, and points between them.

    Args:
        pose: (N, 18, 3), x, y, confidence.

    Returns:
        (N, 69, 3); a point is as certain as the less certain end of its limb.
    """
    starts, ends = (pose[:, [limb[side] for limb in LIMBS]] for side in (0, 1))
    certain = torch.minimum(starts[..., 2:], ends[..., 2:])
    between = [
        torch.cat([torch.lerp(starts[..., :2], ends[..., :2], share), certain], dim=-1)
        for share in ALONG_LIMB
    ]
    return torch.cat([pose, *between], dim=1)


def place_hints(
    lab: Tensor, pose: Tensor, garments: Sequence[tuple[Tensor, Tensor]]
) -> tuple[Tensor, Tensor]:
    """Place hints on people whose garments shall have other colours.

    Anchor points in a garment hint at the colour that it shall have; a garment without any (turned
    away, or the pose is not known) has one hint at its innermost place. Anchor points outside
    these garments hint at the colour that is there, so that it stays.

    Args:
        lab: (N, 3, H, W) Lab.
        pose: (N, 18, 3).
        garments: for each, its soft mask (N, 1, H, W) in [0, 1] and the a, b wanted (N, 2).

    Returns:
        Hints (N, 2, H, W), a and b, 0 where there is none; where hints are, (N, 1, H, W), 0 or 1.
    """
    height, width = lab.shape[-2:]
    radius = round(HINT_RADIUS * min(height, width) / PICTURE_SIZE)
    anchors = _mark(anchor_points(pose), height, width)
    side = 2 * radius + 1
    hints = F.avg_pool2d(lab[:, 1:], side, stride=1, padding=radius, count_include_pad=False)
    touched = torch.stack([mask > 0 for mask, _ in garments]).any(dim=0)
    hinted = _grow(anchors & ~touched, radius) & ~touched
    for mask, ab in garments:
        inside = mask >= 0.5
        marks = anchors & inside
        missing = ~marks.any(dim=(2, 3), keepdim=True)
        patches = _grow(marks | (missing & _innermost(mask, side)), radius) & inside
        hints = torch.where(patches, ab[:, :, None, None], hints)
        hinted = hinted | patches
    return hints * hinted, hinted.to(lab)


def _mark(points: Tensor, height: int, width: int) -> Tensor:
    """Mark the pixels of points (N, P, 3) that are known and in the picture, bool (N, 1, H, W)."""
    column, row = points[..., 0].round().long(), points[..., 1].round().long()
    known = (points[..., 2] > 0) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    sample, _ = torch.nonzero(known, as_tuple=True)
    marks = torch.zeros(len(points), 1, height, width, dtype=torch.bool, device=points.device)
    marks[sample, 0, row[known], column[known]] = True
    return marks


def _grow(marks: Tensor, radius: int) -> Tensor:
    """Make a square of each mark, bool (N, 1, H, W)."""
    return F.max_pool2d(marks.float(), 2 * radius + 1, stride=1, padding=radius) > 0


def _innermost(mask: Tensor, side: int) -> Tensor:
    """Mark the one pixel around which most is mask, bool (N, 1, H, W)."""
    share = F.avg_pool2d(mask, side, stride=1, padding=side // 2).flatten(1)
    best = F.one_hot(share.argmax(dim=1), share.shape[1])
    return best.view_as(mask).bool()
