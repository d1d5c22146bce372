"""Divide a row of cells among labels that follow each other in a known order."""

import numpy as np


def ordered_split(scores: np.ndarray, end_scores: np.ndarray) -> np.ndarray:
    """Find where each label ends, so that the sum of all scores is largest.

    Label 0 covers the cells from the first up to its end, label 1 from there up to its own, and
    so on; the last covers the rest. A label may cover no cell. Dynamic programming over the ends,
    O(cells x labels).

    Args:
        scores: (B, K), of each label at each cell.
        end_scores: (K - 1, B + 1), of each label but the last for ending before each cell (or, at
            B, after the last).

    Returns:
        Ends int (K - 1,), not decreasing: the number of cells before each.
    """
    cells, labels = scores.shape
    if end_scores.shape != (labels - 1, cells + 1):
        raise ValueError(
            f"end_scores must be {(labels - 1, cells + 1)} for scores {scores.shape}, "
            f"got {end_scores.shape}"
        )
    sums = np.vstack([np.zeros(labels), np.cumsum(scores, axis=0)])
    end_scores = np.vstack([end_scores, np.zeros(cells + 1)])
    # best[e]: the largest score of all cells before e, shared among the labels so far.
    best = np.full(cells + 1, -np.inf)
    best[0] = 0
    starts = []
    for label in range(labels):
        gain = best - sums[:, label]
        starts.append(_running_argmax(gain))
        best = gain[starts[label]] + sums[:, label] + end_scores[label]
    ends = [cells]
    for start in reversed(starts[1:]):
        ends.append(int(start[ends[-1]]))
    return np.array(ends[:0:-1])


def _running_argmax(values: np.ndarray) -> np.ndarray:
    """Index of the largest value up to each place."""
    largest = np.maximum.accumulate(values)
    return np.maximum.accumulate(np.where(values == largest, np.arange(len(values)), 0))
