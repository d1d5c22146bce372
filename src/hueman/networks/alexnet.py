"""Features of AlexNet's five convolutions (Krizhevsky 2014), as LPIPS compares them."""

import torch.nn.functional as F
from torch import Tensor, nn


class AlexNet(nn.Module):
    """The rectified outputs of the five convolutions; 64, 192, 384, 256 and 256 channels.

    The input is a picture normalised by ImageNet's mean and deviation.
    """

    CHANNELS = (64, 192, 384, 256, 256)

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            (
                nn.Conv2d(3, 64, 11, stride=4, padding=2),
                nn.Conv2d(64, 192, 5, padding=2),
                nn.Conv2d(192, 384, 3, padding=1),
                nn.Conv2d(384, 256, 3, padding=1),
                nn.Conv2d(256, 256, 3, padding=1),
            )
        )

    def forward(self, picture: Tensor) -> list[Tensor]:
        """(N, 3, H, W), H and W at least 31, to five features of at most (H/4, W/4)."""
        hidden = picture
        features = []
        for index, convolution in enumerate(self.convolutions):
            if index in (1, 2):
                hidden = F.max_pool2d(hidden, 3, stride=2)
            hidden = F.relu(convolution(hidden))
            features.append(hidden)
        return features
