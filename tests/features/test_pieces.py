"""Parts moved one by one, against a batch moved by sampling grids."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from hueman.features.pieces import Pieces
from hueman.features.warping import warp_layers, warp_parts


def smooth(count: int, channels: int) -> torch.Tensor:
    """Return float32 (count, channels, 96, 64), without sharp edges."""
    random = torch.Generator().manual_seed(channels)
    coarse = torch.rand(count, channels, 12, 8, generator=random)
    return F.interpolate(coarse, (96, 64), mode="bicubic").clamp(0, 1)


@pytest.fixture
def people():
    """Labels (3, 96, 64) of ten upright bars, and poses (3, 18, 3) that differ."""
    random = torch.Generator().manual_seed(0)
    pose = torch.rand(3, 18, 3, generator=random) * torch.tensor([44.0, 76.0, 0.5]) + 10
    pose[..., 2] = 0.9
    labels = torch.zeros(3, 96, 64, dtype=torch.uint8)
    for part in range(10):
        labels[:, 8 * part : 8 * part + 12, 6 * part : 6 * part + 9] = part + 1
    return labels, pose


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 9])
def test_pieces_move_as_a_grid_does(channels):
    picture = smooth(1, channels)
    mask = np.zeros((1, 1, 96, 64), bool)
    mask[0, 0, 20:70, 15:50] = True
    matrix = np.array([[0.9, -0.3, 21.3], [0.25, 1.1, -12.6]])
    piece = Pieces(picture.numpy(), mask).moved(0, 0, matrix)
    assert piece is not None
    made = np.zeros((96, 64, channels + 1), np.float32)
    made[piece.window] = piece.picture
    shown = torch.cat([picture, torch.ones(1, 1, 96, 64)], dim=1) * torch.from_numpy(mask)
    rows, columns = np.mgrid[:96, :64]
    inverse = np.linalg.inv(matrix[:, :2])
    origin = np.stack([columns - matrix[0, 2], rows - matrix[1, 2]], axis=-1) @ inverse.T
    grid = torch.from_numpy((2 * origin + 1) / (64, 96) - 1).float()[None]
    expected = F.grid_sample(shown, grid, align_corners=False)[0].permute(1, 2, 0).numpy()
    assert np.abs(made - expected).max() < 0.005


def test_a_part_that_leaves_or_is_not_there_is_none():
    mask = np.zeros((1, 2, 96, 64), bool)
    mask[0, 0, 20:30, 20:30] = True
    pieces = Pieces(smooth(1, 3).numpy(), mask)
    assert pieces.moved(0, 0, np.array([[1, 0, 80.0], [0, 1, 0]])) is None
    assert pieces.moved(0, 1, np.eye(3)[:2]) is None
    still = pieces.moved(0, 0, np.eye(3)[:2])
    assert still is not None
    assert still.picture[1:-1, 1:-1, -1].min() == 1


def test_largest_values_are_the_same_both_ways(people):
    labels, pose = people
    features = smooth(3, 4)
    chosen = torch.tensor([[0, 1, 2, 0, 1, 2, 0, 1, 2, 0], [1] * 10])
    for choice, target in ((None, pose.flip(0)), (chosen, pose[:2] + 3)):
        one = warp_parts(features, labels, pose, target, choice)
        other = warp_parts(features.double(), labels, pose, target, choice)
        assert (one.features - other.features).abs().mean() < 1e-4
        assert (one.parts - other.parts).abs().mean() < 1e-4
        assert one.features.amax() > 0.5


def test_layers_are_the_same_both_ways(people):
    labels, pose = people
    pictures = smooth(3, 5) * 2 - 1
    masks = labels[:, None] == torch.arange(1, 11)[:, None, None]
    behind = smooth(3, 5).flip(0) * 20 - 50
    kept = behind.clone()
    one = warp_layers(pictures, masks, pose, pose.flip(0), behind)
    other = warp_layers(pictures.double(), masks, pose, pose.flip(0), behind.double())
    assert (one - other).abs().mean() < 1e-3
    assert (one.abs() <= 1).float().mean() > 0.01  # people stand before backgrounds below -29
    assert behind.equal(kept)


def test_layers_need_a_background_for_each_target(people):
    labels, pose = people
    masks = labels[:, None] == torch.arange(1, 11)[:, None, None]
    with pytest.raises(ValueError, match="background"):
        warp_layers(smooth(3, 5), masks, pose, pose, smooth(1, 5))
