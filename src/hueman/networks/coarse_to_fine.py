"""pix2pixHD's coarse-to-fine residual generator (Wang et al. 2018) with a colour code.

The coarse stage ("global generator") works at half size, the fine stage ("local enhancer") at full
size. The code is concatenated to the input of both (paper, section 3.2).

Published, both stages begin with reflection padding, a convolution and instance normalisation. A
code that is tiled over the frame is constant there, so its convolution is constant too, and the
normalisation subtracts it: the network cannot see the code at all. Hence `code_cure`.
"""

from collections.abc import Mapping
from typing import get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hueman.networks.first_layer import CodeCure, FirstLayer
from hueman.networks.normalization import Normalization
from hueman.networks.residual_blocks import (
    ResidualBlock,
    down_block,
    residual_trunk,
    up_block,
    wide_convolution,
)
from hueman.networks.written_code import WrittenCode

DEFAULT_INPUTS = {"features": 4, "previous": 3}


class CoarseToFine(nn.Module):
    """Named input pictures and a code to a frame.

    The defaults are pix2pixHD's local generator with the paper's numbers (section 4.2): 32 channels
    (64 in the coarse stage), 4 down-samplings, 9 and 3 residual blocks. Without the fine stage they
    are its global generator.

    Args:
        code: length of the code.
        inputs: channels of each named input; they are concatenated in this order.
        channels: channels of the fine stage; the coarse one has twice as many.
        max_channels: the widest layer.
        downsamplings: down-samplings of the coarse stage.
        residual_blocks: residual blocks of the coarse stage.
        local_blocks: residual blocks of the fine stage.
        upsampling: see `upsampling_layer`.
        fine_stage: without it the coarse stage works at full size and makes the frame itself.
        code_cure: what lets the network see a tiled code. "none": nothing, as published;
            "no_first_norm": no normalisation after the first convolution of both stages; "film":
            after that normalisation, features are scaled and shifted by the code written there.
        normalization: of every layer, see `normalization_layer`.
        outputs: channels of what it makes.
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
        fine_stage: bool = True,
        code_cure: CodeCure = "no_first_norm",
        normalization: Normalization = "instance",
        outputs: int = 3,
    ):
        super().__init__()
        if code_cure not in get_args(CodeCure):
            raise ValueError(f"code_cure must be one of {get_args(CodeCure)}, got {code_cure!r}")
        self.inputs = dict(inputs)
        self.code_cure: CodeCure = code_cure
        total = sum(self.inputs.values()) + code
        coarse = 2 * channels
        widths = [min(max_channels, coarse * 2**level) for level in range(downsamplings + 1)]
        self.coarse_first = FirstLayer(total, coarse, code, code_cure, normalization)
        self.coarse = residual_trunk(widths, residual_blocks, upsampling, normalization)
        if fine_stage:
            self.fine_first = FirstLayer(total, channels, code, code_cure, normalization)
            self.fine_down = down_block(channels, coarse, normalization)
            self.fine = nn.Sequential(
                *(ResidualBlock(coarse, normalization) for _ in range(local_blocks)),
                up_block(coarse, channels, upsampling, normalization),
            )
        self.fine_stage = fine_stage
        last = wide_convolution(channels if fine_stage else coarse, outputs)
        self.last = nn.Sequential(last, nn.Tanh())

    def forward(self, pictures: Mapping[str, Tensor], code: WrittenCode) -> Tensor:
        """Make a frame.

        Args:
            pictures: each named input, (N, channels, H, W) in [-1, 1].
            code: of N frames, and where it is written.

        Returns:
            (N, outputs, H, W) in [-1, 1]. H and W are multiples of 2 ** (downsamplings + 1), or of
            2 ** downsamplings without the fine stage.
        """
        full = torch.cat([pictures[name] for name in self.inputs], dim=1)
        if not self.fine_stage:
            return self.last(self.coarse(self.coarse_first(full, code)))
        half = F.avg_pool2d(full, 3, stride=2, padding=1, count_include_pad=False)
        coarse = self.coarse(self.coarse_first(half, code.halved()))
        return self.last(self.fine(self.fine_down(self.fine_first(full, code)) + coarse))
