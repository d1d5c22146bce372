"""Holistically-nested edge detection (Xie & Tu 2015): a VGG-16 trunk with an edge map per block."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EdgeDetail = Literal["fine", "fused"]

_CONVOLUTIONS = (2, 2, 3, 3, 3)
_CHANNELS = (64, 128, 256, 512, 512)

# Mean of the pictures it was trained on, RGB in 0..255.
_MEAN = (122.67892, 116.66877, 104.00699)


class HED(nn.Module):
    """Edge strength of a picture.

    Args:
        detail: "fused" is the published network: the edge maps of all five blocks, weighed by a
            learnt fusion. "fine" averages the edge maps of the first two blocks, and has only
            these: sharp, with the texture of cloth, at a fraction of the work.
    """

    def __init__(self, detail: EdgeDetail = "fine"):
        super().__init__()
        if detail not in ("fine", "fused"):
            raise ValueError(f"detail must be 'fine' or 'fused', got {detail!r}")
        blocks = 2 if detail == "fine" else 5
        self.blocks = nn.ModuleList(_block(index) for index in range(blocks))
        self.sides = nn.ModuleList(nn.Conv2d(_CHANNELS[index], 1, 1) for index in range(blocks))
        self.fuse = nn.Conv2d(5, 1, 1) if detail == "fused" else None
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)

    mean: Tensor

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [-1, 1] to (N, 1, H, W) in [0, 1]."""
        hidden = (picture + 1) * 127.5 - self.mean
        maps = []
        for index, (block, side) in enumerate(zip(self.blocks, self.sides, strict=True)):
            if index:
                hidden = F.max_pool2d(hidden, 2, ceil_mode=True)
            hidden = block(hidden)
            maps.append(F.interpolate(side(hidden), picture.shape[-2:], mode="bilinear"))
        stacked = torch.cat(maps, dim=1)
        if self.fuse is None:
            return torch.sigmoid(stacked).mean(dim=1, keepdim=True)
        return torch.sigmoid(self.fuse(stacked))


def _block(index: int) -> nn.Sequential:
    """One block of the trunk, taking RGB."""
    layers: list[nn.Module] = []
    inputs = _CHANNELS[index - 1] if index else 3
    for _ in range(_CONVOLUTIONS[index]):
        layers += [nn.Conv2d(inputs, _CHANNELS[index], 3, padding=1), nn.ReLU(inplace=True)]
        inputs = _CHANNELS[index]
    return nn.Sequential(*layers)
