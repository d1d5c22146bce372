"""Patch discriminators at several scales: of pix2pixHD (Wang et al. 2018) and of BicycleGAN (2017).

Both judge overlapping patches of the picture at several sizes by the same stack of 4x4
convolutions. They differ in padding and in the channels of the smaller sizes.
"""

from torch import Tensor, nn
from torch.nn import functional as F


class MultiScaleDiscriminator(nn.Module):
    """Patch discriminators on a picture at full, half, quarter ... size.

    The defaults are pix2pixHD's numbers; BicycleGAN's ("basic_256_multi") are `scales=2`,
    `padding=1` and `halve_channels=True`.

    Args:
        inputs: channels of the picture with everything it is conditioned on.
        channels: channels of the first layer, doubled at each layer up to eight times.
        layers: strided layers of each discriminator.
        scales: number of discriminators.
        padding: zeros around the input of every convolution.
        halve_channels: each discriminator has half the channels of the next larger one.
    """

    def __init__(
        self,
        inputs: int,
        channels: int = 64,
        layers: int = 3,
        scales: int = 3,
        padding: int = 2,
        halve_channels: bool = False,
    ):
        super().__init__()
        widths = [channels >> scale if halve_channels else channels for scale in range(scales)]
        if min(widths) < 1:
            raise ValueError(f"{channels} channels cannot be halved for {scales} scales")
        self.discriminators = nn.ModuleList(
            PatchDiscriminator(inputs, width, layers, padding) for width in widths
        )

    def forward(self, picture: Tensor) -> list[list[Tensor]]:
        """(N, inputs, H, W) to, for each scale, the outputs of all layers.

        The last output of a scale is its verdict (N, 1, h, w), one number for each patch.
        """
        outputs = []
        for index, discriminator in enumerate(self.discriminators):
            if index:
                picture = F.avg_pool2d(picture, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(discriminator(picture))
        return outputs


class PatchDiscriminator(nn.Module):
    """One discriminator that judges overlapping patches and shows its intermediate features."""

    def __init__(self, inputs: int, channels: int = 64, layers: int = 3, padding: int = 2):
        super().__init__()
        widths = [channels * min(8, 2**layer) for layer in range(layers + 1)]
        self.layers = nn.ModuleList()
        for layer, width in enumerate(widths):
            before = widths[layer - 1] if layer else inputs
            stride = 2 if layer < layers else 1
            modules: list[nn.Module] = [nn.Conv2d(before, width, 4, stride, padding)]
            if layer:
                modules.append(nn.InstanceNorm2d(width))
            self.layers.append(nn.Sequential(*modules, nn.LeakyReLU(0.2)))
        self.layers.append(nn.Conv2d(widths[-1], 1, 4, padding=padding))

    def forward(self, picture: Tensor) -> list[Tensor]:
        """(N, inputs, H, W) to the outputs of all layers, the verdict last."""
        outputs = []
        for layer in self.layers:
            picture = layer(picture)
            outputs.append(picture)
        return outputs
