"""pix2pixHD's coarse-to-fine residual generator (Wang et al. 2018) with a colour code.

The coarse stage ("global generator") works at half size, the fine stage ("local enhancer") at full
size. The code is concatenated to the input of both (paper, section 3.2).

Published, both stages begin with reflection padding, a convolution and instance normalisation. A
code that is tiled over the frame is constant there, so its convolution is constant too, and the
normalisation subtracts it: the network cannot see the code at all. Hence `normalize_first`, off by
default, and `code_map`, which writes each code only where its garment is.
"""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hueman.networks.upsampling import upsampling_layer

DEFAULT_INPUTS = {"features": 4, "previous": 3}


class CoarseToFine(nn.Module):
    """Named input pictures and a code to a frame.

    Args:
        code: length of the code.
        inputs: channels of each named input; they are concatenated in this order.
        channels: channels of the fine stage; the coarse one has twice as many.
        max_channels: the widest layer.
        downsamplings: down-samplings of the coarse stage.
        residual_blocks: residual blocks of the coarse stage.
        local_blocks: residual blocks of the fine stage.
        upsampling: see `upsampling_layer`.
        normalize_first: instance normalisation after the first convolution of both stages.
    """

    def __init__(
        self,
        code: int,
        inputs: Mapping[str, int] = DEFAULT_INPUTS,
        channels: int = 32,
        max_channels: int = 1024,
        downsamplings: int = 4,
        residual_blocks: int = 9,
        local_blocks: int = 3,
        upsampling: str = "transposed",
        normalize_first: bool = False,
    ):
        super().__init__()
        self.inputs = dict(inputs)
        total = sum(self.inputs.values()) + code
        coarse = 2 * channels
        widths = [min(max_channels, coarse * 2**level) for level in range(downsamplings + 1)]
        self.coarse_first = _first(total, coarse, normalize_first)
        self.coarse = nn.Sequential(
            *(_down(before, after) for before, after in pairwise(widths)),
            *(ResidualBlock(widths[-1]) for _ in range(residual_blocks)),
            *(_up(before, after, upsampling) for before, after in pairwise(reversed(widths))),
        )
        self.fine_first = _first(total, channels, normalize_first)
        self.fine_down = _down(channels, coarse)
        self.fine = nn.Sequential(
            *(ResidualBlock(coarse) for _ in range(local_blocks)),
            _up(coarse, channels, upsampling),
        )
        self.last = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(channels, 3, 7), nn.Tanh())

    def forward(self, pictures: Mapping[str, Tensor], code_map: Tensor) -> Tensor:
        """Make a frame.

        Args:
            pictures: each named input, (N, channels, H, W) in [-1, 1].
            code_map: (N, code, H, W), the code spread over the frame; see `code_map`.

        Returns:
            (N, 3, H, W) in [-1, 1]. H and W are multiples of 2 ** (downsamplings + 1).
        """
        fine = torch.cat([*(pictures[name] for name in self.inputs), code_map], dim=1)
        coarse = F.avg_pool2d(fine, 3, stride=2, padding=1, count_include_pad=False)
        coarse = self.coarse(self.coarse_first(coarse))
        return self.last(self.fine(self.fine_down(self.fine_first(fine)) + coarse))


def code_map(upper: Tensor, lower: Tensor, regions: Tensor) -> Tensor:
    """Spread two codes over their regions.

    Args:
        upper: z_up, (N, up).
        lower: z_down, (N, down).
        regions: (N, 2, H, W) in [0, 1], where each code is written; all ones is plain tiling.

    Returns:
        (N, up + down, H, W).
    """
    return torch.cat(
        [upper[:, :, None, None] * regions[:, :1], lower[:, :, None, None] * regions[:, 1:]], dim=1
    )


class ResidualBlock(nn.Module):
    """Two reflection-padded 3x3 convolutions, instance-normalised, added to their input."""

    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        return hidden + self.layers(hidden)


def _first(inputs: int, outputs: int, normalize: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, outputs, 7)]
    if normalize:
        layers.append(nn.InstanceNorm2d(outputs))
    return nn.Sequential(*layers, nn.ReLU())


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.InstanceNorm2d(outputs), nn.ReLU()
    )


def _up(inputs: int, outputs: int, upsampling: str) -> nn.Sequential:
    return nn.Sequential(
        upsampling_layer(upsampling, inputs, outputs), nn.InstanceNorm2d(outputs), nn.ReLU()
    )
