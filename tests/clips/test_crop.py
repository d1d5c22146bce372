import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hueman.clips.crop import Box, centre_box, crop_frame, person_box, scale_box


def standing(left, top, right, bottom, frame=(200, 300), frames=2):
    """A pose whose joints span a rectangle, and a mask that fills it."""
    pose = np.zeros((frames, 18, 3), np.float32)
    pose[:, :2] = [[left, top, 1], [right, bottom, 1]]
    person = np.zeros((frames, *frame), np.uint8)
    person[:, top : bottom + 1, left : right + 1] = 255
    return pose, person


@pytest.mark.parametrize(
    ("frame", "box"),
    [
        ((1280, 720), Box(0, 100, 720, 1080)),  # tall: top and bottom go
        ((720, 1280), Box(400, 0, 480, 720)),  # wide: the sides go
        ((384, 256), Box(0, 0, 256, 384)),
    ],
)
def test_centre_box(frame, box):
    assert centre_box(frame[0], frame[1], 384, 256) == box


@given(st.integers(8, 4000), st.integers(8, 4000))
def test_centre_box_is_inside_and_centred(height, width):
    box = centre_box(height, width, 384, 256)
    assert 0 <= box.left <= width - box.width
    assert 0 <= box.top <= height - box.height
    assert abs(2 * box.left + box.width - width) <= 1
    assert abs(2 * box.top + box.height - height) <= 1
    assert box.width == width or box.height == height


def test_person_box_holds_person_and_margin():
    pose, person = standing(100, 40, 139, 139)
    box = person_box(pose, person, 384, 256, margin=0.1)
    assert box == Box(80, 30, 80, 120)  # 100 high and 10 above and below; 80 = 120 * 256 / 384


def test_person_box_covers_all_frames():
    pose, person = standing(20, 50, 39, 109, frames=2)
    far_pose, far_person = standing(200, 50, 219, 109, frames=2)
    box = person_box(np.vstack([pose, far_pose]), np.vstack([person, far_person]), 384, 256)
    assert box.left <= 20
    assert box.left + box.width >= 220


def test_person_box_stays_in_the_frame_if_it_fits():
    box = person_box(*standing(2, 40, 20, 139), 384, 256)
    assert box.left == 0
    assert box.top >= 0


def test_person_box_reaches_beyond_a_narrow_frame_evenly():
    pose, person = standing(10, 5, 49, 194, frame=(200, 60))
    box = person_box(pose, person, 384, 256)
    assert box.width > 60
    assert box.left == pytest.approx((60 - box.width) / 2, abs=1)


def test_person_box_ignores_specks_far_away_and_unsure_joints():
    pose, person = standing(100, 40, 139, 139)
    expected = person_box(pose, person, 384, 256)
    person[0, 195:199, 290:299] = 255
    pose[0, 5] = [290, 190, 0.1]
    assert person_box(pose, person, 384, 256) == expected


def test_person_box_needs_a_person():
    pose, person = standing(100, 40, 139, 139)
    with pytest.raises(ValueError, match="no joint"):
        person_box(pose * [1, 1, 0], person, 384, 256)
    with pytest.raises(ValueError, match=r"\(1, 18, 3\)"):
        person_box(pose[:1], person, 384, 256)


def test_shrinking_averages_areas():
    frame = np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    small = crop_frame(frame, Box(4, 8, 32, 32), 8, 8)
    blocks = frame[8:40, 4:36].reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - blocks).max() <= 0.5 + 1e-6


def test_border_is_repeated_beyond_the_frame():
    frame = np.random.default_rng(2).integers(0, 256, (6, 4, 3), dtype=np.uint8)
    cut = crop_frame(frame, Box(-2, -1, 8, 8), 8, 8)
    np.testing.assert_array_equal(cut, np.pad(frame, ((1, 1), (2, 2), (0, 0)), "edge"))


def test_masks_stay_two_dimensional():
    assert crop_frame(np.zeros((40, 40), np.uint8), Box(0, 0, 40, 40), 32, 32).shape == (32, 32)


def test_scale_box():
    assert scale_box(Box(-1, 2, 30, 40), 2.0) == Box(-2, 4, 60, 80)
