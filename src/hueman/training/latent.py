"""What a code knows: linear probes, active units, and the Gaussian that codes are drawn from."""

from dataclasses import dataclass

import torch
from torch import Tensor


def linear_probe(codes: Tensor, values: Tensor, test_codes: Tensor, test_values: Tensor) -> float:
    """Coefficient of determination R2, on test codes, of a linear map from codes to values.

    Args:
        codes: (N, code) to fit on.
        values: (N, d) to predict.
        test_codes: (M, code).
        test_values: (M, d).

    Returns:
        R2 averaged over the d values; 1 is perfect, 0 no better than the mean, below 0 worse.
    """
    # Here, since what is generated needs codes, and no probes.
    from sklearn.linear_model import LinearRegression

    probe = LinearRegression().fit(codes.numpy(), values.numpy())
    return float(probe.score(test_codes.numpy(), test_values.numpy()))


def active_units(codes: Tensor, threshold: float = 0.01) -> float:
    """Count the numbers of a code whose variance over frames exceeds the threshold.

    Burda et al., "Importance weighted autoencoders", 2016, with their threshold.
    """
    return float((codes.var(dim=0) > threshold).sum())


@dataclass(frozen=True)
class CodeDistribution:
    """A Gaussian fitted to training codes; a standard normal would leave what was trained on."""

    mean: Tensor
    """(code,)."""
    covariance: Tensor
    """(code, code)."""

    @classmethod
    def fit(cls, codes: Tensor) -> "CodeDistribution":
        """Fit to codes (N, code), N at least 2."""
        return cls(codes.mean(dim=0), torch.cov(codes.T))

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw (count, code)."""
        values, vectors = torch.linalg.eigh(self.covariance.double())
        noise = torch.randn(
            (count, len(self.mean)), generator=generator, dtype=torch.float64, device="cpu"
        )
        scaled = noise * values.clamp(min=0).sqrt().cpu()
        return (scaled @ vectors.cpu().T).to(self.mean) + self.mean
