import cv2
import numpy as np
import pytest

from hueman.features.skeleton import JOINT
from hueman.perception.base import Perceived, PoseEstimator, pose_estimator


@pytest.fixture(scope="module")
def estimate() -> PoseEstimator:
    return pose_estimator("blazepose")


@pytest.fixture(scope="module")
def perceived(estimate, wave) -> Perceived:
    return estimate(wave[0])


def errors(pose: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.linalg.norm(pose[..., :2] - truth, axis=-1)


def place(frames: np.ndarray, canvas: tuple[int, int], height: int, x: int, y: int) -> np.ndarray:
    """Shrink frames to `height` and put them at x, y of a large grey canvas."""
    width = round(frames.shape[2] * height / frames.shape[1])
    large = np.full((len(frames), *canvas, 3), 190, np.uint8)
    for target, frame in zip(large, frames, strict=True):
        target[y : y + height, x : x + width] = cv2.resize(
            frame, (width, height), interpolation=cv2.INTER_AREA
        )
    return large


def test_joints_are_where_the_renderer_has_them(perceived, wave):
    """Within 1.5 % of the frame's height; anatomy and OpenPose's joints differ by as much."""
    assert perceived.pose.shape == (12, 18, 3)
    assert perceived.pose.dtype == np.float32
    assert (perceived.pose[..., 2] > 0).all()
    error = errors(perceived.pose, wave[1]["pose"])
    assert np.median(error) < 5
    assert np.percentile(error, 95) < 10


def test_left_and_right_are_the_persons_own(perceived):
    first = perceived.pose[0]
    assert first[JOINT["left_shoulder"], 0] > first[JOINT["right_shoulder"], 0] + 20


def test_the_mask_covers_the_person(perceived, wave):
    found, truth = perceived.person > 127, wave[1]["person"]
    overlap = (found & truth).sum(axis=(1, 2)) / (found | truth).sum(axis=(1, 2))
    assert perceived.person.dtype == np.uint8
    assert overlap.min() > 0.96


def test_a_clip_may_be_of_any_length(estimate, wave):
    assert estimate(wave[0][:0]).pose.shape == (0, 18, 3)
    one = estimate(wave[0][:1])
    assert one.person.shape == (1, 384, 256)
    assert (one.pose[..., 2] > 0).all()


def test_frames_without_a_person_have_neither_pose_nor_mask(estimate, wave):
    noise = np.random.default_rng(0).integers(0, 256, (1, 96, 64, 3), dtype=np.uint8)
    wall = np.full((1, 96, 64, 3), 120, np.uint8)
    for frames in (noise, wall):
        seen = estimate(frames)
        assert not seen.pose.any()
        assert not seen.person.any()


def test_a_person_who_leaves_is_found_again(estimate, wave):
    frames = wave[0]
    empty = np.full_like(frames[:2], 200)
    seen = (estimate(np.concatenate([frames[:2], empty, frames[2:4]])).pose[..., 2] > 0).sum(axis=1)
    assert seen.tolist() == [18, 18, 0, 0, 18, 18]


def test_a_small_person_in_a_wide_frame_is_found(estimate, wave):
    height, x, y = 200, 700, 250
    seen = estimate(place(wave[0][:2], (480, 960), height, x, y))
    expected = (wave[1]["pose"][:2] + 0.5) * height / 384 - 0.5 + [x, y]
    assert (seen.pose[..., 2] > 0).mean() > 0.9
    visible = seen.pose[..., 2] > 0
    assert np.median(errors(seen.pose, expected)[visible]) < 0.02 * height


def test_poses_alone_are_the_same_with_any_number_of_threads(perceived, wave):
    for threads in (1, 2):
        alone = pose_estimator("blazepose", threads).poses(iter(wave[0]))
        assert alone.dtype == np.float32
        assert np.array_equal(alone, perceived.pose)


def test_poses_alone_of_nothing_and_of_what_is_no_frame(estimate, wave):
    assert estimate.poses([]).shape == (0, 18, 3)
    with pytest.raises(ValueError, match="frames must be uint8"):
        estimate.poses([wave[0][0].astype(np.float32)])


def test_joints_outside_the_frame_are_missing(estimate, wave):
    pose = estimate(np.ascontiguousarray(wave[0][:2, 60:230])).pose
    for side in ("left", "right"):
        assert (pose[:, JOINT[f"{side}_ankle"], 2] == 0).all()
        assert (pose[:, JOINT[f"{side}_shoulder"], 2] > 0.5).all()


def test_a_tilted_person_is_followed(estimate, wave):
    """Turned by 30 degrees clockwise; the region turns with the body."""
    turn = cv2.getRotationMatrix2D((127.5, 191.5), -30, 0.6)
    frame = cv2.warpAffine(wave[0][0], turn, (256, 384), borderMode=cv2.BORDER_REPLICATE)
    expected = wave[1]["pose"][0] @ turn[:, :2].T + turn[:, 2]
    pose = estimate(frame[None]).pose[0]
    assert np.median(errors(pose, expected)) < 4


def test_only_clips_are_taken(estimate):
    with pytest.raises(ValueError, match="frames must be uint8"):
        estimate(np.zeros((384, 256, 3), np.uint8))
