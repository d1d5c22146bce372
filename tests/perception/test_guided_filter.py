import numpy as np
import pytest

from hueman.perception.guided_filter import guided_filter


def test_the_filter_agrees_with_regression_in_each_window():
    """Away from the border: the mean of the fits of all windows that hold a pixel."""
    generator = np.random.default_rng(1)
    picture = generator.integers(0, 256, (11, 11, 3), dtype=np.uint8)
    guide = picture.astype(np.float64) / 255
    mask = generator.random((11, 11), dtype=np.float32)
    fits = []
    for y in (4, 5, 6):
        for x in (4, 5, 6):
            colors = guide[y - 1 : y + 2, x - 1 : x + 2].reshape(9, 3)
            values = mask[y - 1 : y + 2, x - 1 : x + 2].ravel().astype(np.float64)
            centred = colors - colors.mean(axis=0)
            covariance = centred.T @ centred / 9 + 3e-4 * np.eye(3)
            slope = np.linalg.solve(covariance, centred.T @ (values - values.mean()) / 9)
            fits.append(slope @ (guide[5, 5] - colors.mean(axis=0)) + values.mean())
    assert guided_filter(picture, mask, 1)[5, 5] == pytest.approx(np.mean(fits), abs=1e-3)
