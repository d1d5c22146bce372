import numpy as np
import pytest

from hueman.color.body_axis import DOWN, HEAD, OUT, body_axes
from hueman.features.skeleton import BODY_PARTS, JOINT


@pytest.fixture
def pose() -> np.ndarray:
    """A person standing upright: trunk and legs along x = 50, the left arm level at y = 20."""
    pose = np.zeros((18, 3), np.float32)
    places = {
        "nose": (50, 5), "neck": (50, 20), "right_hip": (45, 60), "left_hip": (55, 60),
        "left_knee": (55, 80), "left_ankle": (55, 100),
        "left_shoulder": (60, 20), "left_elbow": (70, 20), "left_wrist": (80, 20),
    }  # fmt: skip
    for name, place in places.items():
        pose[JOINT[name]] = (*place, 1)
    return pose


def place(pose, part, row, column) -> tuple[int, float]:
    parts = np.zeros((130, 110), np.uint8)
    parts[row, column] = BODY_PARTS.index(part) + 1
    region, position = body_axes(pose, parts)
    assert (region != 0).sum() <= 1
    return int(region[row, column]), float(position[row, column])


@pytest.mark.parametrize(
    ("part", "row", "column", "region", "position"),
    [
        ("head", 5, 50, HEAD, 0),
        ("head", 20, 50, HEAD, 1),
        ("torso", 40, 44, DOWN, 0.5),
        ("left_upper_leg", 60, 52, DOWN, 1),
        ("left_upper_leg", 70, 57, DOWN, 1.5),
        ("left_lower_leg", 100, 55, DOWN, 3),
        ("left_lower_leg", 106, 55, DOWN, 3.3),
        ("left_upper_arm", 22, 65, OUT, 0.5),
        ("left_lower_arm", 18, 75, OUT, 1.5),
        ("left_lower_arm", 20, 83, OUT, 2.3),
    ],
)
def test_pixels_have_their_place_on_the_body(pose, part, row, column, region, position):
    assert place(pose, part, row, column) == (region, pytest.approx(position, abs=1e-5))


def test_the_trunk_needs_one_hip_only(pose):
    pose[JOINT["left_hip"], 2] = 0
    assert place(pose, "torso", 60, 45) == (DOWN, pytest.approx(1, abs=0.01))


def test_a_part_with_a_missing_joint_has_no_place(pose):
    assert place(pose, "right_lower_leg", 90, 45) == (0, 0)


def test_the_background_has_no_place(pose):
    region, _ = body_axes(pose, np.zeros((4, 4), np.uint8))
    assert not region.any()
