"""Deformable skip connections (Siarohin et al. 2018): features follow the body parts they show."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class PartMotion(NamedTuple):
    """How ten body parts move from one pose to another; serves feature maps of every size."""

    masks: Tensor
    """float (N, 10, H, W) in {0, 1}: where the source shows each part; empty for a part whose
    joints are missing from either pose."""
    sampling: Tensor
    """float32 (N, 10, 2, 3): where in the source a place of the target comes from. Both are
    (x, y, 1) as `affine_grid` has them: the frame's outer edges at -1 and 1, whatever its size."""


def deformable_skip(features: Tensor, motion: PartMotion) -> Tensor:
    """Move every body part's features with its own affine map and keep the largest at each place.

    Differentiable in `features`; bilinear, zero outside the frame. The masks are averaged to the
    features' size. As published, places that no part comes to, the background among them, are 0;
    and since a part is 0 wherever it is not, nothing is below 0. The decoder's ReLU, which comes
    next, would not have let that pass either.

    Args:
        features: float (N, C, h, w) of the frame that the source pose shows, where H and W are
            multiples of h and w.
        motion: of the same N frames.

    Returns:
        (N, C, h, w), of the same type.
    """
    # In 32 bits, since 16 cannot hold a place in a large frame.
    whole = features.float()
    height, width = features.shape[2:]
    step = motion.masks.shape[2] // height, motion.masks.shape[3] // width
    masks = F.avg_pool2d(motion.masks.float(), step)
    merged = torch.zeros_like(whole)
    for mask, sampling in zip(masks.unbind(1), motion.sampling.unbind(1), strict=True):
        grid = F.affine_grid(sampling.float(), list(features.shape), align_corners=False)
        moved = F.grid_sample(whole * mask[:, None], grid, align_corners=False)
        merged = torch.maximum(merged, moved)
    return merged.to(features.dtype)
