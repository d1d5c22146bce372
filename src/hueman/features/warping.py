"""Warping of features from one pose to another, part by part: eq. (1) of the paper."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.features.affine import part_affines
from hueman.features.skeleton import BODY_PARTS


class Warped(NamedTuple):
    """Features under another pose, and where each body part went."""

    features: Tensor
    """float (N, C, H, W): the largest of all warped parts; 0 where none is."""
    parts: Tensor
    """float (N, 10, H, W) in [0, 1]: how far each part covers a pixel, order of `BODY_PARTS`."""


def warp_parts(features: Tensor, parts: Tensor, source: Tensor, target: Tensor) -> Warped:
    """Move every body part with its own affine map and keep the largest value at each pixel.

    Differentiable in `features`; bilinear, zero outside the frame. A part whose joints are missing
    from either pose vanishes.

    Args:
        features: float (N, C, H, W), 0 meaning "nothing" and no value below it.
        parts: uint8 (N, H, W), labels 0..10 of the body parts under the source pose.
        source: float (N, 18, 3), the poses that the features show.
        target: float (N, 18, 3), the poses wanted.

    Raises:
        ValueError: the shapes do not fit each other.
    """
    count, channels, height, width = features.shape
    if parts.shape != (count, height, width) or len(source) != count:
        raise ValueError(
            f"features {tuple(features.shape)}, parts {tuple(parts.shape)} and poses "
            f"{tuple(source.shape)} must agree in N, H and W"
        )
    matrices, valid = part_affines(source, target)
    grids = _sampling_matrices(matrices, height, width).to(features.dtype)
    merged = torch.zeros_like(features)
    masks = features.new_zeros(count, len(BODY_PARTS), height, width)
    for index in range(len(BODY_PARTS)):
        mask = (parts == index + 1) & valid[:, index, None, None]
        if not mask.any():
            continue
        mask = mask[:, None].to(features.dtype)
        grid = F.affine_grid(grids[:, index], [count, 1, height, width], align_corners=False)
        moved = F.grid_sample(torch.cat([features * mask, mask], dim=1), grid, align_corners=False)
        merged = torch.maximum(merged, moved[:, :channels])
        masks[:, index] = moved[:, channels]
    return Warped(merged, masks)


def _sampling_matrices(matrices: Tensor, height: int, width: int) -> Tensor:
    """Turn source-to-target pixel matrices into what `affine_grid` wants, (N, 10, 2, 3).

    That is the inverse, target to source, in coordinates where the frame spans -1..1.
    """
    last_row = matrices.new_tensor([0, 0, 1]).expand(*matrices.shape[:2], 1, 3)
    forward = torch.cat([matrices, last_row], dim=2).double()
    # x' = (2 x + 1) / width - 1: pixel centres at integers, the frame's edges at -1 and 1.
    to_unit = forward.new_tensor(
        [[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]]
    )
    backward = torch.linalg.inv(to_unit @ forward @ torch.linalg.inv(to_unit))
    return backward[..., :2, :].float()
