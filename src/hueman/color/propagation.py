"""Spread values from pixels that are sure of them to pixels that are not.

Neighbours with equal luminance should have equal values: colour propagation by optimisation
(Levin, Lischinski and Weiss, "Colorization using optimization", 2004), which as a segmentation is
the random walker with priors (Grady, "Multilabel random walker image segmentation using prior
models", 2005).
"""

import numpy as np
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import cg, splu

# Neighbours that differ by this much luminance (of 0..100) are linked exp(-1) times as strongly.
LUMINANCE_SCALE = 5.0
# Even across the strongest edge a link remains, so that every pixel hears from some other.
WEAKEST_LINK = 1e-3
# Where every pixel trusts itself at least so much, no other is asked far away, and a few dozen
# steps of conjugate gradients are exact to this share of a value: several times faster.
LEAST_TRUST = 0.1
EXACTNESS = 1e-5


def propagate(
    luminance: np.ndarray, inside: np.ndarray, values: np.ndarray, confidence: np.ndarray
) -> np.ndarray:
    """Minimise sum_ij w_ij (x_i - x_j)^2 + sum_i c_i (x_i - v_i)^2 over the pixels inside.

    Pixels are linked to their four neighbours with w = exp(-((L_i - L_j) / 5)^2).

    Args:
        luminance: (H, W), 0..100.
        inside: bool (H, W), with n pixels True; the others take no part.
        values: (n, K), v of the pixels inside, in row-major order.
        confidence: (n,), c >= 0; an anchor has a large one. Each connected region needs one
            above 0.

    Returns:
        x, float64 (n, K).

    Raises:
        ValueError: the shapes do not fit.
    """
    count = int(inside.sum())
    if luminance.shape != inside.shape or len(values) != count or confidence.shape != (count,):
        raise ValueError(
            f"luminance {luminance.shape}, inside {inside.shape} with {count} pixels, "
            f"values {values.shape} and confidence {confidence.shape} do not fit"
        )
    number = np.cumsum(inside).reshape(inside.shape) - 1
    links = [
        _links(luminance, inside, number, np.s_[:, :-1], np.s_[:, 1:]),
        _links(luminance, inside, number, np.s_[:-1, :], np.s_[1:, :]),
    ]
    first, second, weight = (np.concatenate(column) for column in zip(*links, strict=True))
    diagonal = confidence + np.bincount(first, weight, count) + np.bincount(second, weight, count)
    every = np.arange(count)
    system = coo_array(
        (
            np.concatenate([-weight, -weight, diagonal]),
            (np.concatenate([first, second, every]), np.concatenate([second, first, every])),
        ),
        shape=(count, count),
    )
    wanted = confidence[:, None] * values
    if count and confidence.min() >= LEAST_TRUST:
        return _approached(system, diagonal, wanted, values)
    return _factored(system, wanted)


def _approached(
    system: coo_array, diagonal: np.ndarray, wanted: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Solve by conjugate gradients, from values that are nearly right."""
    matrix, scaled = system.tocsr(), diags_array(1 / diagonal)
    return np.stack(
        [
            cg(matrix, column, x0=guess, rtol=EXACTNESS, M=scaled)[0]
            for column, guess in zip(wanted.T, start.T, strict=True)
        ],
        axis=1,
    )


def _factored(system: coo_array, wanted: np.ndarray) -> np.ndarray:
    """Solve exactly, the system factored once for all right-hand sides."""
    # The matrix is symmetric and diagonally dominant: no pivoting is needed.
    factors = splu(
        system.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return factors.solve(wanted)


def _links(
    luminance: np.ndarray, inside: np.ndarray, number: np.ndarray, here: tuple, there: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of neighbouring pixels inside, by number, and the strength of their link."""
    both = inside[here] & inside[there]
    difference = (luminance[here] - luminance[there])[both] / LUMINANCE_SCALE
    weight = np.maximum(np.exp(-(difference**2)), WEAKEST_LINK)
    return number[here][both], number[there][both], weight
