"""Which of several frames shows a part best, and which frames are worth having."""

import numpy as np
import pytest
import torch

from hueman.appearance.choosing import (
    IMPOSSIBLE,
    chosen_frames,
    content_frames,
    part_distances,
    seen_shares,
)
from hueman.appearance.tinting import tinted
from hueman.clips.store import Dataset
from hueman.features.skeleton import BODY_PARTS, JOINT
from hueman.training.frames import Frames

FOREARM = BODY_PARTS.index("right_lower_arm")
THIGH = BODY_PARTS.index("left_upper_leg")


@pytest.fixture(scope="module")
def wave(truth_dataset: Dataset) -> Frames:
    return Frames.of(truth_dataset.read(truth_dataset.entry("plaid", "wave_right")), 96, 64)


def turned(pose, degrees, scale=1.0, shift=(0.0, 0.0)):
    """The same person seen by a camera that is turned, nearer, and moved."""
    angle = np.deg2rad(degrees)
    turn = torch.tensor([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = scale * pose[..., :2] @ turn.to(pose) + torch.tensor(shift)
    return torch.cat([points, pose[..., 2:]], dim=-1)


def test_a_pose_is_nearest_to_itself_wherever_it_is(wave):
    distances = part_distances(wave.pose, wave.pose)
    assert distances.shape == (8, 8, 10)
    assert distances.diagonal(dim1=0, dim2=1).abs().max() < 1e-5
    assert (distances >= 0).all()
    moved = turned(wave.pose, 30, shift=(4, 7))
    torch.testing.assert_close(part_distances(wave.pose, moved), distances, atol=1e-4, rtol=1e-4)


def test_a_seen_length_is_not_made_longer_for_nothing():
    """Two frames with the forearm at the same place, in one it points half at the camera."""
    pose = torch.zeros(1, 18, 3)
    pose[..., :2] = torch.rand(18, 2, generator=torch.Generator().manual_seed(0)) * 20
    pose[..., 2] = 1
    short = pose.clone()
    elbow, wrist = JOINT["right_elbow"], JOINT["right_wrist"]
    short[0, wrist, :2] = pose[0, elbow, :2] + 0.5 * (pose[0, wrist, :2] - pose[0, elbow, :2])
    lengthened = part_distances(short, pose)[0, 0, FOREARM]
    shortened = part_distances(pose, short)[0, 0, FOREARM]
    assert lengthened > shortened + 0.3


def test_missing_joints_are_the_last_resort(wave):
    pose = wave.pose.clone()
    pose[0, JOINT["right_wrist"]] = torch.tensor([torch.nan, torch.nan, 0])
    distances = part_distances(pose, wave.pose)
    assert (distances[:, 0, FOREARM] == IMPOSSIBLE).all()
    assert torch.isfinite(distances).all()
    assert seen_shares(wave.parts, pose)[0, FOREARM] == 0
    assert (chosen_frames(wave.parts, pose, wave.pose)[:, FOREARM] != 0).all()


def test_what_another_part_hides_is_not_seen(wave):
    parts = wave.parts.clone()
    before = seen_shares(parts, wave.pose)
    assert (before[:, THIGH] > 0.9).all()
    parts[3][parts[3] == THIGH + 1] = FOREARM + 1
    after = seen_shares(parts, wave.pose)
    assert after[3, THIGH] == 0
    assert torch.equal(after[:3], before[:3])
    assert chosen_frames(wave.parts, wave.pose, wave.pose[3:4])[0, THIGH] == 3
    assert chosen_frames(parts, wave.pose, wave.pose[3:4])[0, THIGH] != 3


def test_the_way_through_a_video_is_the_cheapest(wave, monkeypatch):
    """Against trying all ways out."""
    monkeypatch.setattr("hueman.appearance.choosing.SWITCHING", 0.08)
    source, target, parts = wave.pose[[0, 3, 6]], wave.pose[[1, 2, 4, 5]], wave.parts[[0, 3, 6]]
    costs = part_distances(source, target) + 0.5 * (1 - seen_shares(parts, source))
    ways = torch.cartesian_prod(*[torch.arange(3)] * 4)
    chosen = chosen_frames(parts, source, target)
    for part in range(10):
        prices = costs[torch.arange(4), ways, part].sum(dim=1)
        prices = prices + 0.08 * (ways[:, 1:] != ways[:, :-1]).sum(dim=1)
        taken = (ways == chosen[:, part]).all(dim=1)
        assert float(prices[taken]) == pytest.approx(float(prices.min()), abs=1e-6)


def test_content_frames_begin_with_the_first_and_show_what_it_hides(wave):
    numbers = content_frames(wave.parts, wave.pose, 3)
    assert numbers[0] == 0
    assert len(set(numbers)) == 3
    # In the first frame the arm hangs; the second one that is taken has it up.
    second = wave.pose[numbers[1]]
    assert second[JOINT["right_wrist"], 1] < second[JOINT["right_shoulder"], 1]
    assert content_frames(wave.parts, wave.pose, 1) == [0]
    assert sorted(content_frames(wave.parts, wave.pose, 100)) == list(range(8))
    still = wave[[0, 0, 0]]
    assert content_frames(still.parts, still.pose, 3) == [0]


def test_more_frames_bring_a_person_nearer_to_the_truth(wave):
    """Frames between those that are shown, from one and from three of them."""
    target = wave[[2, 5]]
    errors = []
    for numbers in ([0], [0, 3, 6]):
        content = wave[numbers]
        chosen = chosen_frames(content.parts, content.pose, target.pose)
        seen = content.appearance(together=True).under(target.pose, chosen)
        made = tinted(seen, target.upper_color[:, 1:], target.lower_color[:, 1:])
        person = (target.person > 128).expand(-1, 3, -1, -1)
        errors.append(float((made - target.pictures()).abs()[person].mean()))
    assert errors[1] < 0.8 * errors[0]
