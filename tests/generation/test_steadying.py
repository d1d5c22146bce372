"""Steadying: what trembles is held, what moves is left alone and leaves no ghost."""

import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter

from hueman.features.skeleton import JOINT
from hueman.generation.actions import read_action
from hueman.generation.steadying import CHANGE, KEPT, at_rest, steady

STILL = torch.ones(96, 64)


def trembling(frames: int, levels: float) -> torch.Tensor:
    """A grey wall whose pixels tremble, (T, 1, 3, 96, 64)."""
    noise = torch.randn(frames, 1, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    return noise * levels / 127.5


def steadied(frames: torch.Tensor, rest: torch.Tensor = STILL) -> torch.Tensor:
    shown = [frames[0]]
    for frame in frames[1:]:
        shown.append(steady(frame, shown[-1], rest))
    return torch.stack(shown)


def test_as_by_another_filter_of_the_mean():
    frame, shown = trembling(2, 30)
    change = (frame - shown).abs().amax(dim=1)[0].double().numpy() * 127.5
    # Away from the borders, where the two treat what lies outside differently.
    around = torch.from_numpy(uniform_filter(change, 3))[2:-2, 2:-2]
    weight = 0.5 * KEPT * torch.exp(-((around / CHANGE) ** 2)).float()
    ours = steady(frame, shown, 0.5 * STILL)[0, :, 2:-2, 2:-2]
    frame, shown = frame[0, :, 2:-2, 2:-2], shown[0, :, 2:-2, 2:-2]
    torch.testing.assert_close(ours, weight * shown + (1 - weight) * frame, atol=1e-5, rtol=0)


def test_what_trembles_is_held_where_nobody_moves():
    frames, rest = trembling(40, 6), STILL.clone()
    rest[:, 32:] = 0
    before, after = (each.diff(dim=0).abs() for each in (frames, steadied(frames, rest)))
    assert after[..., :32].mean() < before[..., :32].mean() / 4
    torch.testing.assert_close(after[..., 32:], before[..., 32:])


def test_what_changes_much_is_left_alone():
    wall = trembling(2, 2)
    wall[1, ..., 20:50, 20:50] += 1.2
    moved = (steady(wall[1], wall[0], STILL) - wall[1]).abs()
    assert moved[..., 24:46, 24:46].max() < 0.05
    assert moved[..., 60:, :].max() > 0.01


@pytest.mark.parametrize("box", [np.s_[:9, :7], np.s_[30:41, 50:], np.s_[95:, 20:30], np.s_[:0]])
def test_to_the_bit_as_if_the_whole_frame_were_looked_at(box):
    frame, shown = trembling(2, 20)
    somewhere = torch.zeros(96, 64)
    somewhere[box] = 0.7
    inside = somewhere.bool()
    everywhere = steady(frame, shown, 0.7 * STILL)
    ours = steady(frame, shown, somewhere)
    assert torch.equal(ours[..., inside], everywhere[..., inside])
    assert torch.equal(ours[..., ~inside], frame[..., ~inside])


def test_frames_of_two_sizes_are_refused():
    frame = torch.zeros(1, 3, 96, 64)
    with pytest.raises(ValueError, match="one size"):
        steady(frame, torch.zeros(1, 3, 64, 96), STILL)
    with pytest.raises(ValueError, match="one size"):
        steady(frame, frame, STILL.T)


@pytest.fixture
def pose() -> np.ndarray:
    """Somebody with raised arms in a frame of 192x128."""
    pose = read_action("wave_both")[20].copy()
    low, high = pose[:, :2].min(axis=0), pose[:, :2].max(axis=0)
    pose[:, :2] = (pose[:, :2] - low) / (high[1] - low[1]) * 130 + [30, 30]
    return pose


def place(pose: np.ndarray, *joints: str) -> tuple[int, int]:
    """Row and column in the middle of joints."""
    x, y = np.rint(pose[[JOINT[joint] for joint in joints], :2].mean(axis=0)).astype(int)
    return int(y), int(x)


def test_somebody_at_rest_is_at_rest_everywhere_and_the_wall_is_left_alone(pose):
    rest = at_rest(pose, pose, 192, 128)
    for joints in (("neck", "right_hip"), ("right_elbow", "right_wrist"), ("left_knee",)):
        assert rest[place(pose, *joints)] == 1
    assert rest[0, 0] == rest[-1, -1] == 0


def test_where_an_arm_is_or_was_nothing_is_held(pose):
    before = pose.copy()
    before[JOINT["right_wrist"], 1] += 30
    rest = at_rest(before, pose, 192, 128)
    for where in (before, pose):
        assert rest[place(where, "right_elbow", "right_wrist")] < 1e-6
    assert rest[place(pose, "left_elbow", "left_wrist")] == 1
    assert rest[place(pose, "left_knee", "left_ankle")] == 1


def test_before_the_body_an_arm_that_moves_counts(pose):
    before = pose.copy()
    pose[JOINT["right_wrist"], :2] = pose[[JOINT["neck"], JOINT["right_hip"]], :2].mean(axis=0)
    assert at_rest(before, pose, 192, 128)[place(pose, "right_wrist")] < 1e-6


def test_half_a_pixel_counts_less_than_two_and_missing_joints_not_at_all(pose):
    shares = []
    for step in (0, 0.5, 2):
        moved = pose.copy()
        moved[:, 0] += step
        shares.append(float(at_rest(pose, moved, 192, 128)[place(pose, "neck", "left_hip")]))
    assert shares[0] == 1 > shares[1] > 0.7
    assert shares[2] < 0.05
    moved[:, 2] = 0
    assert not at_rest(pose, moved, 192, 128).any()
