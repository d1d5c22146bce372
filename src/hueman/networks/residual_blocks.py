"""The blocks of pix2pixHD's residual generators (Wang et al. 2018), all instance-normalised.

As published, no normalisation has weights of its own, and convolutions keep their biases.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from hueman.networks.upsampling import upsampling_layer


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


def residual_trunk(widths: Sequence[int], blocks: int, upsampling: str) -> nn.Sequential:
    """Return down-samplings, residual blocks at the smallest size, and up-samplings back.

    Args:
        widths: channels at full, half, quarter ... size; (N, widths[0], H, W) keeps its shape.
        blocks: number of residual blocks.
        upsampling: see `upsampling_layer`.
    """
    return nn.Sequential(
        *(down_block(before, after) for before, after in pairwise(widths)),
        *(ResidualBlock(widths[-1]) for _ in range(blocks)),
        *(up_block(before, after, upsampling) for before, after in pairwise(reversed(widths))),
    )


def wide_convolution(inputs: int, outputs: int) -> nn.Sequential:
    """Return a reflection-padded 7x7 convolution: the first and the last of a generator."""
    return nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(inputs, outputs, 7))


def down_block(inputs: int, outputs: int) -> nn.Sequential:
    """Return layers (N, inputs, H, W) -> (N, outputs, H/2, W/2)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.InstanceNorm2d(outputs), nn.ReLU()
    )


def up_block(inputs: int, outputs: int, upsampling: str) -> nn.Sequential:
    """Return layers (N, inputs, H, W) -> (N, outputs, 2H, 2W); see `upsampling_layer`."""
    return nn.Sequential(
        upsampling_layer(upsampling, inputs, outputs), nn.InstanceNorm2d(outputs), nn.ReLU()
    )
