from pathlib import Path

import numpy as np
import pytest

from hueman.features.body_parts import label_body_parts
from hueman.features.pose import body_scale
from hueman.features.skeleton import BODY_PARTS, JOINT

CLIPS = Path(__file__).parents[2] / "examples" / "clips"


@pytest.fixture(scope="module")
def truth():
    """The true pose (18, 3), person mask and parts of a frame with both arms raised."""
    with np.load(CLIPS / "mustard" / "wave_both.truth.npz") as arrays:
        pose = np.concatenate([arrays["pose"][18], np.ones((18, 1), np.float32)], axis=1)
        return pose, np.where(arrays["person"][18], 255, 0).astype(np.uint8), arrays["parts"][18]


def iou(first, second):
    return (first & second).sum() / (first | second).sum()


def test_parts_agree_with_the_rendered_truth(truth):
    pose, person, parts = truth
    labels = label_body_parts(pose, person)
    assert labels.dtype == np.uint8
    assert not labels[person == 0].any()
    shares = [iou(labels == part, parts == part) for part in range(1, 11)]
    assert min(shares) > 0.6
    assert np.mean(shares) > 0.8


def test_left_and_right_swap_in_a_mirror(truth):
    pose, person, _ = truth
    mirror = pose.copy()
    mirror[:, 0] = person.shape[1] - 1 - pose[:, 0]
    other_side = [name.replace("left", "RIGHT").replace("right", "left").lower() for name in JOINT]
    mirror = mirror[[JOINT[name] for name in other_side]]
    swap = [0] + [
        BODY_PARTS.index(name.replace("left", "RIGHT").replace("right", "left").lower()) + 1
        for name in BODY_PARTS
    ]
    expected = np.array(swap)[label_body_parts(pose, person)]
    found = label_body_parts(mirror, np.ascontiguousarray(person[:, ::-1]))[:, ::-1]
    assert (found == expected).mean() > 0.999


def test_a_forearm_before_the_torso_is_seen():
    pose = np.zeros((18, 3), np.float32)
    places = {
        "neck": (50, 20), "right_shoulder": (32, 20), "left_shoulder": (68, 20),
        "right_hip": (40, 70), "left_hip": (60, 70),
        "right_elbow": (30, 45), "right_wrist": (54, 45),
    }  # fmt: skip
    for name, (x, y) in places.items():
        pose[JOINT[name]] = x, y, 1
    labels = label_body_parts(pose, np.full((100, 100), 255, np.uint8))
    assert labels[45, 50] == BODY_PARTS.index("right_lower_arm") + 1
    assert labels[60, 50] == BODY_PARTS.index("torso") + 1


def test_missing_joints_make_parts_absent_and_leave_no_holes(truth):
    pose, person, _ = truth
    pose = pose.copy()
    pose[JOINT["left_wrist"]] = np.nan, np.nan, 0
    labels = label_body_parts(pose, person)
    assert BODY_PARTS.index("left_lower_arm") + 1 not in labels
    assert BODY_PARTS.index("left_upper_arm") + 1 in labels
    nothing = np.zeros((18, 3), np.float32)
    assert not label_body_parts(nothing, person).any()


def test_far_pixels_belong_to_no_part(truth):
    pose, person, _ = truth
    person = person.copy()
    person[:20, :20] = 255
    assert not label_body_parts(pose, person)[:20, :20].any()


def test_body_scale_withstands_foreshortening_and_mistakes(truth):
    pose, _, _ = truth
    middle = (pose[JOINT["left_hip"], :2] + pose[JOINT["right_hip"], :2]) / 2
    torso = np.linalg.norm(pose[JOINT["neck"], :2] - middle)
    assert body_scale(pose) == pytest.approx(torso, rel=0.15)
    wrong = pose.copy()
    wrong[JOINT["left_wrist"], :2] += 300
    wrong[JOINT["right_knee"], :2] = wrong[JOINT["right_hip"], :2]
    assert body_scale(wrong) == pytest.approx(torso, rel=0.25)
    assert body_scale(np.zeros((18, 3))) == 1


def test_wrong_shapes_are_named(truth):
    pose, person, _ = truth
    with pytest.raises(ValueError, match=r"\(18, 2\)"):
        label_body_parts(pose[:, :2], person)
    with pytest.raises(ValueError, match="384, 256, 1"):
        label_body_parts(pose, person[..., None])
