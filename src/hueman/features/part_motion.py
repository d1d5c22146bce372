"""How ten body parts move from pose to pose, as deformable skip connections take it.

Deformable GAN (Siarohin et al. 2018) moves rectangles about the joints of ten body regions. Here
the content frame's own part labels say what belongs to a part, which is better: a rectangle takes
background and other limbs along. The ten labels are the publication's regions (hueman's paper takes
them from there, section 2.2), so nothing else differs.
"""

import torch
from torch import Tensor

from hueman.features.affine import part_affines
from hueman.features.skeleton import BODY_PARTS
from hueman.networks.deformable_skip import PartMotion


def part_motion(parts: Tensor, source: Tensor, target: Tensor) -> PartMotion:
    """Find how body parts move.

    Args:
        parts: uint8 (N, H, W), labels 0..10 of the body parts under the source pose.
        source: float (N, 18, 3), in pixels of H x W.
        target: float (N, 18, 3).

    Raises:
        ValueError: the shapes do not fit each other.
    """
    if parts.ndim != 3 or len(parts) != len(source):
        raise ValueError(
            f"parts {tuple(parts.shape)} must be (N, H, W) for poses {tuple(source.shape)}"
        )
    matrices, valid = part_affines(source, target)
    height, width = parts.shape[1:]
    labels = torch.arange(1, len(BODY_PARTS) + 1, device=parts.device)
    masks = (parts[:, None] == labels[:, None, None]) & valid[..., None, None]
    return PartMotion(masks.float(), _sampling(matrices, height, width))


def _sampling(matrices: Tensor, height: int, width: int) -> Tensor:
    """Turn pixel maps (N, 10, 2, 3), source to target, into `PartMotion.sampling`."""
    last = matrices.new_tensor([0.0, 0.0, 1.0]).expand(*matrices.shape[:2], 1, 3)
    forward = torch.cat([matrices, last], dim=2).double()
    # Pixel centres lie at integers, so the first pixel's edge is half a pixel before it.
    normalize = forward.new_tensor(
        [[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]]
    )
    backward = normalize @ torch.linalg.inv(forward) @ torch.linalg.inv(normalize)
    return backward[:, :, :2].float()
