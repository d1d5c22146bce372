"""Richer convolutional features for edge detection (Liu et al. 2017; the paper's section 2.1).

A VGG-16 of which every convolution, not just the last of each stage, has its say in the edge map.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hueman.networks.hed import EdgeDetail

_CONVOLUTIONS = (2, 2, 3, 3, 3)
_CHANNELS = (64, 128, 256, 512, 512)
_SIDE_CHANNELS = 21

# Pixels of the picture from one place of a stage to the next, and how many pixels to cut off at
# the left and the top of its enlarged map. The fourth pooling has stride 1 and so moves the places
# of the fifth stage by half a step: there, nothing is cut off.
_STRIDES = (1, 2, 4, 8, 8)
_OFFSETS = (0, 1, 2, 4, 0)

# Mean of the pictures it was trained on, blue, green and red in 0..255.
_MEAN = (104.00698793, 116.66876762, 122.67891434)


class RCF(nn.Module):
    """Edge strength of a picture.

    The names of the layers are those of the authors' release in PyTorch. The enlargement of the
    maps is not learnt and has no weights.

    Args:
        detail: "fused" is the published network: the edge maps of all five stages, weighed by a
            learnt fusion. "fine" averages the edge maps of the first two stages, as for
            `hueman.networks.hed.HED`, at a fraction of the work.
    """

    def __init__(self, detail: EdgeDetail = "fused"):
        super().__init__()
        if detail not in ("fine", "fused"):
            raise ValueError(f"detail must be 'fine' or 'fused', got {detail!r}")
        self.detail = detail
        inputs = 3
        for stage, (count, channels) in enumerate(zip(_CONVOLUTIONS, _CHANNELS, strict=True), 1):
            # Keeps the field of view of a stage that a pooling of stride 2 goes before.
            dilation = 2 if stage == 5 else 1
            for index in range(1, count + 1):
                name = f"conv{stage}_{index}"
                convolution = nn.Conv2d(inputs, channels, 3, padding=dilation, dilation=dilation)
                self.add_module(name, convolution)
                self.add_module(f"{name}_down", nn.Conv2d(channels, _SIDE_CHANNELS, 1))
                inputs = channels
            self.add_module(f"score_dsn{stage}", nn.Conv2d(_SIDE_CHANNELS, 1, 1))
        self.score_fuse = nn.Conv2d(5, 1, 1)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)

    mean: Tensor

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [-1, 1], H and W at least 9, to (N, 1, H, W) in [0, 1]."""
        maps = []
        for stage, features in enumerate(self.stages((picture.flip(1) + 1) * 127.5 - self.mean), 1):
            maps.append(self._edge_map(stage, features, picture.shape[-2:]))
            if self.detail == "fine" and stage == 2:
                return torch.sigmoid(torch.cat(maps, dim=1)).mean(dim=1, keepdim=True)
        return torch.sigmoid(self.score_fuse(torch.cat(maps, dim=1)))

    def stages(self, hidden: Tensor) -> Iterator[list[Tensor]]:
        """Yield the rectified features of each stage of the trunk, shallow to deep.

        Args:
            hidden: (N, 3, H, W) blue, green and red, less their means.

        Yields:
            Two or three features (N, C, H / stride, W / stride), sizes rounded up; the fifth
            stage, of stride 8, is one smaller than the fourth.
        """
        for stage, count in enumerate(_CONVOLUTIONS, 1):
            if stage > 1:
                hidden = F.max_pool2d(hidden, 2, stride=1 if stage == 5 else 2, ceil_mode=True)
            features = []
            for index in range(1, count + 1):
                hidden = F.relu(self.get_submodule(f"conv{stage}_{index}")(hidden))
                features.append(hidden)
            yield features

    def _edge_map(self, stage: int, features: list[Tensor], size: torch.Size) -> Tensor:
        """Logits of a stage's edge map at the size of the picture, (N, 1, H, W)."""
        sides = [
            self.get_submodule(f"conv{stage}_{index}_down")(feature)
            for index, feature in enumerate(features, 1)
        ]
        score = self.get_submodule(f"score_dsn{stage}")(torch.stack(sides).sum(dim=0))
        stride, offset = _STRIDES[stage - 1], _OFFSETS[stage - 1]
        height, width = size
        return _enlarge(score, stride)[..., offset : offset + height, offset : offset + width]


def _enlarge(score: Tensor, stride: int) -> Tensor:
    """Enlarge (N, 1, h, w) `stride` times by bilinear interpolation, fading to 0 at the border.

    The result is larger by `stride` than h and w times the stride: half of that at each side.
    """
    if stride == 1:
        return score
    places = torch.arange(2 * stride, device=score.device, dtype=score.dtype)
    tent = 1 - (places - (stride - 0.5)).abs() / stride
    return F.conv_transpose2d(score, torch.outer(tent, tent)[None, None], stride=stride)
