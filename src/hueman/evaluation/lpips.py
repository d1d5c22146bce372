"""LPIPS, the learnt distance of pictures (Zhang et al. 2018), AlexNet with the heads of v0.1."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from hueman.networks.alexnet import AlexNet
from hueman.weights.readers import load_alexnet_lpips

# Mean and deviation of ImageNet's pictures, for values in [-1, 1], as LPIPS rounds them.
_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)


class LPIPS(nn.Module):
    """Perceptual distance; 0 for equal pictures, about 0.7 for unlike ones.

    Args:
        network: the features.
        heads: for each feature the weights of its channels, (1, C, 1, 1).
    """

    def __init__(self, network: AlexNet, heads: Sequence[Tensor]):
        super().__init__()
        self.network = network
        self.heads = nn.ParameterList(heads)
        self.register_buffer("shift", torch.tensor(_SHIFT).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1))
        self.requires_grad_(False)

    shift: Tensor
    scale: Tensor

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the distances (N,) of (N, 3, H, W) from (N, 3, H, W), RGB in [-1, 1].

        Raises:
            ValueError: the shapes differ, or are not of pictures of at least 31 x 31.
        """
        if a.shape != b.shape or a.ndim != 4 or a.shape[1] != 3 or min(a.shape[2:]) < 31:
            raise ValueError(
                "expected two batches (N, 3, H, W) with H and W at least 31, "
                f"got {tuple(a.shape)} and {tuple(b.shape)}"
            )
        features = zip(self._features(a), self._features(b), self.heads, strict=True)
        return torch.stack(
            [((x - y).square() * head).sum(dim=1).mean(dim=(1, 2)) for x, y, head in features]
        ).sum(dim=0)

    def _features(self, picture: Tensor) -> list[Tensor]:
        """Return the features with unit length at each place."""
        features = self.network((picture - self.shift) / self.scale)
        return [
            feature / (feature.square().sum(dim=1, keepdim=True).sqrt() + 1e-10)
            for feature in features
        ]


def load_lpips() -> LPIPS:
    """Return LPIPS with its published weights.

    Raises:
        HuemanError: the weights cannot be had.
    """
    return LPIPS(*load_alexnet_lpips())
