"""Where a code enters a generator: its first convolution, and what keeps it from being erased."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hueman.networks.normalization import Normalization, normalization_layer
from hueman.networks.residual_blocks import wide_convolution
from hueman.networks.written_code import WrittenCode

CodeCure = Literal["none", "no_first_norm", "film"]


class FiLM(nn.Module):
    """Features scaled and shifted, channel by channel, by a linear map of a code.

    Perez et al. 2018, but at each place by the code that is written there: where a code map is
    empty nothing is scaled or shifted, so the code of a garment does not tint what is around it.
    It starts with no scaling, so that an untrained network keeps the level of its features, but
    with a shift, so that the code is seen from the first step.
    """

    def __init__(self, code: int, channels: int):
        super().__init__()
        self.scale = nn.Linear(code, channels, bias=False)
        self.shift = nn.Linear(code, channels, bias=False)
        nn.init.zeros_(self.scale.weight)

    def forward(self, features: Tensor, code: WrittenCode) -> Tensor:
        """(N, channels, H, W) to the same."""
        scale, shift = (
            torch.einsum("ncr,nrhw->nchw", code.folded(layer.weight), code.regions)
            for layer in (self.scale, self.shift)
        )
        return features * (1 + scale) + shift


class FirstLayer(nn.Module):
    """The first convolution of a generator, with what follows it under each cure.

    Args:
        inputs: channels of the pictures, and numbers of the code.
        outputs: channels of what it makes.
        code: numbers of the code.
        cure: what lets the code be seen, see `CoarseToFine`.
        normalization: see `normalization_layer`.
        kernel: of the convolution, odd.
    """

    convolution: nn.Sequential

    def __init__(
        self,
        inputs: int,
        outputs: int,
        code: int,
        cure: CodeCure,
        normalization: Normalization,
        kernel: int = 7,
    ):
        super().__init__()
        self.pictures = inputs - code
        self.convolution = wide_convolution(inputs, outputs, kernel)
        first = normalization_layer(normalization, outputs)
        self.norm = nn.Identity() if cure == "no_first_norm" else first
        self.film = FiLM(code, outputs) if cure == "film" else None

    def forward(self, picture: Tensor, code: WrittenCode) -> Tensor:
        """(N, inputs - code, H, W) to (N, outputs, H, W)."""
        features = self.norm(self._convolved(picture, code))
        if self.film is not None:
            features = self.film(features, code)
        return F.relu(features)

    def _convolved(self, picture: Tensor, code: WrittenCode) -> Tensor:
        """Convolve the picture and, after it, the map of the code, which is never spread."""
        if torch.compiler.is_exporting():  # a graph for any number of frames has one convolution
            return self.convolution(torch.cat([picture, code.spread()], dim=1))
        pad, convolution = self.convolution
        assert isinstance(convolution, nn.Conv2d)  # for type checkers
        weight = convolution.weight
        written = code.folded(weight[:, self.pictures :])  # (N, outputs, 2, kernel, kernel)
        seen = weight[:, : self.pictures].expand(len(written), -1, -1, -1, -1)
        each = torch.cat([seen, written], dim=2)
        padded = pad(torch.cat([picture, code.regions], dim=1))
        return torch.cat(
            [
                F.conv2d(one, kernel, convolution.bias)
                for one, kernel in zip(padded.split(1), each, strict=True)
            ]
        )
