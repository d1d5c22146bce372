"""Steady frames: what hardly changes from one to the next is held, what moves is left alone.

Poses seen in a video tremble by a fraction of a pixel even where somebody stands still, and fine
patterns show it. A recursive filter over time whose weight falls with the change around a pixel,
as denoisers of video use it (Dubois & Sabri, "Noise reduction in image sequences using
motion-compensated temporal filtering", 1984), without following the motion.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

KEPT = 0.9
"""Share of the frame shown before that stays where nothing changes at all."""
CHANGE = 40.0
"""Mean change around a pixel, in levels of 8 bits, at which 1/e of that share is left."""
WINDOW = 1 / 38
"""Side of the square that counts as around a pixel, as a share of the frame's height: wider than a
stripe, so that a trembling edge does not count as motion; narrower than a forearm."""


def steady(frame: Tensor, shown: Tensor) -> Tensor:
    """Hold what hardly changes.

    Args:
        frame: (N, 3, H, W) in [-1, 1], new.
        shown: of the same shape, what this function returned for the frame before.

    Returns:
        (N, 3, H, W), between `shown` and `frame` everywhere.

    Raises:
        ValueError: the shapes differ.
    """
    if frame.shape != shown.shape:
        raise ValueError(f"frames must have one shape, got {frame.shape} and {shown.shape}")
    around = (frame - shown).abs().amax(dim=1, keepdim=True) * 127.5
    reach = max(1, round(frame.shape[2] * WINDOW / 2))
    for down, across in ((reach, 0), (0, reach)):  # one after the other takes half the time
        side = (2 * down + 1, 2 * across + 1)
        around = F.avg_pool2d(around, side, 1, (down, across), count_include_pad=False)
    return torch.lerp(frame, shown, KEPT * torch.exp(-((around / CHANGE) ** 2)))
