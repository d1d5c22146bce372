"""The blocks of pix2pixHD's residual generators (Wang et al. 2018).

As published, all are instance-normalised, no normalisation has weights of its own, and convolutions
keep their biases.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from hueman.networks.normalization import Normalization, normalization_layer
from hueman.networks.upsampling import upsampling_layer


class ResidualBlock(nn.Module):
    """Two reflection-padded 3x3 convolutions, normalised, added to their input."""

    def __init__(self, channels: int, normalization: Normalization = "instance"):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            normalization_layer(normalization, channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            normalization_layer(normalization, channels),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        return hidden + self.layers(hidden)


def residual_trunk(
    widths: Sequence[int], blocks: int, upsampling: str, normalization: Normalization = "instance"
) -> nn.Sequential:
    """Return down-samplings, residual blocks at the smallest size, and up-samplings back.

    Args:
        widths: channels at full, half, quarter ... size; (N, widths[0], H, W) keeps its shape.
        blocks: number of residual blocks.
        upsampling: see `upsampling_layer`.
        normalization: see `normalization_layer`.
    """
    return nn.Sequential(
        *(down_block(before, after, normalization) for before, after in pairwise(widths)),
        *(ResidualBlock(widths[-1], normalization) for _ in range(blocks)),
        *(
            up_block(before, after, upsampling, normalization)
            for before, after in pairwise(reversed(widths))
        ),
    )


def wide_convolution(inputs: int, outputs: int, kernel: int = 7) -> nn.Sequential:
    """Return a reflection-padded convolution: the first and the last of a generator."""
    return nn.Sequential(nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel))


def down_block(inputs: int, outputs: int, normalization: Normalization) -> nn.Sequential:
    """Return layers (N, inputs, H, W) -> (N, outputs, H/2, W/2); see `normalization_layer`."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1),
        normalization_layer(normalization, outputs),
        nn.ReLU(),
    )


def up_block(
    inputs: int, outputs: int, upsampling: str, normalization: Normalization
) -> nn.Sequential:
    """Return layers (N, inputs, H, W) -> (N, outputs, 2H, 2W).

    See `upsampling_layer` and `normalization_layer`.
    """
    return nn.Sequential(
        upsampling_layer(upsampling, inputs, outputs),
        normalization_layer(normalization, outputs),
        nn.ReLU(),
    )
