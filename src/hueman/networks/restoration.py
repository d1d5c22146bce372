"""The image restoration network that refines a warped feature map (paper, section 2.3)."""

from torch import Tensor, nn

from hueman.networks.residual_blocks import residual_trunk, wide_convolution

FEATURE_CHANNELS = 4


class RestorationNetwork(nn.Module):
    """A warped feature map to one without cracks between body parts and steps of grey.

    The paper says what the network is for and that it is trained adversarially, not what it is
    made of. This is a small global generator of pix2pixHD, the residual kind that the paper takes
    for its frames because skip connections would carry the flaws of the features into the result.
    The repair is small beside the map itself, so the network makes only a correction, which is
    added to its input. Its last convolution starts at zero: untrained, it changes nothing, and
    training can only begin from the plain warp.

    At the default numbers it has 1,968,196 parameters.

    Args:
        channels: channels at full size, doubled at each down-sampling.
        downsamplings: number of down-samplings.
        residual_blocks: residual blocks at the smallest size.
        upsampling: see `upsampling_layer`.
    """

    def __init__(
        self,
        channels: int = 32,
        downsamplings: int = 2,
        residual_blocks: int = 6,
        upsampling: str = "transposed",
    ):
        super().__init__()
        widths = [channels * 2**level for level in range(downsamplings + 1)]
        correction = wide_convolution(channels, FEATURE_CHANNELS)
        for parameter in correction.parameters():
            nn.init.zeros_(parameter)
        self.correction = nn.Sequential(
            wide_convolution(FEATURE_CHANNELS, channels),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            residual_trunk(widths, residual_blocks, upsampling),
            correction,
        )

    def forward(self, warped: Tensor) -> Tensor:
        """(N, 4, H, W) in [-1, 1] to the same; H and W are multiples of 2 ** downsamplings."""
        return (warped + self.correction(warped)).clamp(-1, 1)
