from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest

from hueman.color.ordered_split import ordered_split


def total(scores, end_scores, ends) -> float:
    bounds = [0, *ends, len(scores)]
    covered = sum(
        scores[start:end, label].sum() for label, (start, end) in enumerate(pairwise(bounds))
    )
    return covered + sum(end_scores[label, end] for label, end in enumerate(ends))


@pytest.mark.parametrize("labels", [1, 2, 4])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_split_is_better(labels, seed):
    rng = np.random.default_rng(seed)
    scores, end_scores = rng.normal(size=(7, labels)), rng.normal(size=(labels - 1, 8))
    every = combinations_with_replacement(range(8), labels - 1)
    best = max(every, key=lambda ends: total(scores, end_scores, ends))
    np.testing.assert_array_equal(ordered_split(scores, end_scores), best)


def test_a_label_may_be_left_out():
    scores = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1.0]])
    np.testing.assert_array_equal(ordered_split(scores, np.zeros((2, 4))), [2, 2])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 6\)"):
        ordered_split(np.zeros((5, 3)), np.zeros((2, 5)))
