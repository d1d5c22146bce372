from pathlib import Path

import numpy as np
import pytest
import torch

from hueman.features.feature_map import (
    feature_map,
    part_masks,
    region_dilation,
    region_masks,
    target_feature_map,
)
from hueman.features.stick_figure import draw_stick_figures

CLIPS = Path(__file__).parents[2] / "examples" / "clips"
FRAMES = [0, 20]


@pytest.fixture(scope="module")
def clip():
    """Poses, parts, and garments (upper, lower) of two frames."""
    with np.load(CLIPS / "stripes" / "wave_both.truth.npz") as arrays:
        pose = np.concatenate([arrays["pose"], np.ones((48, 18, 1), np.float32)], axis=2)
        garments = np.stack([arrays["upper"], arrays["lower"]], axis=1)
        return (
            torch.from_numpy(pose[FRAMES]),
            torch.from_numpy(arrays["parts"][FRAMES]),
            torch.from_numpy(garments[FRAMES]),
        )


def edges_of(parts):
    return (parts.float() * 25).to(torch.uint8)


def test_channels_are_stick_and_edges_in_0_1():
    stick = torch.zeros(2, 4, 5, 3, dtype=torch.uint8)
    stick[1, 2, 3] = torch.tensor([255, 51, 0], dtype=torch.uint8)
    edges = torch.full((2, 4, 5), 102, dtype=torch.uint8)
    features = feature_map(stick, edges)
    assert features.shape == (2, 4, 4, 5)
    torch.testing.assert_close(features[1, :, 2, 3], torch.tensor([1.0, 0.2, 0.0, 0.4]))


def test_the_same_pose_gives_the_features_of_the_content(clip):
    poses, parts, _ = clip
    edges = edges_of(parts)
    stick = torch.from_numpy(draw_stick_figures(poses.numpy(), 384, 256))
    result = target_feature_map(edges, parts, poses, poses)
    torch.testing.assert_close(result.features, feature_map(stick, edges), atol=0.01, rtol=0)
    expected = region_masks(part_masks(parts), region_dilation(384))
    torch.testing.assert_close(result.regions, expected, atol=0.01, rtol=0)


def test_a_warped_stick_figure_resembles_the_drawn_one(clip):
    poses, parts, _ = clip
    edges = edges_of(parts)
    source, target = poses[:1], poses[1:]
    drawn = target_feature_map(edges[:1], parts[:1], source, target, stick="drawn").features
    warped = target_feature_map(edges[:1], parts[:1], source, target, stick="warped").features
    still = target_feature_map(edges[:1], parts[:1], source, source, stick="drawn").features
    assert not torch.equal(drawn[:, :3], warped[:, :3])
    torch.testing.assert_close(drawn[:, 3], warped[:, 3])
    error = (warped[:, :3] - drawn[:, :3]).abs().mean()
    assert error < 0.6 * (still[:, :3] - drawn[:, :3]).abs().mean()


def test_regions_cover_the_garments(clip):
    _, parts, garments = clip
    regions = region_masks(part_masks(parts), region_dilation(384)) > 0
    covered = (regions & garments).sum(dim=(2, 3)) / garments.sum(dim=(2, 3))
    assert covered.min() > 0.98
    other = (regions.flip(1) & garments).sum(dim=(2, 3)) / garments.sum(dim=(2, 3))
    assert other.max() < 0.25


def test_region_masks_grow_by_the_dilation():
    masks = torch.zeros(1, 10, 21, 21)
    masks[0, 1, 10, 10] = 1
    masks[0, 9, 5, 5] = 0.5
    regions = region_masks(masks, 2)
    assert regions[0, 0].sum() == 25
    assert regions[0, 1].sum() == 12.5
    assert region_masks(masks, 0).sum() == 1.5
    with pytest.raises(ValueError, match="-1"):
        region_masks(masks, -1)


def test_wrong_input_is_named(clip):
    poses, parts, _ = clip
    with pytest.raises(ValueError, match="painted"):
        target_feature_map(parts, parts, poses, poses, stick="painted")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"\(1, 4, 4\)"):
        feature_map(torch.zeros(2, 4, 4, 3), torch.zeros(1, 4, 4))
