"""From a code back to the colour it stands for."""

from torch import Tensor, nn

HIDDEN = 64
UNIT = 40.0
"""Of Lab, to 1 of a network's output."""
GREY = 50.0
"""L that an output of 0 stands for."""


class TintDecoder(nn.Module):
    """The mean colour of each garment, from its own code alone.

    So the lower garment's code cannot change the upper garment's colour.

    Args:
        upper: length of z_up.
        lower: length of z_down.
        lightness: read L too, not only a and b.
    """

    def __init__(self, upper: int, lower: int, lightness: bool = False):
        super().__init__()
        outputs = 3 if lightness else 2
        self.upper, self.lower = _decoder(upper, outputs), _decoder(lower, outputs)
        self.zero = (GREY, 0.0, 0.0)[-outputs:]

    def forward(self, upper: Tensor, lower: Tensor) -> tuple[Tensor, Tensor]:
        """(N, upper) and (N, lower) to the colour of each, (N, 2), or (N, 3), Lab."""
        zero = upper.new_tensor(self.zero)
        return zero + UNIT * self.upper(upper), zero + UNIT * self.lower(lower)


def _decoder(code: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(code, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs))
