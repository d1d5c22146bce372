"""A generator for real time on a CPU: few wide-enough convolutions at a quarter of the size.

Squares of pixels are folded into channels (Shi et al. 2016), all layers work on the small picture,
and their last one is unfolded again. At equal operations that is faster on a CPU than narrow
layers at full size, whose time is spent moving memory, and than depthwise ones. Nothing is
normalised: there are few layers, a place learns nothing of what is far from it, and the numbers
keep ranges that 8 bits can hold.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hueman.networks.coarse_to_fine import DEFAULT_INPUTS
from hueman.networks.first_layer import FirstLayer
from hueman.networks.normalization import normalization_layer
from hueman.networks.written_code import WrittenCode


class PixelShuffleGenerator(nn.Module):
    """Named input pictures and a code to a frame, as `CoarseToFine`.

    Args:
        code: length of the code.
        inputs: channels of each named input; they are concatenated in this order.
        channels: of all layers.
        residual_blocks: between the first layer and the last.
        square: side of the squares of pixels that are folded into channels.
        outputs: channels of what it makes.
    """

    def __init__(
        self,
        code: int,
        inputs: Mapping[str, int] = DEFAULT_INPUTS,
        channels: int = 64,
        residual_blocks: int = 6,
        square: int = 4,
        outputs: int = 3,
    ):
        super().__init__()
        self.inputs = dict(inputs)
        self.square = square
        folded = square**2
        total = sum(self.inputs.values()) * folded + code
        self.first = FirstLayer(total, channels, code, "no_first_norm", "instance", kernel=3)
        self.blocks = nn.Sequential(*(_Block(channels) for _ in range(residual_blocks)))
        self.norm = normalization_layer("pixel", channels)
        self.last = nn.Conv2d(channels, outputs * folded, 3, padding=1)
        # Untrained, it makes grey; or, where what it makes is added to a picture, the picture.
        for tensor in self.last.parameters():
            nn.init.zeros_(tensor)

    def forward(self, pictures: Mapping[str, Tensor], code: WrittenCode) -> Tensor:
        """Make a frame.

        Args:
            pictures: each named input, (N, channels, H, W) in [-1, 1].
            code: of N frames, and where it is written.

        Returns:
            (N, outputs, H, W) in [-1, 1]. H and W are multiples of `square`.
        """
        full = torch.cat([pictures[name] for name in self.inputs], dim=1)
        small = code._replace(regions=F.avg_pool2d(code.regions, self.square))
        hidden = self.blocks(self.first(F.pixel_unshuffle(full, self.square), small))
        # Divided as weights usually are when they are drawn (Karras et al. 2018): an update moves
        # every one of them by the learning rate, all at once, and what is made by their sum.
        made = self.last(self.norm(hidden)) / (9 * hidden.shape[1]) ** 0.5
        return F.pixel_shuffle(made.tanh(), self.square)


class _Block(nn.Module):
    """Two 3x3 convolutions added to their input; untrained, they add a constant."""

    def __init__(self, channels: int):
        super().__init__()
        last = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(last.weight)
        self.layers = nn.Sequential(
            normalization_layer("pixel", channels),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            last,
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, channels, H, W) to the same shape."""
        return hidden + self.layers(hidden)
