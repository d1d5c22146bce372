import numpy as np
import pytest

from hueman.features.pose import scale_pose
from hueman.features.skeleton import JOINT, LIMBS
from hueman.features.stick_figure import COLORS, draw_stick_figure, draw_stick_figures


def pose_of(**joints):
    pose = np.zeros((18, 3), np.float32)
    for name, (x, y) in joints.items():
        pose[JOINT[name]] = x, y, 1
    return pose


def test_a_limb_has_its_color_and_thickness():
    pose = pose_of(right_elbow=(10, 48), right_wrist=(50, 48))
    picture = draw_stick_figure(pose, 192, 64)
    limb = LIMBS.index((JOINT["right_elbow"], JOINT["right_wrist"]))
    assert tuple(picture[48, 30]) == COLORS[limb]
    assert 2 < picture[:, 30].max(axis=1).sum(dtype=float) / max(COLORS[limb]) < 4
    assert tuple(picture[48, 10]) == COLORS[JOINT["right_elbow"]]


def test_missing_joints_and_their_limbs_are_left_out():
    pose = pose_of(neck=(20, 20), nose=(20, 10))
    pose[JOINT["nose"]] = np.nan, 1e9, 0
    picture = draw_stick_figure(pose, 64, 64)
    rows, columns = np.nonzero(picture.max(axis=2))
    assert np.abs(rows - 20).max() <= 3
    assert np.abs(columns - 20).max() <= 3


def test_lines_move_by_fractions_of_a_pixel():
    here = draw_stick_figure(pose_of(neck=(10, 20), nose=(40, 20)), 64, 64)
    there = draw_stick_figure(pose_of(neck=(10, 20.25), nose=(40, 20.25)), 64, 64)
    column = np.arange(64)

    def center(picture):
        weight = picture[:, 25].sum(axis=1).astype(float)
        return (weight * column).sum() / weight.sum()

    assert center(there) - center(here) == pytest.approx(0.25, abs=0.15)


def test_a_scaled_pose_gives_a_scaled_figure():
    rng = np.random.default_rng(0)
    pose = np.concatenate([rng.uniform(10, 80, (18, 2)), np.ones((18, 1))], axis=1)
    small = draw_stick_figure(pose, 192, 192).astype(float)
    large = draw_stick_figure(scale_pose(pose, 2, 2), 384, 384).astype(float)
    shrunk = large.reshape(192, 2, 192, 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 0.15 * small.mean() + 1


def test_many_poses_are_drawn_one_by_one():
    poses = np.stack([pose_of(neck=(9, 9)), pose_of(neck=(30, 40), nose=(30, 20))])
    pictures = draw_stick_figures(poses, 64, 48)
    assert pictures.shape == (2, 64, 48, 3)
    np.testing.assert_array_equal(pictures[1], draw_stick_figure(poses[1], 64, 48))
    assert draw_stick_figures(poses[:0], 64, 48).shape == (0, 64, 48, 3)


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"\(18, 2\)"):
        draw_stick_figure(np.zeros((18, 2)), 64, 64)
