"""The two colour encoders side by side, as stage II and generation use them."""

import torch
from torch import Tensor, nn

from hueman.networks.residual_encoder import ResidualEncoder


class ColorEncoders(nn.Module):
    """E_up and E_down (paper, section 3.1): frames to codes z = [z_up, z_down].

    Each encoder sees the frame only inside its own region, so that neither code can tell of the
    other garment; pass all-ones regions to let both see everything.
    """

    def __init__(self, upper: ResidualEncoder, lower: ResidualEncoder):
        super().__init__()
        self.upper = upper
        self.lower = lower

    def forward(self, frames: Tensor, regions: Tensor) -> Tensor:
        """Encode (N, 3, H, W) in [-1, 1] within (N, 2, H, W) regions in [0, 1] to (N, up + down).

        The codes are the means of the encoders' distributions.
        """
        upper, _ = self.upper(frames * regions[:, :1])
        lower, _ = self.lower(frames * regions[:, 1:])
        return torch.cat([upper, lower], dim=1)
