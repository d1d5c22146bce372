"""Numbers on a latent colour space: does a code tell its garment's colour, and nothing else.

The paper (section 4.5) shows this in a picture only. What is fitted is fitted on codes of
training clips; everything is measured on codes of clips held out.
"""

import numpy as np
import torch
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsRegressor
from torch import Tensor

from hueman.evaluation.latent_space import CodeSample, without_actor_means
from hueman.training.architecture import Region
from hueman.training.latent import active_units, linear_probe

NEIGHBORS = 10
RANKED_POINTS = 1500
"""Neighbourhoods are compared on no more points than these: it takes a matrix of all distances."""


def measure_latent_space(train: CodeSample, test: CodeSample, region: Region) -> dict[str, float]:
    """Measure the codes of one region's encoder, the means of their distributions.

    Args:
        train: codes of training clips, at least 10.
        test: codes of clips held out, more than 20.
        region: whose encoder.

    Returns:
        r2: coefficient of determination of the garment's (a, b), predicted by a linear map from
            the code; mean over a and b. At most 1, perfect; 0 is no better than the mean of the
            test colours, below 0 worse. Alain and Bengio, "Understanding intermediate layers
            using linear classifier probes", 2017.
        knn_error: mean distance, in Lab units, of the garment's (a, b) from the mean of those of
            its 10 nearest training codes (Fix and Hodges 1951). Not negative; 0 is perfect. Unlike
            `r2`, it does not ask for the colours to lie flat in the code.
        knn_error_mean: the same when the answer is always the mean of the training colours, what
            a code without colour cannot beat.
        trustworthiness, continuity: see `neighborhoods`.
        trustworthiness_centered, continuity_centered: the same once each actor's mean code has
            been subtracted.
        active_units: numbers of the code whose variance exceeds 0.01, from 0 to the code's length.
            Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016.
        kl: sum of `kl_per_dimension`, in nats, not negative.
        kl_0, kl_1, ...: its terms, one for each number of the code.
        leakage: as `r2`, of the *other* garment's (a, b): 0 or below is right, since the garments'
            colours are independent. Needs samples whose garments are both coloured.

    Raises:
        ValueError: there are too few codes, or they are of another length.
    """
    codes, test_codes = train.mean(region), test.mean(region)
    if len(train) < NEIGHBORS or len(test) <= 2 * NEIGHBORS:
        raise ValueError(
            f"expected at least {NEIGHBORS} training and {2 * NEIGHBORS + 1} test codes, "
            f"got {len(train)} and {len(test)}"
        )
    if codes.shape[1] != test_codes.shape[1]:
        raise ValueError(
            f"expected codes of one length, got {tuple(codes.shape)} and {tuple(test_codes.shape)}"
        )
    chroma, test_chroma = train.own_chroma(region), test.own_chroma(region)
    other, test_other = train.other_chroma(region), test.other_chroma(region)
    near = KNeighborsRegressor(NEIGHBORS).fit(codes.numpy(), chroma.numpy())
    answers = torch.from_numpy(near.predict(test_codes.numpy()))
    close, faithful = neighborhoods(test_chroma, test_codes)
    divergences = kl_per_dimension(test_codes, test.log_variance(region))
    centered = without_actor_means(test_codes, test.actors)
    close_centered, faithful_centered = neighborhoods(test_chroma, centered)
    return {
        "r2": linear_probe(codes, chroma, test_codes, test_chroma),
        "knn_error": _mean_distance(answers, test_chroma),
        "knn_error_mean": _mean_distance(chroma.mean(dim=0), test_chroma),
        "trustworthiness": close,
        "continuity": faithful,
        "trustworthiness_centered": close_centered,
        "continuity_centered": faithful_centered,
        "active_units": active_units(test_codes),
        "kl": float(divergences.sum()),
        "leakage": linear_probe(codes, other, test_codes, test_other),
        **{f"kl_{number}": value for number, value in enumerate(divergences.tolist())},
    }


def neighborhoods(chroma: Tensor, codes: Tensor) -> tuple[float, float]:
    """Say how well the neighbourhoods of the chroma plane are kept in the code, and only they.

    Venna and Kaski, "Neighborhood preservation in nonlinear projection methods: an experimental
    study", 2001, with the 10 nearest neighbours. Both are in [0, 1]; 1 is perfect, about 0.5 is
    what codes that have nothing to do with the colours get.

    Args:
        chroma: (N, 2), the garments' (a, b).
        codes: (N, code).

    Returns:
        Trustworthiness: neighbours in the code have like colours; what is near there and is not
        in the chroma plane costs by how far down it comes in the order of distances there.
        Continuity: like colours are neighbours in the code; the same with the spaces swapped.
        Of no more than 1,500 points, chosen at random but the same every time.

    Raises:
        ValueError: N is not the same or not above 20.
    """
    if len(chroma) != len(codes) or len(codes) <= 2 * NEIGHBORS:
        raise ValueError(
            f"expected more than {2 * NEIGHBORS} colours and as many codes, "
            f"got {tuple(chroma.shape)} and {tuple(codes.shape)}"
        )
    chosen = np.random.default_rng(0).permutation(len(codes))[:RANKED_POINTS]
    plane, space = chroma.numpy()[chosen], codes.numpy()[chosen]
    return (
        float(trustworthiness(plane, space, n_neighbors=NEIGHBORS)),
        float(trustworthiness(space, plane, n_neighbors=NEIGHBORS)),
    )


def kl_per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return how much each number of a code tells: its divergence from the prior, in nats.

    KL(N(mean, exp(log_variance)) || N(0, 1)), mean over frames. Numbers near 0 have collapsed to
    the prior; their sum is the KL term of stage I. Kingma and Welling, "Auto-encoding variational
    Bayes", 2014, appendix B.

    Args:
        mean: (N, code).
        log_variance: (N, code).

    Returns:
        (code,), not negative.

    Raises:
        ValueError: the shapes differ.
    """
    if mean.shape != log_variance.shape or mean.ndim != 2:
        raise ValueError(
            f"expected two (N, code), got {tuple(mean.shape)} and {tuple(log_variance.shape)}"
        )
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean(dim=0)


def _mean_distance(first: Tensor, second: Tensor) -> float:
    return float((first - second).norm(dim=1).mean())
