"""Frames as tensors: resizing, gathering, shifting."""

import numpy as np
import pytest
import torch

from hueman.training.frames import Frames


@pytest.fixture(scope="module")
def frames(truth_dataset):
    return Frames.of(truth_dataset.read(truth_dataset.entry("plaid", "march")), 96, 64)


def test_half_size_halves_poses_and_averages_pictures(truth_dataset):
    clip = truth_dataset.read(truth_dataset.entry("plaid", "march"))
    small = Frames.of(clip, 48, 32)
    assert small.rgb.shape == (8, 3, 48, 32)
    means = clip.frames.reshape(8, 48, 2, 32, 2, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)
    assert np.abs(small.rgb.numpy() - means).max() <= 0.5
    np.testing.assert_allclose(small.pose[..., :2], (clip.pose[..., :2] + 0.5) / 2 - 0.5, atol=1e-4)


def test_gather_collects_from_several_clips(frames):
    other = frames[[3, 2, 1]]
    batch = Frames.gather([frames, other], [(0, 5), (1, 0), (1, 2)])
    assert torch.equal(batch.rgb, frames.rgb[[5, 3, 1]])
    assert torch.equal(batch.pose, frames.pose[[5, 3, 1]])


def test_shift_moves_pictures_and_pose_together(frames):
    pair = frames[[0, 0]]
    moved = pair.shifted(torch.tensor([5, -3]))
    assert torch.equal(moved.rgb[0, :, :, 5:], pair.rgb[0, :, :, :-5])
    assert torch.equal(moved.rgb[1, :, :, :-3], pair.rgb[1, :, :, 3:])
    assert torch.equal(moved.rgb[0, :, :, :5], pair.rgb[0, :, :, :1].expand(-1, -1, 5))
    assert torch.equal(moved.parts[0, :, 5:], pair.parts[0, :, :-5])
    torch.testing.assert_close(moved.pose[:, :, 0], pair.pose[:, :, 0] + torch.tensor([[5], [-3]]))
    assert torch.equal(moved.pose[:, :, 1:], pair.pose[:, :, 1:])
    assert torch.equal(pair.shifted(torch.zeros(2, dtype=torch.int64)).rgb, pair.rgb)


def test_recolouring_leaves_the_background_alone(frames):
    recolored = frames.recolored(torch.full((8, 2), 30.0), None)
    untouched = (frames.upper == 0).expand(-1, 3, -1, -1)
    assert torch.equal(recolored[untouched], frames.pictures()[untouched])
    assert not torch.equal(recolored, frames.pictures())


def test_regions_by_kind(frames):
    everywhere = frames.encoder_regions("frame")
    assert (everywhere == 1).all()
    parts = frames.encoder_regions("parts")
    assert not (parts[:, 0] * parts[:, 1]).any()
    garment = frames.encoder_regions("garment")
    torch.testing.assert_close(garment[:, :1], frames.upper / 255)
