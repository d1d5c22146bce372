"""A U-Net in the place of the coarse-to-fine generator: what the paper decided against.

"The skip connections in U-net could carry unwanted noise and artifacts in estimated feature maps
into generated frames" (section 3.2). This is what that is measured with.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from hueman.networks.coarse_to_fine import DEFAULT_INPUTS
from hueman.networks.unet import UNet
from hueman.networks.written_code import WrittenCode


class UNetGenerator(nn.Module):
    """Named input pictures and a code to a frame, as `CoarseToFine`, by BicycleGAN's U-Net.

    The code map is concatenated to the input. The first convolution is not normalised, so a tiled
    code is seen; it needs no cure.

    Args:
        code: length of the code.
        inputs: channels of each named input; they are concatenated in this order.
        channels: channels of the first level, doubled at each level up to eight times.
        levels: number of down-samplings.
        upsampling: see `upsampling_layer`.
        outputs: channels of what it makes.
    """

    def __init__(
        self,
        code: int,
        inputs: Mapping[str, int] = DEFAULT_INPUTS,
        channels: int = 64,
        levels: int = 7,
        upsampling: str = "transposed",
        outputs: int = 3,
    ):
        super().__init__()
        self.inputs = dict(inputs)
        total = sum(self.inputs.values()) + code
        self.unet = UNet(total, 0, channels, levels, upsampling, "input", outputs)

    def forward(self, pictures: Mapping[str, Tensor], code: WrittenCode) -> Tensor:
        """Make a frame.

        Args:
            pictures: each named input, (N, channels, H, W) in [-1, 1].
            code: of N frames, and where it is written.

        Returns:
            (N, outputs, H, W) in [-1, 1]. H and W are multiples of 2 ** levels.
        """
        full = torch.cat([*(pictures[name] for name in self.inputs), code.spread()], dim=1)
        return self.unet(full, full.new_empty(full.shape[0], 0))
