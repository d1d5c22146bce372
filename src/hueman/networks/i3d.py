"""I3D (Carreira & Zisserman 2017): Inception-v1 inflated to video, trained on Kinetics-400.

"Quo vadis, action recognition? A new model and the Kinetics dataset", CVPR 2017, figure 3; the
numbers of channels are those of GoogLeNet (Szegedy et al. 2015, table 1). Layers have their
published names. Inference only: dropout is left out, and normalisation is by stored statistics.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 224
"""Pixels of the frames' sides."""

LEAST_FRAMES = 9
"""Fewer frames leave less than the two steps of time that the head averages over."""

CLASSES = 400

_EPSILON = 1e-3

Extent = tuple[int, int, int]
"""Of a kernel or a stride: frames, rows, columns."""


class I3D(nn.Module):
    """Logits of the 400 actions of Kinetics, in alphabetic order; frozen, as it only measures."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = _sequence(
            Conv3d_1a_7x7=Unit(3, 64, 7, stride=2),
            MaxPool3d_2a_3x3=MaxPool((1, 3, 3), (1, 2, 2)),
            Conv3d_2b_1x1=Unit(64, 64, 1),
            Conv3d_2c_3x3=Unit(64, 192, 3),
            MaxPool3d_3a_3x3=MaxPool((1, 3, 3), (1, 2, 2)),
            Mixed_3b=Mixed(192, 64, (96, 128), (16, 32), 32),
            Mixed_3c=Mixed(256, 128, (128, 192), (32, 96), 64),
            MaxPool3d_4a_3x3=MaxPool((3, 3, 3), (2, 2, 2)),
            Mixed_4b=Mixed(480, 192, (96, 208), (16, 48), 64),
            Mixed_4c=Mixed(512, 160, (112, 224), (24, 64), 64),
            Mixed_4d=Mixed(512, 128, (128, 256), (24, 64), 64),
            Mixed_4e=Mixed(512, 112, (144, 288), (32, 64), 64),
            Mixed_4f=Mixed(528, 256, (160, 320), (32, 128), 128),
            MaxPool3d_5a_2x2=MaxPool((2, 2, 2), (2, 2, 2)),
            Mixed_5b=Mixed(832, 256, (160, 320), (32, 128), 128),
            Mixed_5c=Mixed(832, 384, (192, 384), (48, 128), 128),
        )
        self.logits = nn.Conv3d(1024, CLASSES, 1)
        self.requires_grad_(False)

    def forward(self, video: Tensor) -> Tensor:
        """Return the logits (N, 400) of videos (N, 3, T, 224, 224), RGB in [-1, 1], T at least 9.

        Raises:
            ValueError: the shape is another.
        """
        channels, frames, *sides = video.shape[1:] if video.ndim == 5 else (0, 0)
        if channels != 3 or frames < LEAST_FRAMES or sides != [SIDE, SIDE]:
            raise ValueError(
                f"expected videos (N, 3, T, {SIDE}, {SIDE}) with T at least {LEAST_FRAMES}, "
                f"got {tuple(video.shape)}"
            )
        pooled = F.avg_pool3d(self.layers(video), (2, 7, 7), stride=1)
        return self.logits(pooled).mean(dim=(2, 3, 4))


class Unit(nn.Module):
    """Convolution, batch normalisation without scale, ReLU; strides divide the size, rounded up."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1):
        super().__init__()
        self.convolution = nn.Conv3d(inputs, outputs, kernel, stride, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))
        self.extents = ((kernel, kernel, kernel), (stride, stride, stride))

    mean: Tensor
    variance: Tensor

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, inputs, T, H, W) to (N, outputs, T / stride, H / stride, W / stride)."""
        hidden = self.convolution(pad_same(hidden, *self.extents))
        return F.relu(
            F.batch_norm(hidden, self.mean, self.variance, bias=self.bias, eps=_EPSILON),
            inplace=True,
        )


class MaxPool(nn.Module):
    """Greatest value of each window; strides divide the size, rounded up."""

    def __init__(self, kernel: Extent, stride: Extent):
        super().__init__()
        self.extents = (kernel, stride)

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, C, T, H, W), not negative, to the sizes divided by the strides."""
        # What is pooled has been rectified, so that zeros outside never win.
        return F.max_pool3d(pad_same(hidden, *self.extents), *self.extents)


class Mixed(nn.ModuleDict):
    """Inception module: four branches side by side, concatenated.

    Args:
        inputs: channels.
        point: channels of the 1x1x1 convolution.
        narrow: channels of the 1x1x1 and of the 3x3x3 convolution of the second branch.
        wide: likewise of the third, which is 5x5 in GoogLeNet.
        pooled: channels of the 1x1x1 convolution after pooling.
    """

    def __init__(
        self,
        inputs: int,
        point: int,
        narrow: tuple[int, int],
        wide: tuple[int, int],
        pooled: int,
    ):
        super().__init__(
            {
                "Branch_0": _sequence(Conv3d_0a_1x1=Unit(inputs, point, 1)),
                "Branch_1": _sequence(
                    Conv3d_0a_1x1=Unit(inputs, narrow[0], 1), Conv3d_0b_3x3=Unit(*narrow, 3)
                ),
                "Branch_2": _sequence(
                    Conv3d_0a_1x1=Unit(inputs, wide[0], 1), Conv3d_0b_3x3=Unit(*wide, 3)
                ),
                "Branch_3": _sequence(
                    MaxPool3d_0a_3x3=MaxPool((3, 3, 3), (1, 1, 1)),
                    Conv3d_0b_1x1=Unit(inputs, pooled, 1),
                ),
            }
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """(N, inputs, T, H, W) to the branches' channels, in their order, at the same size."""
        return torch.cat([branch(hidden) for branch in self.values()], dim=1)


def _sequence(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def pad_same(hidden: Tensor, kernel: Extent, stride: Extent) -> Tensor:
    """Pad (N, C, T, H, W) with zeros as TensorFlow's SAME does: size / stride, rounded up, is left.

    What is uneven about it comes last: with a stride, even sizes get more at the end.
    """
    margins: list[int] = []
    for size, extent, step in zip(hidden.shape[2:], kernel, stride, strict=True):
        total = max((-(-size // step) - 1) * step + extent - size, 0)
        margins = [total // 2, total - total // 2, *margins]
    return F.pad(hidden, margins)
