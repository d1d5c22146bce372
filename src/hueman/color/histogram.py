"""What colours a kind of surface has: a smoothed histogram in Lab."""

from typing import Self

import numpy as np
from scipy.ndimage import gaussian_filter

LOWEST = np.array([0.0, -80.0, -80.0])
BIN_SIZE = np.array([5.0, 4.0, 4.0])
SHAPE = (21, 40, 40)
# Light changes L more than it changes a and b.
SMOOTHING = (1.6, 1.0, 1.0)


class ColorHistogram:
    """Probability of each Lab bin; any number of separate colours fits, as patterns need."""

    def __init__(self, probability: np.ndarray):
        self._log_probability = np.log(probability)

    @classmethod
    def fit(cls, bins: np.ndarray, weights: np.ndarray, floor: float) -> Self:
        """Count colours.

        Args:
            bins: (n,) bin numbers (`color_bins`).
            weights: (n,), how much each pixel counts.
            floor: share of the probability that is spread evenly over all bins: how likely the
                surface has colours that were not seen.
        """
        size = int(np.prod(SHAPE))
        counts = np.bincount(bins, weights, minlength=size).reshape(SHAPE)
        smooth = gaussian_filter(counts, SMOOTHING, mode="constant")
        total = smooth.sum()
        shares = smooth / total if total > 0 else np.full(SHAPE, 1 / size)
        return cls(((1 - floor) * shares + floor / size).ravel())

    def log_likelihood(self, bins: np.ndarray) -> np.ndarray:
        """Log probability of bins (n,), float64 (n,)."""
        return self._log_probability[bins]


def color_bins(lab: np.ndarray) -> np.ndarray:
    """Number the histogram bin of Lab colours (n, 3): int (n,)."""
    index = np.floor((lab - LOWEST) / BIN_SIZE).astype(np.intp)
    index = np.clip(index, 0, np.array(SHAPE) - 1)
    return np.asarray(np.ravel_multi_index(tuple(index.T), SHAPE))
