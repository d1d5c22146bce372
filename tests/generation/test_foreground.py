import numpy as np
import pytest

from hueman.generation.foreground import estimate_foreground

RED, BLUE = np.array([200, 40, 30]), np.array([20, 60, 180])


def soft_disc(height=96, width=64):
    y, x = np.mgrid[:height, :width]
    return np.clip((20 - np.hypot(x - 32, y - 48)) / 4 + 0.5, 0, 1).astype(np.float32)


def test_mixed_edges_get_their_own_color_back():
    alpha = soft_disc()
    share = alpha[..., None]
    frame = np.rint(share * RED + (1 - share) * BLUE).astype(np.uint8)
    person = estimate_foreground(frame, alpha)
    # What is left of the old background before a new one.
    edge = (alpha > 0) & (alpha < 1)
    rim = (share * np.abs(frame - RED.astype(float)))[edge].mean()
    left = (share * np.abs(person - RED))[edge].mean()
    assert rim > 15
    assert left < 0.12 * rim
    assert np.abs(person[alpha == 1] - RED).max() < 1


def test_texture_inside_stays_as_it_is():
    frame = np.random.default_rng(0).integers(0, 256, (96, 64, 3), np.uint8)
    alpha = soft_disc()
    inside = alpha == 1
    np.testing.assert_allclose(estimate_foreground(frame, alpha)[inside], frame[inside], atol=0.05)


@pytest.mark.parametrize("alpha", [0, 1])
def test_frames_without_an_edge(alpha):
    frame = np.full((32, 32, 3), 90, np.uint8)
    person = estimate_foreground(frame, np.full((32, 32), alpha, np.float32))
    assert np.isfinite(person).all()
    if alpha == 1:
        np.testing.assert_allclose(person, frame, atol=0.05)
