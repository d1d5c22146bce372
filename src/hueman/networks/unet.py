"""The U-Net generator of BicycleGAN (Zhu et al. 2017), "U-128" at its default numbers."""

from typing import Literal, get_args

import torch
from torch import Tensor, nn

from hueman.networks.upsampling import upsampling_layer

CodeLevels = Literal["all", "input"]


class UNet(nn.Module):
    """Feature map and code to a picture; "U-128" has 7 levels.

    Args:
        inputs: channels of the feature map.
        code: length of the code, tiled and concatenated to the input of encoder levels.
        channels: channels of the first level, doubled at each level up to eight times.
        levels: number of down-samplings.
        upsampling: see `upsampling_layer`.
        code_levels: the encoder levels that get the code: all of them, as BicycleGAN does unless
            told otherwise, or only the first, whose input is the feature map.
        outputs: channels of the picture.
    """

    def __init__(
        self,
        inputs: int,
        code: int,
        channels: int = 64,
        levels: int = 7,
        upsampling: str = "transposed",
        code_levels: CodeLevels = "all",
        outputs: int = 3,
    ):
        super().__init__()
        if code_levels not in get_args(CodeLevels):
            raise ValueError(
                f"code_levels must be one of {get_args(CodeLevels)}, got {code_levels!r}"
            )
        self.coded_levels = levels if code_levels == "all" else 1
        widths = [channels * min(8, 2**level) for level in range(levels)]
        self.down = nn.ModuleList()
        for level, width in enumerate(widths):
            before = widths[level - 1] if level else inputs
            extra = code if level < self.coded_levels else 0
            layers: list[nn.Module] = [nn.LeakyReLU(0.2)] if level else []
            layers.append(nn.Conv2d(before + extra, width, 4, stride=2, padding=1))
            # Neither end is normalised: the outermost keeps the picture's level, and the
            # innermost may be a single pixel.
            if 0 < level < levels - 1:
                layers.append(nn.InstanceNorm2d(width))
            self.down.append(nn.Sequential(*layers))
        self.up = nn.ModuleList()
        for level in reversed(range(levels)):
            before = widths[level] * (1 if level == levels - 1 else 2)
            after = widths[level - 1] if level else outputs
            self.up.append(
                nn.Sequential(
                    nn.ReLU(),
                    upsampling_layer(upsampling, before, after, kernel=4),
                    nn.InstanceNorm2d(after) if level else nn.Tanh(),
                )
            )

    def forward(self, features: Tensor, code: Tensor) -> Tensor:
        """(N, inputs, H, W) and (N, code) to (N, outputs, H, W) in [-1, 1].

        H and W are multiples of 2 ** levels.
        """
        skips: list[Tensor] = []
        hidden = features
        for level, down in enumerate(self.down):
            if level < self.coded_levels:
                tiled = code[:, :, None, None].expand(-1, -1, *hidden.shape[2:])
                hidden = torch.cat([hidden, tiled], dim=1)
            hidden = down(hidden)
            skips.append(hidden)
        hidden = skips.pop()
        for index, up in enumerate(self.up):
            hidden = up(hidden if index == 0 else torch.cat([hidden, skips.pop()], dim=1))
        return hidden
