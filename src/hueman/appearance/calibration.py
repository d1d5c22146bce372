"""What colour a code stands for on this person's clothes.

An encoder reads a striped shirt or a pale one a little differently from those it was trained on,
and the tint decoder cannot know. But how the clothes at hand are read can be seen: they are given
colours that are known, and encoded. What the decoder errs by is fitted, linearly in the code, and
taken off. Codes stay what they are, and the further a code is from all that these clothes gave, as
another person's may be, the less is taken off.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

COLORS = 32
"""Random colours that the clothes are read in."""
OWN_WEIGHT = 8.0
"""What the clothes' own colours, asked for more often than any other, count beside one of these."""
SHRINKAGE = 0.03
"""Of the fit, in units of squared codes, whose prior has variance 1."""


@dataclass(frozen=True)
class Correction:
    """Of the colour that is decoded from one garment's code, for one person."""

    slope: Tensor
    """(code + 1, C), C the numbers of a colour: a and b, or L, a and b. Linear in the code; the
    last row is a constant."""
    spread: Tensor
    """(code + 1, code + 1), inverse of the codes' weighted squares: tells how far a code is from
    those that were seen."""

    def __call__(self, code: Tensor) -> Tensor:
        """Return what has to be added to the colours decoded from codes (N, code): (N, C)."""
        inputs = _with_one(code)
        # The leverage of a code: about code / N amid the codes that were seen, large apart.
        leverage = ((inputs @ self.spread) * inputs).sum(dim=1, keepdim=True)
        return (inputs @ self.slope) / (1 + leverage.square())


@dataclass(frozen=True)
class Calibration:
    """Corrections for both garments of one person."""

    upper: Correction
    lower: Correction

    def __call__(self, upper: Tensor, lower: Tensor) -> Tensor:
        """Codes (N, up) and (N, down) to what is added to the garments' colours, (N, 2C)."""
        return torch.cat([self.upper(upper), self.lower(lower)], dim=1)


def fit_correction(codes: Tensor, errors: Tensor, weights: Tensor) -> Correction:
    """Fit a correction of one garment's decoded colours by ridge regression (Hoerl 1970).

    Args:
        codes: (N, code), of one person's garment in N colours.
        errors: (N, C), true colours less the decoded ones.
        weights: (N,), of each colour.
    """
    inputs, weights = _with_one(codes.double()), weights.double()[:, None]
    penalty = torch.full((inputs.shape[1],), SHRINKAGE, dtype=torch.float64)
    penalty[-1] = 0  # whatever is wrong in all colours is corrected in full
    squared = inputs.T @ (weights * inputs) + penalty.diag().to(inputs.device)
    spread = torch.linalg.inv(squared)
    slope = spread @ (inputs.T @ (weights * errors.double()))
    return Correction(slope.float(), spread.float())


def _with_one(codes: Tensor) -> Tensor:
    return torch.cat([codes, torch.ones_like(codes[:, :1])], dim=1)
