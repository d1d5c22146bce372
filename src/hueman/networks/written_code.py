"""A colour code written into regions of a frame, as convolutions and linear maps see it.

Spread over a frame a code is a map with as many channels as it has numbers, of which most are
redundant: it is an outer product of the code and of two regions. A linear layer may as well see the
two regions alone, through weights into which the code has been folded; the result is the same.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class WrittenCode(NamedTuple):
    """The codes of N frames, and where they are written."""

    upper: Tensor
    """z_up, (N, up)."""
    lower: Tensor
    """z_down, (N, down)."""
    regions: Tensor
    """(N, 2, H, W) in [0, 1], where each is written; all ones is plain tiling."""

    def spread(self) -> Tensor:
        """Return the map itself, (N, up + down, H, W)."""
        halves = zip((self.upper, self.lower), self.regions.split(1, dim=1), strict=True)
        return torch.cat([half[:, :, None, None] * region for half, region in halves], dim=1)

    def halved(self) -> "WrittenCode":
        """Return the same in a frame of half the size."""
        regions = F.avg_pool2d(self.regions, 3, stride=2, padding=1, count_include_pad=False)
        return self._replace(regions=regions)

    def folded(self, weight: Tensor) -> Tensor:
        """Fold the codes into the weights of a linear layer that sees the map.

        Args:
            weight: (outputs, up + down, ...).

        Returns:
            (N, outputs, 2, ...), the weights of a layer that sees the regions.
        """
        halves = self.upper, self.lower
        parts = weight.split([half.shape[1] for half in halves], dim=1)
        folded = [
            torch.einsum("nc,oc...->no...", half.to(part.dtype), part)
            for half, part in zip(halves, parts, strict=True)
        ]
        return torch.stack(folded, dim=2)
