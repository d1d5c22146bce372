"""VGG (Simonyan & Zisserman 2015) as the features of a perceptual loss (Johnson et al. 2016)."""

from typing import Literal

import torch
from torch import Tensor, nn

VGGName = Literal["vgg16", "vgg19"]

# Convolutions in each of the five blocks, and their channels.
_CONVOLUTIONS: dict[str, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
_CHANNELS = (64, 128, 256, 512, 512)

# Mean and standard deviation of ImageNet's pictures, for values in [0, 1].
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


class VGG(nn.Module):
    """Features of a VGG, one of each block; frozen, since it measures and never learns.

    `layers` has the order and numbering of the `features` of the published networks, but ends with
    the last feature asked for. Gradients flow to the picture.

    Args:
        name: vgg16 or vgg19.
        last: the features are those of the blocks 1 to `last`; 1..5.
        convolution: after which convolution of each block; 1 means relu1_1, relu2_1, ... and 2
            means relu1_2, relu2_2, ...
    """

    def __init__(self, name: VGGName = "vgg19", last: int = 5, convolution: Literal[1, 2] = 1):
        super().__init__()
        if name not in _CONVOLUTIONS or not 1 <= last <= 5 or convolution not in (1, 2):
            raise ValueError(
                "expected vgg16 or vgg19, last in 1..5 and convolution 1 or 2, got "
                f"{name}, {last} and {convolution}"
            )
        layers: list[nn.Module] = []
        inputs = 3
        self.taps: list[int] = []
        for block in range(last):
            outputs = _CHANNELS[block]
            if block:
                layers.append(nn.MaxPool2d(2))
            count = _CONVOLUTIONS[name][block] if block < last - 1 else convolution
            for index in range(1, count + 1):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                inputs = outputs
                if index == convolution:
                    self.taps.append(len(layers) - 1)
        self.layers = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer(
            "deviation", torch.tensor(_DEVIATION).view(1, 3, 1, 1), persistent=False
        )
        self.requires_grad_(False)

    mean: Tensor
    deviation: Tensor

    def forward(self, picture: Tensor) -> list[Tensor]:
        """(N, 3, H, W) RGB in [-1, 1] to `last` features; the k-th is (N, C_k, H/2^k, W/2^k)."""
        hidden = ((picture + 1) / 2 - self.mean) / self.deviation
        features = []
        for index, layer in enumerate(self.layers):
            hidden = layer(hidden)
            if index in self.taps:
                features.append(hidden)
        return features
