import cv2
import numpy as np
import pytest

from hueman.perception.mask_refinement import refine_mask


def disc(size: int, centre: tuple[int, int], radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    return ((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 <= radius**2).astype(np.float32)


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    a, b = mask > 0.5, truth > 0.5
    return (a & b).sum() / (a | b).sum()


def test_the_border_moves_to_the_outline():
    truth = disc(96, (48, 48), 25)
    noise = np.random.default_rng(0).normal(0, 4, (96, 96, 3))
    colors = np.where(truth[..., None] > 0, (180, 60, 70), (90, 120, 110)) + noise
    frame = np.clip(colors, 0, 255).astype(np.uint8)
    rough = cv2.GaussianBlur(disc(96, (50, 47), 26), (0, 0), 3)
    refined = refine_mask(rough, frame, radius=6)
    assert overlap(rough, truth) < 0.92
    assert overlap(refined, truth) > 0.97
    assert refined.dtype == np.float32
    assert refined.min() >= 0
    assert refined.max() <= 1


def test_nothing_stays_nothing():
    frame = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert not refine_mask(np.zeros((32, 32), np.float32), frame, 3).any()


def test_what_is_far_from_the_person_does_not_matter():
    rough = cv2.GaussianBlur(disc(128, (40, 40), 15), (0, 0), 2)
    frame = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    other = frame.copy()
    other[:, 90:] = 0
    np.testing.assert_array_equal(refine_mask(rough, frame, 4), refine_mask(rough, other, 4))


@pytest.mark.parametrize(("shape", "radius"), [((8, 9, 3), 2), ((8, 8), 2), ((8, 8, 3), 0)])
def test_wrong_input_is_refused(shape, radius):
    with pytest.raises(ValueError, match="expected mask"):
        refine_mask(np.zeros((8, 8), np.float32), np.zeros(shape, np.uint8), radius)
