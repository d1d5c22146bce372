"""The residual encoder of BicycleGAN (Zhu et al. 2017), "Res256" at its default numbers.

As published but for the last pooling, which takes the mean of the whole picture. The original
counts its first convolution among the blocks, and so calls this network one of 5 blocks.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F


class ResidualEncoder(nn.Module):
    """A picture to the mean and log-variance of its latent code.

    Args:
        code: length of the code.
        channels: channels after the first convolution, widened up to four times.
        blocks: residual blocks, each halving the picture.
        log_variance_bias: initial bias of the log-variance head.
        mean_gain: factor on the initial weights of the mean head.
        shrink: the picture is first made so many times smaller.
    """

    def __init__(
        self,
        code: int,
        channels: int = 64,
        blocks: int = 4,
        log_variance_bias: float = 0.0,
        mean_gain: float = 1.0,
        shrink: int = 1,
    ):
        super().__init__()
        self.shrink = shrink
        widths = [channels * min(4, index + 1) for index in range(blocks + 1)]
        self.first = nn.Conv2d(3, channels, 4, stride=2, padding=1)
        self.blocks = nn.Sequential(
            *(_DownBlock(inputs, outputs) for inputs, outputs in pairwise(widths))
        )
        # Adaptive pooling: the original's fixed 8x8 window drops the bottom of a 384x256 picture.
        self.pool = nn.Sequential(nn.LeakyReLU(0.2), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.mean = nn.Linear(widths[-1], code)
        self.log_variance = nn.Linear(widths[-1], code)
        nn.init.constant_(self.log_variance.bias, log_variance_bias)
        self.mean.weight.data.mul_(mean_gain)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) in [-1, 1] to two (N, code): mean and log-variance."""
        if self.shrink > 1:
            picture = F.avg_pool2d(picture, self.shrink)
        hidden = self.pool(self.blocks(self.first(picture)))
        return self.mean(hidden), self.log_variance(hidden)


class _DownBlock(nn.Module):
    """Pre-activation residual block that halves the picture by mean pooling."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.residual = nn.Sequential(
            nn.InstanceNorm2d(inputs),
            nn.LeakyReLU(0.2),
            nn.Conv2d(inputs, inputs, 3, padding=1),
            nn.InstanceNorm2d(inputs),
            nn.LeakyReLU(0.2),
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.AvgPool2d(2),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(inputs, outputs, 1))

    def forward(self, hidden: Tensor) -> Tensor:
        return self.residual(hidden) + self.shortcut(hidden)
