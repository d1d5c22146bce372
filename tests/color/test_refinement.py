import numpy as np
import pytest

from hueman.color.refinement import enlarge_mask


@pytest.fixture
def picture() -> np.ndarray:
    """A bright disc of radius 31 around (64, 50) on a dark ground, with a little noise."""
    rows, columns = np.mgrid[:128, :100]
    disc = np.hypot(rows - 64, columns - 50) < 31
    noise = np.random.default_rng(11).normal(0, 2, (128, 100, 3))
    return np.clip(np.where(disc[..., None], 190, 60) + noise, 0, 255).astype(np.uint8)


def test_the_edge_of_the_mask_goes_to_the_edge_of_the_picture(picture):
    disc = picture[..., 0] > 125
    small = np.where(disc[::4, ::4], 255, 0).astype(np.uint8)
    enlarged = enlarge_mask(small, picture)
    assert enlarged.shape == disc.shape
    by_repeating = (small.repeat(4, axis=0).repeat(4, axis=1) > 127) != disc
    assert ((enlarged > 127) != disc).sum() < 0.25 * by_repeating.sum()


def test_far_from_the_mask_nothing_is_marked(picture):
    disc = picture[..., 0] > 125
    small = np.where(disc[::4, ::4], 255, 0).astype(np.uint8)
    rows, columns = np.mgrid[:128, :100]
    far = np.hypot(rows - 64, columns - 50) > 31 + 24
    assert not enlarge_mask(small, picture)[far].any()


def test_a_mask_of_the_same_size_is_unchanged(picture):
    mask = np.random.default_rng(12).integers(0, 256, picture.shape[:2], dtype=np.uint8)
    np.testing.assert_array_equal(enlarge_mask(mask, picture), mask)


def test_an_empty_mask_stays_empty(picture):
    assert not enlarge_mask(np.zeros((32, 25), np.uint8), picture).any()
