"""Ways through the latent space."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation, Slerp

from hueman.errors import HuemanError
from hueman.generation.codes import codes_between, codes_through


def test_a_way_is_that_of_the_paper():
    first, last = torch.tensor([1.0, 2.0]), torch.tensor([5.0, -2.0])
    way = codes_between(first, last, 4)
    expected = [(1 - i / 4) * first + i / 4 * last for i in (1, 2, 3, 4)]
    torch.testing.assert_close(way, torch.stack(expected))


def test_keys_are_reached_at_their_times():
    keys = torch.tensor([[0.0], [10.0], [4.0]])
    way = codes_through(keys, 10, times=(0.1, 0.5, 0.9))
    seconds = np.arange(1, 11) / 10
    expected = np.interp(seconds, (0.1, 0.5, 0.9), (0, 10, 4))
    np.testing.assert_allclose(way[:, 0], expected, atol=1e-5)
    evenly = codes_through(keys, 4)
    torch.testing.assert_close(evenly[:, 0], torch.tensor([5.0, 10, 7, 4]))


def test_a_turn_is_even_as_scipy_has_it():
    """Codes of three numbers, seen as directions: the rotation between them, in equal angles."""
    first, last = np.array([1.0, 0, 0]), np.array([0.0, 3.0, 0])
    way = codes_through(torch.from_numpy(np.stack([first, last])), 6, spherical=True).numpy()
    turn = Slerp([0, 1], Rotation.from_rotvec([[0, 0, 0], [0, 0, np.pi / 2]]))
    shares = np.arange(1, 7) / 6
    expected = turn(shares).apply(first) * (1 + 2 * shares)[:, None]
    np.testing.assert_allclose(way, expected, atol=1e-6)


def test_between_parallel_codes_a_turn_is_straight():
    keys = torch.tensor([[1.0, 1.0], [3.0, 3.0], [-3.0, -3.0]])
    turned, straight = (codes_through(keys, 8, spherical=each) for each in (True, False))
    torch.testing.assert_close(turned[:4], straight[:4])
    assert turned.isfinite().all()


@pytest.mark.parametrize("times", [(0.0, 0.5), (0.5, 0.2, 1.0), (0.0, 0.5, 1.5), (-0.1, 0.5, 1.0)])
def test_times_that_cannot_be_are_refused(times):
    with pytest.raises(HuemanError, match=r"give 3, one for each key"):
        codes_through(torch.zeros(3, 2), 5, times)
