import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT
from hueman.generation.motion import JOIN_SECONDS, arrange, change_speed, fill_gaps, loop

FPS = 25.0
WRIST = JOINT["left_wrist"]


def walking(frames: int, step: float = 2.0) -> np.ndarray:
    """All joints go to the right by `step` pixels a frame, at heights of their own."""
    pose = np.ones((frames, 18, 3), np.float32)
    pose[..., 0] = 10 + step * np.arange(frames)[:, None]
    pose[..., 1] = 5.0 * np.arange(18)
    return pose


def random_poses(seed: int, frames: int, missing: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pose = rng.uniform(0.1, 1, (frames, 18, 3)).astype(np.float32)
    pose[..., :2] *= 100
    pose[rng.uniform(size=(frames, 18)) < missing] = (np.nan, np.inf, 0)
    return pose


def test_a_short_gap_is_crossed_evenly_with_the_smaller_confidence():
    pose = walking(8)
    pose[:, WRIST, 2] = (0.9, 0.8, 0, 0, 0, 0.4, 0.5, 0.6)
    expected = pose.copy()
    expected[2:5, WRIST, 2] = 0.4
    pose[2:5, WRIST, :2] = np.nan
    np.testing.assert_allclose(fill_gaps(pose, FPS), expected, rtol=1e-6)


@pytest.mark.parametrize("fps", [5.0, 25.0, 30.0, 29.97])
def test_gaps_are_filled_up_to_the_longest(fps):
    longest = {5.0: 2, 25.0: 10, 30.0: 12, 29.97: 11}[fps]  # 0.4 seconds
    for missing, is_filled in ((longest, True), (longest + 1, False)):
        pose = walking(missing + 2)
        pose[1:-1, WRIST] = 0
        assert (fill_gaps(pose, fps)[:, WRIST, 2] > 0).all() == is_filled


def test_what_is_not_yet_or_no_longer_seen_stays_missing():
    pose = walking(6)
    pose[[0, 1, 5], WRIST] = 0
    pose[:, JOINT["nose"]] = 0
    np.testing.assert_array_equal(fill_gaps(pose, FPS), pose)


@given(st.integers(0, 1000), st.integers(1, 30), st.floats(0, 1))
def test_filling_adds_joints_between_sightings_and_changes_no_sighting(seed, frames, longest):
    pose = random_poses(seed, frames)
    filled = fill_gaps(pose, FPS, longest)
    seen, known = pose[..., 2] > 0, filled[..., 2] > 0
    assert np.isfinite(filled).all()
    np.testing.assert_array_equal(filled[seen], pose[seen])
    assert (filled[~known] == 0).all()
    for joint in range(18):
        before = np.logical_or.accumulate(seen[:, joint])
        after = np.logical_or.accumulate(seen[::-1, joint])[::-1]
        assert not (known[:, joint] & ~(before & after)).any()
        if seen[:, joint].any():
            bounds = pose[seen[:, joint], joint]
            inside = filled[known[:, joint], joint]
            assert (inside >= bounds.min(axis=0) - 1e-3).all()
            assert (inside <= bounds.max(axis=0) + 1e-3).all()


@pytest.mark.parametrize(("speed", "frames"), [(1, 21), (2, 11), (0.5, 41), (4, 6), (0.1, 201)])
def test_speed_changes_the_pace_of_an_even_walk(speed, frames):
    result = change_speed(walking(21, step=2), speed)
    np.testing.assert_allclose(result, walking(frames, step=2 * speed), atol=1e-3)
    assert result.dtype == np.float32


def test_speed_interpolates_as_numpy_does():
    pose = random_poses(1, 13, missing=0)
    times = np.arange(17) * 0.75
    result = change_speed(pose, 0.75)
    for joint, axis in np.ndindex(18, 3):
        expected = np.interp(times, np.arange(13), pose[:, joint, axis])
        np.testing.assert_allclose(result[:, joint, axis], expected, rtol=1e-4)


def test_a_joint_missing_in_the_nearer_frame_stays_missing():
    pose = walking(3, step=10)
    pose[1, WRIST] = (np.nan, np.nan, 0)
    result = change_speed(pose, 0.2)[:, WRIST]
    # Times 0, .2, .4 are nearer to frame 0; .6 to 1.4 to frame 1; 1.6, 1.8, 2 to frame 2.
    np.testing.assert_array_equal(result[:, 2] > 0, [1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1])
    np.testing.assert_allclose(result[[0, 1, 2, 8, 9, 10], 0], [10, 10, 10, 30, 30, 30])


@given(st.integers(0, 1000), st.integers(1, 40), st.floats(0.1, 10))
def test_speed_keeps_the_beginning_and_the_duration(seed, frames, speed):
    pose = random_poses(seed, frames)
    result = change_speed(pose, speed)
    np.testing.assert_allclose(result[0], np.where(pose[0, :, 2:] > 0, pose[0], 0), rtol=1e-6)
    last = (len(result) - 1) * speed
    assert frames - 1 - speed - 1e-3 <= last <= frames - 1 + 1e-3
    assert np.isfinite(result).all()


def test_a_movement_that_ends_where_it_began_is_only_repeated():
    pose = walking(20)
    pose[..., 0] = 50 + 10 * np.sin(np.linspace(0, 2 * np.pi, 20))[:, None]
    np.testing.assert_allclose(loop(pose, 3, FPS), np.tile(pose, (3, 1, 1)), atol=1e-4)


@given(st.integers(0, 1000), st.integers(12, 40), st.integers(2, 4))
def test_nothing_jumps_at_a_join(seed, frames, times):
    rng = np.random.default_rng(seed)
    pose = walking(frames)
    pose[..., :2] += rng.normal(0, 1, (frames, 18, 2)).cumsum(axis=0)
    result = loop(pose, times, FPS)
    length = int(np.ceil(JOIN_SECONDS * FPS))
    # Smoothstep is never steeper than 1.5 times the mean.
    way = np.abs(pose[-1] - pose[0]).max() * 1.5 / (length + 1)
    most = np.abs(np.diff(pose[..., :2], axis=0)).max() + way
    assert np.abs(np.diff(result[..., :2], axis=0)).max() <= most + 1e-3
    assert len(result) == times * frames
    np.testing.assert_array_equal(result[:frames], pose)
    for again in range(1, times):
        after = slice(again * frames + length, (again + 1) * frames)
        np.testing.assert_allclose(result[after], pose[length:], atol=1e-4)


def test_at_a_join_missing_joints_stay_missing_and_unseen_ones_move_along():
    pose = walking(20)
    pose[3, WRIST] = 0
    pose[-1, JOINT["nose"]] = 0
    result = loop(pose, 2, FPS)
    assert (result[[3, 23], WRIST] == 0).all()
    np.testing.assert_allclose(result[20:39, JOINT["nose"], 0], result[20:39, JOINT["neck"], 0])
    assert result[39, JOINT["nose"], 2] == 0
    assert result[20, JOINT["neck"], 0] > pose[-1, JOINT["neck"], 0] - 2


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_movements_can_be_repeated(frames):
    result = loop(walking(frames), 4, FPS)
    assert result.shape == (4 * frames, 18, 3)
    np.testing.assert_allclose(result[frames - 1 :: frames], walking(frames)[-1:].repeat(4, 0))


def test_a_movement_is_filled_then_sped_up_then_repeated():
    pose = walking(21)
    pose[5:8, WRIST] = 0
    result = arrange(pose, FPS, speed=2, times=3)
    np.testing.assert_allclose(result[:11], walking(11, step=4), atol=1e-3)
    np.testing.assert_array_equal(result, loop(result[:11], 3, FPS))


@pytest.mark.parametrize("speed", [0.09, 10.1, 0, -1, np.nan, np.inf])
def test_speeds_out_of_range_are_refused(speed):
    with pytest.raises(HuemanError, match=r"speed is .*; choose 0\.1 to 10"):
        change_speed(walking(3), speed)


@pytest.mark.parametrize("times", [0, -1, 101])
def test_numbers_of_times_out_of_range_are_refused(times):
    with pytest.raises(HuemanError, match=f"loop is {times}; choose 1 to 100"):
        loop(walking(3), times, FPS)


def test_endless_movements_are_refused():
    with pytest.raises(HuemanError, match="100000 frames, more than 20000"):
        arrange(walking(100), FPS, speed=0.1, times=100)


def test_mistakes_of_programmers_are_value_errors():
    with pytest.raises(ValueError, match=r"\(18, 3\)"):
        fill_gaps(np.ones((4, 17, 3)), FPS)
    with pytest.raises(ValueError, match="fps"):
        fill_gaps(walking(3), 0)
    with pytest.raises(ValueError, match="at least one"):
        change_speed(walking(0), 1)
