"""The networks of Deformable GAN (Siarohin et al., "Deformable GANs for Pose-based Human Image
Generation", CVPR 2018), written from the paper and, where that is silent, from its code.

Where the two differ the paper is followed: parts are cut out before they are moved (the code cuts
the moved features at the target's rectangles), and instances are normalised channel by channel (the
code's layer, left at its default, normalises all channels together).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from hueman.networks.deformable_skip import PartMotion, deformable_skip

WARPED_LEVELS = 4
"""The outermost skip connections are deformable; further in, a part is hardly a pixel wide."""

DROPPED_LEVELS = 3
"""The first levels of the decoder have dropout."""


class DeformableGenerator(nn.Module):
    """A picture of a person and a pose to the picture of that person in that pose.

    A U-Net with two encoders: one sees the content picture with the heat maps of its pose, one the
    heat maps of the target pose. The decoder's skip connections bring features of both, those of
    the content moved part by part to the target pose.

    The defaults are the numbers for 256 x 256 pixels; for 128 x 64 there are 5 levels. In front of
    instance normalisation convolutions have no biases.

    Args:
        joints: heat maps of a pose.
        channels: after the first convolution; doubled at each level up to eight times.
        levels: down-samplings.
        deformable: False brings the content's features as they are.
    """

    def __init__(
        self, joints: int = 18, channels: int = 64, levels: int = 6, deformable: bool = True
    ):
        super().__init__()
        self.deformable = deformable
        widths = [channels * min(8, 2**level) for level in range(levels + 1)]
        self.content_encoder = _Encoder(3 + joints, widths)
        self.target_encoder = _Encoder(joints, widths)
        self.decoder = nn.ModuleList()
        below = 0
        for number, width in enumerate(reversed(widths[1:])):
            layers: list[nn.Module] = [
                nn.ReLU(),
                nn.ConvTranspose2d(below + 2 * width, width, 4, stride=2, padding=1, bias=False),
                nn.InstanceNorm2d(width, affine=True),
            ]
            if number < DROPPED_LEVELS:
                layers.append(nn.Dropout(0.5))
            self.decoder.append(nn.Sequential(*layers))
            below = width
        self.last = nn.Sequential(
            nn.ReLU(), nn.Conv2d(below + 2 * channels, 3, 3, padding=1), nn.Tanh()
        )

    def forward(
        self, content: Tensor, content_heat_maps: Tensor, target_heat_maps: Tensor, *motion: Tensor
    ) -> Tensor:
        """Show the person of a picture in another pose.

        Args:
            content: (N, 3, H, W) in [-1, 1]; H and W are multiples of 2 ** levels.
            content_heat_maps: (N, joints, H, W) in [0, 1], of the pose that the content shows.
            target_heat_maps: (N, joints, H, W) in [0, 1].
            motion: the two tensors of a `PartMotion` from the content's pose to the target.

        Returns:
            (N, 3, H, W) in [-1, 1].
        """
        moves = PartMotion(*motion)
        from_content = self.content_encoder(torch.cat([content, content_heat_maps], dim=1))
        from_target = self.target_encoder(target_heat_maps)
        skips = []
        for level, (shown, wanted) in enumerate(zip(from_content, from_target, strict=True)):
            warped = self.deformable and level < WARPED_LEVELS
            skips.append(
                torch.cat([deformable_skip(shown, moves) if warped else shown, wanted], dim=1)
            )
        hidden = skips.pop()
        for up in self.decoder:
            hidden = torch.cat([up(hidden), skips.pop()], dim=1)
        return self.last(hidden)


class _Encoder(nn.Module):
    """Shows the output of every level: full size, half, ..., each before its activation."""

    def __init__(self, inputs: int, widths: list[int]):
        super().__init__()
        self.levels = nn.ModuleList([nn.Conv2d(inputs, widths[0], 3, padding=1)])
        for level, (before, width) in enumerate(pairwise(widths), start=1):
            layers: list[nn.Module] = [
                nn.LeakyReLU(0.2),
                nn.Conv2d(before, width, 4, stride=2, padding=1, bias=False),
            ]
            # The innermost level may be a single pixel, of which nothing would be left.
            if level < len(widths) - 1:
                layers.append(nn.InstanceNorm2d(width, affine=True))
            self.levels.append(nn.Sequential(*layers))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """(N, inputs, H, W) to a list of (N, C_l, H / 2^l, W / 2^l)."""
        outputs = []
        for level in self.levels:
            pictures = level(pictures)
            outputs.append(pictures)
        return outputs


class DeformableDiscriminator(nn.Module):
    """Judges overlapping patches of a picture with everything it is conditioned on.

    Every layer halves the picture, the verdict too.

    Args:
        inputs: channels of the picture with everything it is conditioned on.
        channels: of the first layer, doubled at each layer up to eight times.
        layers: before the verdict.
    """

    def __init__(self, inputs: int, channels: int = 64, layers: int = 4):
        super().__init__()
        widths = [channels * min(8, 2**layer) for layer in range(layers)]
        modules: list[nn.Module] = [nn.Conv2d(inputs, channels, 4, stride=2, padding=1)]
        for before, width in pairwise(widths):
            modules += [
                nn.LeakyReLU(0.2),
                nn.Conv2d(before, width, 4, stride=2, padding=1, bias=False),
                nn.InstanceNorm2d(width, affine=True),
            ]
        verdict = nn.Conv2d(widths[-1], 1, 4, stride=2, padding=1, bias=False)
        self.layers = nn.Sequential(*modules, nn.LeakyReLU(0.2), verdict)

    def forward(self, picture: Tensor) -> list[list[Tensor]]:
        """(N, inputs, H, W) to the verdict (N, 1, h, w), the logit of each patch being real.

        It comes as the only output of a single scale, as the losses take it.
        """
        return [[self.layers(picture)]]
