"""Poses as pictures: a Gaussian at every joint."""

import torch
from torch import Tensor


def joint_heat_maps(pose: Tensor, height: int, width: int, deviation: float) -> Tensor:
    """Draw each joint as a Gaussian with its peak of 1 at the joint; a missing joint is all zero.

    As Deformable GAN (Siarohin et al. 2018, section 3) represents a pose.

    Args:
        pose: float (N, 18, 3), x and y in pixels of the frame.
        height: of the frame, in pixels.
        width: of the frame, in pixels.
        deviation: standard deviation in pixels, above 0.

    Returns:
        float32 (N, 18, H, W) in [0, 1].
    """
    present = pose[..., 2] > 0
    # Missing joints may hold anything, even NaN, and zero weight would not silence that.
    points = torch.where(present[..., None], pose[..., :2], 0.0).float()
    columns, rows = (
        torch.exp(
            -((torch.arange(size, device=pose.device) - points[..., axis, None]) ** 2) / spread
        )
        for axis, size, spread in ((0, width, 2 * deviation**2), (1, height, 2 * deviation**2))
    )
    return (rows * present[..., None])[..., :, None] * columns[..., None, :]
