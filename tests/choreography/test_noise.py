import math

import numpy as np
import pytest

from hueman.choreography.noise import noise, noise_at


def lattice_value(i: int, j: int, k: int) -> float:
    """The value at a point of the lattice, with Python's integers, which never overflow."""
    number = (i * 73856093) ^ (j * 19349663) ^ (k * 83492791)
    for shift, factor in ((13, 1274126177), (15, 668265263)):
        number = ((number ^ (number >> shift)) * factor) & 0x7FFFFFFF
    return ((number >> 8) & 0xFFFF) / 65535


def points(count=2000, scale=20.0, seed=0):
    return np.random.default_rng(seed).uniform(-scale, scale, (count, 3))


def test_points_of_the_lattice_are_the_same_on_every_machine():
    for place in ([0, 0, 0], [1, 2, 3], [-1, 0, 5], [-40, -41, 39], [1000, -2000, 3000]):
        assert noise_at(*map(float, place)) == lattice_value(*place)


def test_between_points_of_the_lattice_it_is_interpolated_smoothly():
    for place in points(50):
        cell = [math.floor(value) for value in place]
        share = place - cell
        share = share**2 * (3 - 2 * share)
        expected = 0.0
        for corner in np.ndindex(2, 2, 2):
            weight = np.prod(np.where(corner, share, 1 - share))
            expected += weight * lattice_value(*(int(c) for c in np.add(cell, corner)))
        assert noise_at(*place) == pytest.approx(expected, abs=1e-12)


def test_it_is_spread_evenly_about_its_middle():
    values = noise(points(20000, 300.0))
    assert values.min() >= -1
    assert values.max() <= 1
    assert abs(values.mean()) < 0.02
    # Interpolating eight even numbers -1..1 gives less than their deviation of 0.58.
    assert 0.25 < values.std() < 0.45
    shifted = noise(points(20000, 300.0) + np.array([1, 0, 0]))
    assert abs(np.corrcoef(values, shifted)[0, 1]) < 0.3
    far = noise(points(20000, 300.0) + np.array([3, 0, 0]))
    assert abs(np.corrcoef(values, far)[0, 1]) < 0.03


def test_it_is_smooth_also_across_cells_and_zero():
    line = np.linspace(-3, 3, 60001)
    for axis in range(3):
        along = np.full((len(line), 3), 0.3)
        along[:, axis] = line
        values = noise(along)
        # smoothstep rises by at most 1.5 for each unit, from -1 to 1 at most.
        slope = np.diff(values) / 1e-4
        assert np.abs(slope).max() <= 3.01
        # Its slope is continuous too.
        assert np.abs(np.diff(slope)).max() < 0.01


def test_octaves_are_finer_and_weaker_layers():
    places = points(300)
    layers = [noise(places * 2**n + 17.3 * n) for n in range(3)]
    np.testing.assert_allclose(noise(places, 1), layers[0])
    expected = (4 * layers[0] + 2 * layers[1] + layers[2]) / 7
    np.testing.assert_allclose(noise(places, 3), expected, atol=1e-12)


def test_the_same_points_have_the_same_noise_in_any_order_and_type():
    places = points(100).astype(np.float32)
    values = noise(places)
    np.testing.assert_array_equal(noise(places[::-1]), values[::-1])
    np.testing.assert_array_equal(noise(np.asfortranarray(places)), values)
