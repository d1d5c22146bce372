import numpy as np
import pytest

from hueman.color.propagation import LUMINANCE_SCALE, propagate


def dense_solution(luminance, inside, values, confidence):
    """The same minimum by dense linear algebra, link by link."""
    pixels = [tuple(p) for p in np.argwhere(inside)]
    system = np.diag(confidence.astype(float))
    for i, (row, column) in enumerate(pixels):
        for neighbour in ((row, column + 1), (row + 1, column)):
            if neighbour in pixels:
                j = pixels.index(neighbour)
                difference = (luminance[row, column] - luminance[neighbour]) / LUMINANCE_SCALE
                weight = max(np.exp(-(difference**2)), 1e-3)
                system[[i, j], [i, j]] += weight
                system[[i, j], [j, i]] -= weight
    return np.linalg.solve(system, confidence[:, None] * values)


@pytest.mark.parametrize(("least", "within"), [(0.01, 1e-10), (0.1, 1e-4)])
def test_the_minimum_is_found(least, within):
    """Exactly, or, where all trust themselves, as exactly as 8 bits need by far."""
    rng = np.random.default_rng(5)
    luminance = rng.uniform(40, 60, (7, 6))
    inside = rng.random((7, 6)) < 0.8
    count = int(inside.sum())
    values, confidence = rng.normal(size=(count, 3)), rng.uniform(least, 2, count)
    np.testing.assert_allclose(
        propagate(luminance, inside, values, confidence),
        dense_solution(luminance, inside, values, confidence),
        atol=within,
    )


def test_anchors_fill_their_side_of_an_edge():
    luminance = np.full((20, 20), 30.0)
    luminance[:, 8:] = 80
    inside = np.ones((20, 20), bool)
    values, confidence = np.zeros((20, 20)), np.full((20, 20), 1e-9)
    values[10, 2], confidence[10, 2], confidence[10, 15] = 1, 1e3, 1e3
    filled = propagate(luminance, inside, values.reshape(-1, 1), confidence.ravel())
    filled = filled.reshape(20, 20)
    assert filled[:, :8].min() > 0.9
    assert filled[:, 8:].max() < 0.1


def test_pixels_that_are_sure_keep_their_values():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(30, 2))
    inside = np.ones((5, 6), bool)
    kept = propagate(np.full((5, 6), 50.0), inside, values, np.full(30, 1e9))
    np.testing.assert_allclose(kept, values, atol=1e-6)


def test_shapes_that_do_not_fit_are_refused():
    inside = np.ones((3, 3), bool)
    with pytest.raises(ValueError, match="9 pixels"):
        propagate(np.zeros((3, 3)), inside, np.zeros((8, 2)), np.ones(9))
