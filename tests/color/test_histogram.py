import numpy as np
import pytest

from hueman.color.histogram import SHAPE, ColorHistogram, color_bins


def test_colours_that_were_seen_are_likelier():
    rng = np.random.default_rng(8)
    red = rng.normal((50, 60, 40), 2, (500, 3))
    blue = rng.normal((40, 20, -50), 2, (500, 3))
    histogram = ColorHistogram.fit(color_bins(red), np.ones(500), floor=0.01)
    assert histogram.log_likelihood(color_bins(red)).mean() > -6
    assert histogram.log_likelihood(color_bins(blue)).max() < -10


def test_two_colours_fit_one_histogram():
    colors = np.array([[30.0, 40, 20], [90, 0, 0], [60, 20, 10]])
    bins = color_bins(colors)
    first, second, between = ColorHistogram.fit(bins[:2], np.ones(2), 0.01).log_likelihood(bins)
    assert min(first, second) > between + 3


def test_probabilities_sum_to_one():
    every = np.arange(np.prod(SHAPE))
    for weights in (np.array([1.0, 3.0]), np.zeros(2)):
        histogram = ColorHistogram.fit(np.array([5, 700]), weights, floor=0.1)
        assert np.exp(histogram.log_likelihood(every)).sum() == pytest.approx(1)


def test_weights_count():
    bins = np.array([4000, 20000])
    light, heavy = ColorHistogram.fit(bins, np.array([1.0, 3.0]), 1e-9).log_likelihood(bins)
    assert np.exp(heavy - light) == pytest.approx(3, rel=0.3)


def test_colours_beyond_the_histogram_fall_in_its_outer_bins():
    bins = color_bins(np.array([[-5.0, -200, -200], [120, 200, 200]]))
    np.testing.assert_array_equal(bins, [0, np.prod(SHAPE) - 1])
