"""Pictures out of tensors, for looking at."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def to_uint8(pictures: Tensor) -> np.ndarray:
    """Convert (N, 3, H, W) in [-1, 1] to uint8 (N, H, W, 3)."""
    levels = (pictures.detach().float().clamp(-1, 1) + 1) * 127.5
    return levels.round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def picture_grid(rows: Sequence[Tensor]) -> np.ndarray:
    """Put rows of (N, 3, H, W) in [-1, 1] below each other: uint8 (rows * H, N * W, 3)."""
    return np.concatenate([np.concatenate(list(to_uint8(row)), axis=1) for row in rows], axis=0)
