"""Heat maps of joints against their formula, pixel by pixel."""

import numpy as np
import torch

from hueman.features.heat_maps import joint_heat_maps


def poses(count: int) -> torch.Tensor:
    random = np.random.default_rng(0)
    places = random.uniform(-5, 40, (count, 18, 2))
    return torch.from_numpy(np.dstack([places, np.ones((count, 18))])).float()


def test_every_joint_is_a_gaussian_of_its_place():
    pose = poses(2)
    maps = joint_heat_maps(pose, 30, 20, 2.5)
    assert maps.shape == (2, 18, 30, 20)
    assert maps.dtype == torch.float32
    y, x = np.mgrid[:30, :20]
    for frame in range(2):
        for joint in (0, 7, 17):
            right, down, _ = pose[frame, joint].double().numpy()
            expected = np.exp(-((x - right) ** 2 + (y - down) ** 2) / (2 * 2.5**2))
            np.testing.assert_allclose(maps[frame, joint].numpy(), expected, atol=1e-6)


def test_the_peak_is_one_at_the_joint():
    pose = poses(1)
    pose[0, 4, :2] = torch.tensor([7.0, 12.0])
    maps = joint_heat_maps(pose, 30, 20, 3.0)
    assert maps[0, 4, 12, 7] == 1
    assert maps.max() <= 1
    assert maps.min() >= 0


def test_missing_joints_are_nowhere_whatever_they_hold():
    pose = poses(2)
    pose[0, 3] = torch.tensor([10.0, 10.0, 0.0])
    pose[1, 5] = torch.tensor([torch.nan, torch.nan, 0.0])
    maps = joint_heat_maps(pose, 30, 20, 3.0)
    assert torch.isfinite(maps).all()
    assert not maps[0, 3].any()
    assert not maps[1, 5].any()
    assert maps[0, 5].any()
