from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from hueman.clips.video import Video
from hueman.features.affine import part_affines
from hueman.features.warping import warp_parts

CLIPS = Path(__file__).parents[2] / "examples" / "clips"
FRAMES = [0, 12, 30]


@pytest.fixture(scope="module")
def truth():
    """Poses (3, 18, 3), parts (3, H, W) and person (3, H, W) of one clip, at its frames FRAMES."""
    with np.load(CLIPS / "checker" / "jack.truth.npz") as arrays:
        pose = np.concatenate([arrays["pose"], np.ones((48, 18, 1), np.float32)], axis=2)
        return (torch.from_numpy(pose[FRAMES]), torch.from_numpy(arrays["parts"][FRAMES]))


def noise(count, channels, height=384, width=256):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, channels, height, width, generator=generator)


def test_the_same_pose_gives_the_masked_features(truth):
    poses, parts = truth
    features = noise(3, 4)
    warped = warp_parts(features, parts, poses, poses)
    expected = features * (parts > 0)[:, None]
    assert (warped.features - expected).abs().mean() < 1e-4
    masks = torch.stack([parts == i for i in range(1, 11)], dim=1).float()
    torch.testing.assert_close(warped.parts, masks, atol=0.01, rtol=0)


def test_agrees_with_opencv(truth):
    poses, parts = truth
    features = torch.nn.functional.avg_pool2d(noise(1, 3), 9, stride=1, padding=4)
    warped = warp_parts(features, parts[:1], poses[:1], poses[1:2])
    matrices, _ = part_affines(poses[:1], poses[1:2])
    expected = np.zeros((384, 256, 3), np.float32)
    picture = features[0].permute(1, 2, 0).numpy()
    for index in range(10):
        mask = (parts[0] == index + 1).numpy().astype(np.float32)[..., None]
        moved = cv2.warpAffine(picture * mask, matrices[0, index].numpy(), (256, 384))
        expected = np.maximum(expected, moved)
    difference = np.abs(warped.features[0].permute(1, 2, 0).numpy() - expected)
    # OpenCV rounds positions to 1/32 of a pixel, which shows at the edges of the masks.
    assert difference.mean() < 1e-3
    assert difference.max() < 0.06


def test_a_shifted_pose_shifts_by_whole_pixels(truth):
    poses, parts = truth
    target = poses.clone()
    target[..., 0] += 7
    target[..., 1] -= 11
    features = noise(3, 2)
    warped = warp_parts(features, parts, poses, target).features
    masked = features * (parts > 0)[:, None]
    torch.testing.assert_close(warped[..., :-11, 7:], masked[..., 11:, :-7], atol=2e-3, rtol=0)
    assert not warped[..., :7].any()


def test_a_batch_equals_its_single_items(truth):
    poses, parts = truth
    features = noise(3, 1)
    target = poses.roll(1, dims=0)
    together = warp_parts(features, parts, poses, target)
    for i in range(3):
        one = slice(i, i + 1)
        alone = warp_parts(features[one], parts[one], poses[one], target[one])
        torch.testing.assert_close(together.features[one], alone.features, atol=1e-4, rtol=0)
        torch.testing.assert_close(together.parts[one], alone.parts, atol=1e-4, rtol=0)


def test_gradients_reach_the_visible_features(truth):
    poses, parts = truth
    features = noise(1, 2).requires_grad_()
    warp_parts(features, parts[:1], poses[:1], poses[1:2]).features.sum().backward()
    assert features.grad is not None
    inside = features.grad[0, 0][parts[0] > 0]
    assert (inside != 0).float().mean() > 0.8
    assert not features.grad[0, 0][parts[0] == 0].any()


def test_parts_with_missing_joints_vanish(truth):
    poses, parts = truth
    target = poses.clone()
    target[:, :, 2] = 0
    warped = warp_parts(noise(3, 1), parts, poses, target)
    assert not warped.features.any()
    assert not warped.parts.any()


def test_true_poses_carry_parts_to_where_they_are(truth):
    poses, parts = truth
    first = [0, 0]
    warped = warp_parts(noise(2, 1), parts[first], poses[first], poses[1:])
    predicted = torch.where(warped.parts.amax(1) > 0.5, warped.parts.argmax(1) + 1, 0)

    def mean_iou(labels):
        shares = [
            ((labels == i) & (parts[1:] == i)).sum() / ((labels == i) | (parts[1:] == i)).sum()
            for i in range(1, 11)
        ]
        return torch.stack(shares).mean()

    assert mean_iou(predicted) > 0.75
    assert mean_iou(predicted) > mean_iou(parts[first]) + 0.2


def test_shapes_that_disagree_are_named(truth):
    poses, parts = truth
    with pytest.raises(ValueError, match="384, 255"):
        warp_parts(noise(3, 1, 384, 255), parts, poses, poses)
    with pytest.raises(ValueError, match="must agree"):
        warp_parts(noise(2, 1), parts[:2], poses, poses)


@pytest.mark.parametrize("action", ["sidestep", "jack"])
def test_a_warped_first_frame_beats_a_still_one(action):
    frames = Video(CLIPS / "stripes" / f"{action}.mp4").read()
    with np.load(CLIPS / "stripes" / f"{action}.truth.npz") as arrays:
        pose = np.concatenate([arrays["pose"], np.ones((48, 18, 1), np.float32)], axis=2)
        poses, parts = torch.from_numpy(pose), torch.from_numpy(arrays["parts"])
    colors = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
    later, first = slice(5, 48, 14), [0] * 4
    warped = warp_parts(colors[first], parts[first], poses[first], poses[later]).features
    person = (parts[later] > 0)[:, None].expand(-1, 3, -1, -1)
    error = (warped - colors[later]).abs()[person].mean()
    still = (colors[first] - colors[later]).abs()[person].mean()
    assert error < 0.6 * still
