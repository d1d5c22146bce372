"""FVD, the Fréchet video distance (Unterthiner et al. 2018), of I3D's logits on Kinetics-400.

"Towards accurate generative models of video: a new metric and challenges". The windows of real and
of generated videos are each described by a Gaussian of their 400 logits, and the distance is
Fréchet's: not negative, 0 for the same windows, without an upper limit; real videos of other
actors or actions are some hundreds or thousands apart. It sees likeness of frames and of motion at
once, of sets and not of pairs.

With fewer windows than some thousands it is biased upwards, because a covariance of 400 numbers is
estimated from them. So it compares methods on the same windows at the same size, and its values
must not be held against those of other publications. The floor of a comparison is the distance of
two disjoint sets of real windows.

Videos are float (T, 3, H, W), RGB with values in [-1, 1].
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.networks.i3d import CLASSES, I3D, SIDE

WINDOW = 16
"""Frames of a window, as usual since the publication."""


def fvd(
    real: Iterable[Tensor], generated: Iterable[Tensor], network: I3D, length: int = WINDOW
) -> float:
    """Return the Fréchet video distance of two sets of videos, not negative; 0 is best.

    Args:
        real: float (T, 3, H, W) each, in [-1, 1].
        generated: likewise; the numbers and lengths may differ.
        network: with the published weights, `hueman.weights.readers.load_i3d`.
        length: frames of a window.

    Raises:
        ValueError: a shape is not a video's, or a set gives less than two windows.
    """
    first, second = VideoFeatures(network, length), VideoFeatures(network, length)
    for features, videos in ((first, real), (second, generated)):
        for video in videos:
            features.add(video)
    return frechet_distance(first.logits, second.logits)


class VideoFeatures:
    """The logits of the windows of videos that are seen one after the other.

    Args:
        network: on the device that is to be used, whatever that of the videos.
        length: frames of a window.
    """

    def __init__(self, network: I3D, length: int = WINDOW):
        self.network = network
        self.length = length
        self._rows: list[np.ndarray] = []

    def add(self, video: Tensor) -> None:
        """See a video, float (T, 3, H, W) in [-1, 1]: its windows, one at a time.

        Raises:
            ValueError: the shape is not a video's.
        """
        device = self.network.logits.weight.device
        for window in video_windows([video], self.length):
            with torch.no_grad():
                logits = self.network(network_input(window.to(device)))
            self._rows.append(logits[0].double().cpu().numpy())

    @property
    def logits(self) -> np.ndarray:
        """Of all windows so far, float64 (N, 400)."""
        return np.array(self._rows).reshape(-1, CLASSES)


class RealVideos:
    """The real side of FVD, seen once for all methods.

    Args:
        videos: float (T, 3, H, W) each, in [-1, 1].
        network: with the published weights.
    """

    def __init__(self, videos: Iterable[Tensor], network: I3D):
        self.network = network
        features = VideoFeatures(network)
        for video in videos:
            features.add(video)
        self._logits = features.logits

    def distance(self, generated: VideoFeatures) -> float:
        """Return FVD of generated videos; NaN if either side has less than two windows."""
        if min(len(self._logits), len(generated.logits)) < 2:
            return float("nan")
        return frechet_distance(self._logits, generated.logits)


def video_windows(videos: Iterable[Tensor], length: int = WINDOW) -> Iterator[Tensor]:
    """Cut videos (T, 3, H, W) into consecutive windows (length, 3, H, W) that do not overlap.

    Frames that are left over at a video's end are dropped.

    Raises:
        ValueError: a shape is not a video's.
    """
    for video in videos:
        if video.ndim != 4 or video.shape[1] != 3:
            raise ValueError(f"expected a video (T, 3, H, W), got {tuple(video.shape)}")
        yield from (window for window in video.split(length) if len(window) == length)


def network_input(window: Tensor) -> Tensor:
    """Resize a window (T, 3, H, W) to what I3D takes, float32 (1, 3, T, 224, 224).

    Bilinear, without keeping the aspect and without a filter against aliasing, as the publication's
    code does it with TensorFlow 1: pixel i of n is taken at i H / n, in units of the source's
    pixels and from the middle of its first.
    """
    rows, columns = (
        # grid_sample has the picture's outer edges at -1 and 1.
        (2 * torch.arange(SIDE, device=window.device) * (size / SIDE) + 1) / size - 1
        for size in window.shape[2:]
    )
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=-1)
    resized = F.grid_sample(
        window.float(),
        grid.expand(len(window), -1, -1, -1),
        padding_mode="border",
        align_corners=False,
    )
    return resized.transpose(0, 1)[None]


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Fréchet distance of the Gaussians of two samples, not negative.

    |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)), Dowson and Landau 1982, with the unbiased
    covariances. These are products S = R^T R of factors of the centred samples, and the eigenvalues
    of S1 S2 are the squared singular values of R1 R2^T. So no root of a matrix is taken, which
    would be singular where samples are fewer than dimensions, and nothing complex can appear.

    Args:
        first: float64 (N, d), N at least 2.
        second: float64 (M, d), M at least 2.

    Raises:
        ValueError: the shapes do not fit.
    """
    if (
        first.ndim != 2
        or second.ndim != 2
        or first.shape[1] != second.shape[1]
        or min(len(first), len(second)) < 2
    ):
        raise ValueError(
            "expected two samples (N, d) and (M, d) of at least two rows, "
            f"got {first.shape} and {second.shape}"
        )
    between = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    factors = [_covariance_factor(sample) for sample in (first, second)]
    traces = sum(np.square(factor).sum() for factor in factors)
    shared = np.linalg.norm(factors[0] @ factors[1].T, ord="nuc")
    # Rounding can leave equal samples a little below zero.
    return max(0.0, float(between + traces - 2 * shared))


def _covariance_factor(sample: np.ndarray) -> np.ndarray:
    """Return R, (min(N, d), d), of which R^T R is the unbiased covariance of a sample (N, d)."""
    return np.linalg.qr((sample - sample.mean(axis=0)) / np.sqrt(len(sample) - 1)).R
