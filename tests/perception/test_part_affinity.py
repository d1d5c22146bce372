import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hueman.features.skeleton import JOINT, LIMBS
from hueman.perception.part_affinity import FIELDS, STRIDE, decode_people, find_peaks, score_limbs

HEIGHT, WIDTH = 368, 248
SPREAD = 7.0
"""Standard deviation of the heat maps of the published training, pixels."""
HALF_WIDTH = 8.0
"""Of the limbs in the fields, pixels."""

# A person who stands with the arms a little out, in a box 1 high.
STANDING = np.array(
    [
        *([0.0, 0.08], [0.0, 0.2]),
        *([-0.12, 0.2], [-0.2, 0.36], [-0.24, 0.5]),
        *([0.12, 0.2], [0.2, 0.36], [0.24, 0.5]),
        *([-0.07, 0.52], [-0.08, 0.74], [-0.09, 0.96]),
        *([0.07, 0.52], [0.08, 0.74], [0.09, 0.96]),
        *([-0.03, 0.05], [0.03, 0.05], [-0.07, 0.07], [0.07, 0.07]),
    ]
)


def standing(x: float, y: float, size: float, stir: np.ndarray | float = 0.0) -> np.ndarray:
    """Return a pose (18, 3) whose box begins at y and is about x, all joints there."""
    points = (STANDING + stir) * size + [x, y]
    return np.column_stack([points, np.ones(18)]).astype(np.float32)


def without(pose: np.ndarray, *joints: str) -> np.ndarray:
    pose = pose.copy()
    pose[[JOINT[name] for name in joints]] = 0
    return pose


def render(*people: np.ndarray, height: int = HEIGHT) -> tuple[np.ndarray, np.ndarray]:
    """Return fields (38, h, w) and heat maps (19, h, w), as the network is trained to give them."""
    y, x = np.mgrid[: height // STRIDE, : WIDTH // STRIDE] * STRIDE + (STRIDE - 1) / 2
    heat_maps = np.zeros((19, *x.shape), np.float32)
    fields = np.zeros((38, *x.shape), np.float32)
    count = np.zeros((19, *x.shape), np.float32)
    for pose in people:
        for joint, (px, py, confidence) in enumerate(pose):
            peak = confidence * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * SPREAD**2))
            heat_maps[joint] = np.maximum(heat_maps[joint], peak)
        for number, (first, second) in enumerate(FIELDS):
            if not (pose[first, 2] and pose[second, 2]):
                continue
            start, along = pose[first, :2], pose[second, :2] - pose[first, :2]
            length = np.linalg.norm(along)
            u, v = along / length
            lengthwise = (x - start[0]) * u + (y - start[1]) * v
            across = np.abs((x - start[0]) * v - (y - start[1]) * u)
            beside = (lengthwise >= -HALF_WIDTH) & (lengthwise <= length + HALF_WIDTH)
            near = beside & (across <= HALF_WIDTH)
            fields[2 * number] += near * u
            fields[2 * number + 1] += near * v
            count[number] += near
    fields /= np.repeat(count.clip(min=1), 2, axis=0)
    heat_maps[18] = 1 - heat_maps[:18].max(axis=0)
    return fields, heat_maps


def nearest_errors(found: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """Return the distances (18,) of a pose's joints to the best of the found people's."""
    distances = np.linalg.norm(found[..., :2] - pose[:, :2], axis=2)
    return min(distances, key=np.median)


@settings(max_examples=40, deadline=None)
@given(
    x=st.floats(95, 150),
    y=st.floats(5, 40),
    size=st.floats(240, 310),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_rendered_pose_is_read_again(x, y, size, seed):
    """Within half a pixel of the picture, a sixteenth of one of the maps."""
    stir = np.random.default_rng(seed).uniform(-0.02, 0.02, (18, 2))
    pose = standing(x, y, size, stir)
    people = decode_people(*render(pose))
    assert people.shape == (1, 18, 3)
    assert people.dtype == np.float32
    error = np.linalg.norm(people[0, :, :2] - pose[:, :2], axis=1)
    assert error.max() < 0.5
    assert (people[0, :, 2] > 0.8).all()
    assert (people[0, :, 2] <= 1).all()


def test_there_is_no_bias_to_any_side():
    shifts = np.random.default_rng(0).uniform(0, STRIDE, (30, 2))
    errors = []
    for dx, dy in shifts:
        pose = standing(110 + dx, 20 + dy, 300)
        errors.append((decode_people(*render(pose))[0] - pose)[:, :2])
    assert np.abs(np.mean(errors, axis=(0, 1))).max() < 0.03


def test_two_people_whose_arms_cross_are_told_apart():
    left, right = standing(90, 30, 280), standing(150, 40, 270)
    assert left[JOINT["left_wrist"], 0] > right[JOINT["right_wrist"], 0] + 50
    people = decode_people(*render(left, right))
    assert len(people) == 2
    for pose in (left, right):
        assert nearest_errors(people, pose).max() < 1


def test_a_person_across_another_is_told_apart():
    """Same middle, one upright and one tilted by 50 degrees: limbs cross, joints do not meet."""
    upright = standing(124, 30, 300)
    turn = np.deg2rad(50)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    tilted = upright.copy()
    tilted[:, :2] = (upright[:, :2] - [124, 180]) * 0.7 @ rotation.T + [124, 180]
    people = decode_people(*render(upright, tilted))
    assert len(people) == 2
    for pose in (upright, tilted):
        assert np.median(nearest_errors(people, pose)) < 1


def test_missing_joints_stay_missing():
    missing = ("left_wrist", "right_ankle", "right_ear", "left_eye")
    pose = without(standing(124, 30, 300), *missing)
    people = decode_people(*render(pose))
    assert len(people) == 1
    assert ((people[0, :, 2] == 0) == (pose[:, 2] == 0)).all()
    assert not people[0][pose[:, 2] == 0].any()


def test_an_ear_is_had_by_the_shoulder_where_the_eye_is_hidden():
    pose = without(standing(124, 30, 300), "right_eye")
    people = decode_people(*render(pose))
    assert people[0, JOINT["right_ear"], 2] > 0.5


def test_three_joints_are_nobody():
    """Without what joins them in the middle, arms and legs are left, of three joints each."""
    middle = ("neck", "nose", "left_ear", "right_ear")
    people = decode_people(*render(without(standing(124, 30, 300), *middle)))
    assert len(people) == 0


@pytest.mark.parametrize("level", [0.0, 0.09])
def test_empty_pictures_have_nobody(level):
    """Not even with noise, which the smallest peak must exceed."""
    noise = np.random.default_rng(0).uniform(0, level, (57, 46, 31)).astype(np.float32)
    assert decode_people(noise[:38], noise[38:]).shape == (0, 18, 3)


def test_noise_of_fields_and_maps_moves_joints_little():
    pose = standing(124, 30, 300)
    fields, heat_maps = render(pose)
    generator = np.random.default_rng(1)
    fields = fields + generator.normal(0, 0.1, fields.shape).astype(np.float32)
    heat_maps = heat_maps + generator.normal(0, 0.03, heat_maps.shape).astype(np.float32)
    people = decode_people(fields, heat_maps)
    assert len(people) == 1
    assert np.median(nearest_errors(people, pose)) < 1


def test_peaks_without_fields_are_nobody():
    heat_maps = np.random.default_rng(2).uniform(0, 1, (19, 46, 31)).astype(np.float32)
    assert len(decode_people(np.zeros((38, 46, 31), np.float32), heat_maps)) == 0


def test_faint_people_are_nobody():
    """They have peaks and fields, of which too little is left."""
    fields, heat_maps = render(standing(124, 30, 300))
    assert len(decode_people(0.15 * fields, 0.15 * heat_maps)) == 0


def test_the_order_of_channels_is_the_published_one():
    """As in the table of OpenPose's COCO model: limb, and its x and y among 38 channels."""
    channels = (12, 20, 14, 16, 22, 24, 0, 2, 4, 6, 8, 10, 28, 30, 34, 32, 36)
    published = dict(zip(LIMBS, channels, strict=True))
    published |= {(2, 16): 18, (5, 17): 26}
    assert {limb: 2 * number for number, limb in enumerate(FIELDS)} == published


def test_equal_neighbours_are_one_peak():
    """A joint in the middle of four pixels."""
    y, x = np.mgrid[:46, :31] * STRIDE + 3.5
    heat_map = np.exp(-((x - 123.5) ** 2 + (y - 183.5) ** 2) / (2 * SPREAD**2))
    (peaks,) = find_peaks(heat_map[None].astype(np.float32))
    assert peaks.shape == (1, 3)
    np.testing.assert_allclose(peaks[0], [123.5, 183.5, 1], atol=0.05)


def test_limbs_are_scored_along_the_field_only():
    """A field to the right connects candidates to the right, not upwards and not backwards."""
    field = np.zeros((2, 46, 31), np.float32)
    field[0] = 1
    first = np.array([[100, 100, 1]], np.float32)
    second = np.array([[150, 100, 1], [100, 50, 1], [50, 100, 1], [100, 100, 1]], np.float32)
    np.testing.assert_allclose(score_limbs(field, first, second), [[1, 0, 0, 0]], atol=1e-6)


def test_limbs_of_more_than_half_the_height_are_penalised():
    field = np.zeros((2, 46, 60), np.float32)
    field[0] = 1
    first = np.array([[0, 100, 1]], np.float32)
    second = np.array([[184, 100, 1], [368, 100, 1]], np.float32)
    np.testing.assert_allclose(score_limbs(field, first, second), [[1, 0.5]], atol=1e-6)


def test_maps_must_be_those_of_the_model():
    with pytest.raises(ValueError, match=r"got \(36, 46, 31\)"):
        decode_people(np.zeros((36, 46, 31)), np.zeros((19, 46, 31)))
    with pytest.raises(ValueError, match=r"\(17, 46, 31\)"):
        decode_people(np.zeros((38, 46, 31)), np.zeros((17, 46, 31)))
