"""From a code back to the colour it stands for."""

from torch import Tensor, nn

HIDDEN = 64
CHROMA = 40.0
"""Units of a and b to 1 of a network's output."""


class TintDecoder(nn.Module):
    """The mean a and b of each garment, from its own code alone.

    So the lower garment's code cannot change the upper garment's colour.

    Args:
        upper: length of z_up.
        lower: length of z_down.
    """

    def __init__(self, upper: int, lower: int):
        super().__init__()
        self.upper, self.lower = _decoder(upper), _decoder(lower)

    def forward(self, upper: Tensor, lower: Tensor) -> tuple[Tensor, Tensor]:
        """(N, upper) and (N, lower) to a and b of both garments, (N, 2) each."""
        return CHROMA * self.upper(upper), CHROMA * self.lower(lower)


def _decoder(code: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(code, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2))
