from collections.abc import Iterable

import cv2
import numpy as np
import pytest
import torch

from hueman.features.skeleton import JOINT, JOINTS
from hueman.networks.openpose_body import OpenPoseBody
from hueman.perception.base import Perceived, PoseEstimator, pose_estimator
from hueman.perception.openpose import AffinityJoints, BodyFields, JointsAndMask, MobilenetFields

MIRRORED = [
    JOINT[name.replace("left", "other").replace("right", "left").replace("other", "right")]
    for name in JOINTS
]


@pytest.fixture(scope="module")
def estimate() -> PoseEstimator:
    return pose_estimator("openpose-mobilenet")


@pytest.fixture(scope="module")
def find_joints() -> AffinityJoints:
    return AffinityJoints(MobilenetFields(), origin=0.5)


@pytest.fixture(scope="module")
def perceived(estimate, wave) -> Perceived:
    return estimate(wave[0])


def differences(pose: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return x and y (n, 2) of what is found less what is expected, where both are there."""
    both = (pose[..., 2] > 0) & (expected[..., 2] > 0)
    return (pose - expected)[both][:, :2]


def seen(pose: np.ndarray) -> list[int]:
    return (pose[..., 2] > 0).sum(axis=1).tolist()


def test_joints_are_where_the_renderer_has_them(perceived, wave):
    """Measured: 97 % of the joints, off by 2.6 pixels (median), 6.7 (95 %)."""
    pose, found = perceived.pose, perceived.pose[..., 2] > 0
    assert pose.shape == (12, 18, 3)
    assert pose.dtype == np.float32
    assert found.mean() > 0.93
    assert pose[..., 2].max() <= 1
    error = np.linalg.norm(pose[..., :2] - wave[1]["pose"], axis=-1)[found]
    assert np.median(error) < 4
    assert np.percentile(error, 95) < 10


def test_left_and_right_are_the_persons_own(perceived):
    first = perceived.pose[0]
    assert first[JOINT["left_shoulder"], 0] > first[JOINT["right_shoulder"], 0] + 20
    assert first[JOINT["left_ankle"], 0] > first[JOINT["right_ankle"], 0] + 5


def test_the_mask_is_blazeposes(perceived, wave):
    assert np.array_equal(perceived.person, pose_estimator("blazepose")(wave[0]).person)


def test_a_mirrored_frame_has_mirrored_joints(find_joints, perceived, wave):
    mirrored = find_joints(np.ascontiguousarray(wave[0][:, :, ::-1]))[:, MIRRORED]
    mirrored[..., 0] = wave[0].shape[2] - 1 - mirrored[..., 0]
    off = differences(mirrored, perceived.pose)
    assert abs(np.median(off[:, 0])) < 0.3
    assert np.median(np.abs(off)) < 1.2


@pytest.mark.parametrize("factor", [2, 0.5])
def test_joints_scale_with_the_frame(find_joints, perceived, wave, factor):
    """Around pixel centres: without the half pixel all would be off by 0.5 or 0.25."""
    size = (round(256 * factor), round(384 * factor))
    scaled = np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in wave[0]])
    expected = perceived.pose.copy()
    expected[..., :2] = (expected[..., :2] + 0.5) * factor - 0.5
    off = differences(find_joints(scaled), expected)
    assert np.abs(np.median(off, axis=0)).max() < 0.1 * factor + 0.05
    assert np.median(np.abs(off)) < 0.6 * factor


def test_joints_move_with_the_person(find_joints, perceived, wave):
    """By 11 and 7 pixels, with wall in place of what came into view."""
    shift = np.array([[1.0, 0, 11], [0, 1, -7]])
    moved = [cv2.warpAffine(f, shift, (256, 384), borderMode=cv2.BORDER_REPLICATE) for f in wave[0]]
    off = differences(find_joints(np.stack(moved)), perceived.pose)
    np.testing.assert_allclose(np.median(off, axis=0), [11, -7], atol=0.4)


def test_widths_are_filled_up_to_whole_cells(find_joints, perceived, wave):
    """Of 251 pixels; those cut off at the left shift the rest."""
    off = differences(find_joints(np.ascontiguousarray(wave[0][:, :, 5:])), perceived.pose)
    np.testing.assert_allclose(np.median(off, axis=0), [-5, 0], atol=0.4)


def test_a_clip_may_be_of_any_length(estimate, wave, perceived):
    none = estimate(wave[0][:0])
    assert none.pose.shape == (0, 18, 3)
    assert none.person.shape == (0, 384, 256)
    np.testing.assert_allclose(estimate(wave[0][:5]).pose, perceived.pose[:5], atol=1e-3)


def test_poses_alone_are_the_same(estimate, wave, perceived):
    assert np.array_equal(estimate.poses(iter(wave[0])), perceived.pose)
    assert estimate.poses([]).shape == (0, 18, 3)


def test_frames_without_a_person_have_neither_pose_nor_mask(estimate):
    noise = np.random.default_rng(0).integers(0, 256, (1, 96, 64, 3), dtype=np.uint8)
    wall = np.full((1, 96, 64, 3), 120, np.uint8)
    for frames in (noise, wall):
        nobody = estimate(frames)
        assert not nobody.pose.any()
        assert not nobody.person.any()


def test_who_has_no_joints_has_no_mask(wave):
    def find_none(frames: Iterable[np.ndarray]) -> np.ndarray:
        pose = np.ones((len(list(frames)), 18, 3), np.float32)
        pose[0] = 0
        return pose

    person = JointsAndMask(find_none, pose_estimator("blazepose"))(wave[0][:2]).person
    assert not person[0].any()
    assert person[1].any()


def test_joints_outside_the_frame_are_missing(find_joints, wave):
    pose = find_joints(np.ascontiguousarray(wave[0][:2, 40:230]))
    for side in ("left", "right"):
        assert not pose[:, JOINT[f"{side}_ankle"]].any()
        assert (pose[:, JOINT[f"{side}_shoulder"], 2] > 0.3).all()
    there = pose[pose[..., 2] > 0]
    assert (there[:, :2] >= -0.5).all()
    assert (there[:, :2] <= [255.5, 189.5]).all()


def test_of_two_people_the_larger_is_taken_and_then_the_same(find_joints, wave):
    """First both are there, then the larger one leaves, then comes back."""
    frame = wave[0][0]
    both = np.full((384, 512, 3), frame[0, 0], np.uint8)
    both[:, :256] = frame
    both[80:380, 290:490] = cv2.resize(frame, (200, 300), interpolation=cv2.INTER_AREA)
    alone = both.copy()
    alone[:, :256] = frame[0, 0]
    neck = find_joints(np.stack([both, both, alone, both]))[:, JOINT["neck"], 0]
    assert (neck[:2] < 256).all()
    assert (neck[2:] > 290).all()


def test_a_person_who_leaves_is_found_again(find_joints, wave):
    empty = np.full_like(wave[0][:1], 200)
    counts = seen(find_joints(np.concatenate([wave[0][:1], empty, wave[0][1:2]])))
    assert counts[1] == 0
    assert min(counts[0], counts[2]) > 15


def test_the_body_network_is_fed_and_read_in_order(wave):
    """With any weights: what is handed on are the network's own maps, fields first."""
    torch.manual_seed(0)
    network = OpenPoseBody().eval()
    pictures = wave[0][:2, :64, :48]
    fields, heat_maps = BodyFields(network)(pictures)
    with torch.inference_mode():
        expected = network(torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1)
    np.testing.assert_allclose(fields, expected[0], atol=1e-6)
    np.testing.assert_allclose(heat_maps, expected[1], atol=1e-6)


def test_an_untrained_body_network_sees_nobody(wave):
    pose = AffinityJoints(BodyFields(OpenPoseBody().eval()))(wave[0][:1])
    assert pose.shape == (1, 18, 3)
    assert not pose.any()
