"""How a generator keeps its features at one level: across the picture, or at each place."""

from typing import Literal, get_args

from torch import Tensor, nn

Normalization = Literal["instance", "pixel"]


class PixelNorm(nn.Module):
    """The features of each place divided by their root mean square (Karras et al. 2018).

    Unlike instance normalisation, which takes mean and deviation over the whole picture, it tells
    no place anything of another: a garment's new colour does not move what is far from it.
    """

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same; every place has a root mean square of 1, or is all zero."""
        # Not added: as good as 0, a sum would be left out of graphs in ONNX.
        return features * features.square().mean(dim=1, keepdim=True).clamp(min=1e-8).rsqrt()


def normalization_layer(name: Normalization, channels: int) -> nn.Module:
    """Return a normalisation without weights, of (N, channels, H, W).

    Args:
        name: "instance", as in pix2pixHD, or "pixel", see `PixelNorm`.
        channels: number of channels.

    Raises:
        ValueError: there is no normalisation of this name.
    """
    if name not in get_args(Normalization):
        raise ValueError(f"normalization must be one of {get_args(Normalization)}, got {name!r}")
    return nn.InstanceNorm2d(channels) if name == "instance" else PixelNorm()
