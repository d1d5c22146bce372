"""How alike pictures are: MS-SSIM, SSIM, PSNR.

Pictures are float (N, 3, H, W) with values in [-1, 1], so the range of the data is always 2. All
functions return one number for each picture, computed in float32 at least.
"""

import torch
from torch import Tensor
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    structural_similarity_index_measure,
)

DATA_RANGE = 2.0

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""How much each scale counts, from the finest (Wang et al. 2003, table 1)."""

WINDOW = 11
"""Width in pixels of the Gaussian window of SSIM, whose standard deviation is 1.5."""


def ms_ssim(first: Tensor, second: Tensor) -> Tensor:
    """Return the multi-scale structural similarity, (N,) in [0, 1]; 1 for equal pictures.

    Wang, Simoncelli and Bovik, "Multiscale structural similarity for image quality assessment",
    2003, with five scales where the smaller side has at least 176 pixels, four from 99, three from
    44, two from 22 and one below (torchmetrics' limits). The weights of the scales left are
    divided by their sum. So numbers of different sizes must not be compared. Negative contrast
    terms count as 0.

    Raises:
        ValueError: the shapes differ, are not of pictures, or a side is below 11 pixels.
    """
    _check_pictures(first, second)
    weights = SCALE_WEIGHTS[: scale_count(min(first.shape[2:]))]
    return multiscale_structural_similarity_index_measure(
        first.float(),
        second.float(),
        data_range=DATA_RANGE,
        betas=tuple(weight / sum(weights) for weight in weights),
        normalize="relu",
        reduction="none",
    )


def scale_count(side: int) -> int:
    """Return how many scales `ms_ssim` takes for pictures whose smaller side has these pixels."""
    least = (2 * WINDOW, 4 * WINDOW, 9 * WINDOW, 16 * WINDOW)
    return 1 + sum(side >= pixels for pixels in least)


def ssim(first: Tensor, second: Tensor) -> Tensor:
    """Return the structural similarity, (N,) in [-1, 1]; 1 for equal pictures.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004:
    Gaussian window of 11 pixels, mean over all pixels and channels.

    Raises:
        ValueError: the shapes differ, are not of pictures, or a side is below 11 pixels.
    """
    _check_pictures(first, second)
    return structural_similarity_index_measure(  # type: ignore[return-value]
        first.float(), second.float(), data_range=DATA_RANGE, reduction="none"
    )


def psnr(first: Tensor, second: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in dB, (N,); infinite for equal pictures.

    10 log10(range^2 / mean squared error), the mean over pixels and channels of each picture.

    Raises:
        ValueError: the shapes differ or are not of pictures.
    """
    _check_pictures(first, second)
    error = (first.float() - second.float()).square().mean(dim=(1, 2, 3))
    return 10 * torch.log10(DATA_RANGE**2 / error)


def _check_pictures(first: Tensor, second: Tensor) -> None:
    shapes_fit = first.shape == second.shape and first.ndim == 4 and first.shape[1] == 3
    if not shapes_fit or min(first.shape[2:]) < WINDOW:
        raise ValueError(
            f"expected two batches (N, 3, H, W) with sides of at least {WINDOW}, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
