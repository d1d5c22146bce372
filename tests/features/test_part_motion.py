"""How parts move, as deformable skips take it: against the pixel maps it is made from."""

import numpy as np
import pytest
import torch

from hueman.features.affine import part_affines
from hueman.features.part_motion import part_motion
from hueman.features.skeleton import BODY_PARTS

HEIGHT, WIDTH = 48, 32


def poses(seed: int) -> torch.Tensor:
    random = np.random.default_rng(seed)
    places = random.uniform((0, 0), (WIDTH, HEIGHT), (2, 18, 2))
    return torch.from_numpy(np.dstack([places, np.ones((2, 18))])).float()


def labels() -> torch.Tensor:
    rows = torch.arange(HEIGHT) % 11
    return rows[None, :, None].expand(2, HEIGHT, WIDTH).to(torch.uint8)


def test_masks_are_the_labels_parts():
    motion = part_motion(labels(), poses(0), poses(1))
    assert motion.masks.shape == (2, 10, HEIGHT, WIDTH)
    for index in range(10):
        assert torch.equal(motion.masks[:, index] == 1, labels() == index + 1)


def test_sampling_undoes_the_pixel_maps():
    source, target = poses(0), poses(1)
    motion = part_motion(labels(), source, target)
    matrices, _ = part_affines(source, target)
    size = torch.tensor([WIDTH, HEIGHT])
    for x, y in [(0.0, 0.0), (31.0, 5.0), (12.0, 40.0)]:
        place = torch.tensor([x, y, 1.0])
        moved = matrices @ place  # (2, 10, 2), pixels
        normal = torch.cat([(2 * moved + 1) / size - 1, torch.ones(2, 10, 1)], dim=2)
        back = (motion.sampling @ normal[..., None])[..., 0]
        pixels = ((back + 1) * size - 1) / 2
        assert torch.allclose(pixels, place[:2].expand(2, 10, 2), atol=1e-3)


def test_a_part_without_its_joints_is_nowhere():
    target = poses(1)
    target[0, 4, 2] = 0  # the right wrist
    motion = part_motion(labels(), poses(0), target)
    gone = BODY_PARTS.index("right_lower_arm")
    assert not motion.masks[0, gone].any()
    assert motion.masks[1, gone].any()
    assert torch.isfinite(motion.sampling).all()


def test_other_numbers_of_frames_are_refused():
    with pytest.raises(ValueError, match="must be"):
        part_motion(labels()[:1], poses(0), poses(1))
