"""Deformable skips against scipy, and against moves whose result is known."""

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import affine_transform

from hueman.features.affine import part_affines
from hueman.features.part_motion import part_motion
from hueman.networks.deformable_skip import PartMotion, deformable_skip

HEIGHT, WIDTH = 48, 32
PARTS = 10


def poses(seed: int) -> torch.Tensor:
    random = np.random.default_rng(seed)
    places = random.uniform((4, 4), (WIDTH - 4, HEIGHT - 4), (2, 18, 2))
    return torch.from_numpy(np.dstack([places, np.ones((2, 18))])).float()


def labels(seed: int = 0, block: int = 4) -> torch.Tensor:
    """Random labels 0..10, the same in squares of `block` pixels."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.randint(PARTS + 1, (2, HEIGHT // block, WIDTH // block), generator=generator)
    return small.repeat_interleave(block, 1).repeat_interleave(block, 2).to(torch.uint8)


def features(channels: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.randn(2, channels, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))


def shifted(pose: torch.Tensor, x: float, y: float) -> torch.Tensor:
    return pose + torch.tensor([x, y, 0.0])


def test_it_equals_scipys_affine_transform_of_every_part():
    parts, source, target, shown = labels(), poses(2), poses(3), features()
    found = deformable_skip(shown, part_motion(parts, source, target))
    matrices, valid = part_affines(source, target)
    assert valid.all()
    for frame in range(2):
        for channel in range(3):
            expected = np.zeros((HEIGHT, WIDTH))
            for part in range(PARTS):
                # scipy wants rows before columns, and target to source.
                forward = np.eye(3)
                forward[:2] = matrices[frame, part].double().numpy()[::-1, [1, 0, 2]]
                visible = shown[frame, channel] * (parts[frame] == part + 1)
                moved = affine_transform(
                    visible.double().numpy(), np.linalg.inv(forward), order=1, mode="grid-constant"
                )
                expected = np.maximum(expected, moved)
            np.testing.assert_allclose(found[frame, channel].numpy(), expected, atol=2e-3)


def test_whole_pixels_move_features_exactly():
    parts, pose, shown = labels(), poses(2), features()
    found = deformable_skip(shown, part_motion(parts, pose, shifted(pose, 3, -5)))
    expected = torch.zeros_like(shown)
    visible = torch.where(parts[:, None] > 0, shown, 0).clamp(min=0)
    expected[:, :, :-5, 3:] = visible[:, :, 5:, :-3]
    assert torch.allclose(found, expected, atol=1e-4)


def test_the_same_pose_leaves_what_belongs_to_a_part():
    parts, pose, shown = labels(), poses(2), features()
    found = deformable_skip(shown, part_motion(parts, pose, pose))
    expected = torch.where(parts[:, None] > 0, shown, 0).clamp(min=0)
    assert torch.allclose(found, expected, atol=1e-4)


def test_every_level_moves_alike():
    """What is the same in squares of 4 pixels, and moves by some of them, does so when smaller."""
    parts, pose = labels(), poses(2)
    motion = part_motion(parts, pose, shifted(pose, 8, 4))
    small = features()[:, :, ::4, ::4]
    large = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.allclose(
        deformable_skip(small, motion),
        F.avg_pool2d(deformable_skip(large, motion), 4),
        atol=1e-4,
    )


def test_gradients_reach_the_features_of_parts_alone():
    parts, pose = labels(), poses(2)
    shown = features().abs().add(0.1).requires_grad_()
    deformable_skip(shown, part_motion(parts, pose, shifted(pose, 2, 1))).sum().backward()
    assert shown.grad is not None
    arrived = parts[:, None].expand_as(shown)[:, :, :-1, :-2] > 0
    gradient = shown.grad[:, :, :-1, :-2]
    assert torch.allclose(gradient[arrived], torch.ones(1), atol=1e-4)
    assert not shown.grad[parts[:, None].expand_as(shown) == 0].any()


def test_no_parts_leave_nothing():
    motion = part_motion(labels(), poses(2), poses(3))
    nowhere = PartMotion(torch.zeros_like(motion.masks), motion.sampling)
    assert not deformable_skip(features(), nowhere).any()


def test_16_bit_features_move_with_32_bit_places():
    motion = part_motion(labels(), poses(2), poses(3))
    shown = features().bfloat16()
    found = deformable_skip(shown, motion)
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), deformable_skip(shown.float(), motion), atol=0.02)
