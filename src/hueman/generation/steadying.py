"""Steady frames: where somebody stands still what hardly changes is held, what moves is left alone.

Poses seen in a video tremble by a fraction of a pixel even at rest, and fine patterns show it. This
is a recursive filter over time whose weight falls with the change around a pixel, as denoisers of
video use it (Dubois & Sabri, "Noise reduction in image sequences using motion-compensated temporal
filtering", 1984). By the change alone it would leave ghosts of thin things that moved on, so it
works only where the poses say that nothing has moved.
"""

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.features.skeleton import JOINT

KEPT = 0.9
"""Share of the frame shown before that stays where nothing changes at all."""
CHANGE = 60.0
"""Mean change around a pixel, in levels of 8 bits, at which 1/e of that share is left."""
WINDOW = 1 / 38
"""Side of the square that counts as around a pixel, as a share of the frame's height: wider than a
stripe, so that a trembling edge does not count as motion; narrower than a forearm."""
REST = 0.005
"""How far a joint moves, as a share of the frame's height, until 1/e of that share is left."""
_FINE = 4
"""Bits of a pixel's fractions when limbs are drawn."""

# From joint to joint, thickness as a share of the frame's height, and how much further than the
# second joint it reaches, as a share of its length: to the top of the head, fingers and toes.
LIMBS = tuple(
    (JOINT[first], JOINT[last], thickness, further)
    for first, last, thickness, further in (
        ("neck", "nose", 0.075, 0.6),
        ("right_shoulder", "left_shoulder", 0.07, 0),
        ("neck", "right_hip", 0.09, 0),
        ("neck", "left_hip", 0.09, 0),
        ("right_hip", "left_hip", 0.08, 0),
        ("right_shoulder", "right_elbow", 0.06, 0),
        ("left_shoulder", "left_elbow", 0.06, 0),
        ("right_elbow", "right_wrist", 0.055, 0.6),
        ("left_elbow", "left_wrist", 0.055, 0.6),
        ("right_hip", "right_knee", 0.075, 0),
        ("left_hip", "left_knee", 0.075, 0),
        ("right_knee", "right_ankle", 0.065, 0.35),
        ("left_knee", "left_ankle", 0.065, 0.35),
    )
)


def steady(frame: Tensor, shown: Tensor, rest: Tensor) -> Tensor:
    """Hold what hardly changes, where nothing moves.

    Args:
        frame: (N, 3, H, W) in [-1, 1], new.
        shown: of the same shape, what this function returned for the frame before.
        rest: (H, W), from `at_rest`.

    Returns:
        (N, 3, H, W), between `shown` and `frame` everywhere.

    Raises:
        ValueError: the shapes differ.
    """
    if frame.shape != shown.shape or frame.shape[2:] != rest.shape:
        raise ValueError(
            f"frames must have one size, got {tuple(frame.shape)}, {tuple(shown.shape)} and "
            f"{tuple(rest.shape)}"
        )
    if not rest.any():
        return frame
    reach = max(1, round(frame.shape[2] * WINDOW / 2))
    # What is farther from anybody at rest is not looked at; within the margin `rest` is 0.
    box = _box_around(rest, margin=reach)
    new, held = frame[box], shown[box]
    around = (new - held).abs().amax(dim=1, keepdim=True) * 127.5
    for down, across in ((reach, 0), (0, reach)):  # one after the other takes half the time
        side = (2 * down + 1, 2 * across + 1)
        around = F.avg_pool2d(around, side, 1, (down, across), count_include_pad=False)
    weight = KEPT * rest[box] * torch.exp(-((around / CHANGE) ** 2))
    steadied = frame.clone()
    steadied[box] = torch.lerp(new, held, weight)
    return steadied


def _box_around(rest: Tensor, margin: int) -> tuple:
    """Return the index of the box around all that is not 0 in (H, W), with a margin."""
    spans = []
    for axis in (1, 0):
        inside = rest.any(dim=axis).nonzero()
        spans.append(slice(max(0, int(inside[0]) - margin), int(inside[-1]) + 1 + margin))
    return ..., *spans


def at_rest(before: np.ndarray, now: np.ndarray, height: int, width: int) -> Tensor:
    """Say where a person stands still between two frames.

    Args:
        before: pose (18, 3) of the frame before, in pixels.
        now: pose of the frame.
        height: of the frames.
        width: of the frames.

    Returns:
        (H, W) in [0, 1]: of the limb that is there the share of rest, of several that of the one
        which moves most; 0 where nobody is, or was a frame ago.
    """
    limbs = []
    for first, last, thickness, further in LIMBS:
        joints = np.stack([pose[[first, last]] for pose in (before, now)])
        if (joints[..., 2] > 0).all():
            moved = np.linalg.norm(joints[1, :, :2] - joints[0, :, :2], axis=1).max() / height
            limbs.append((float(np.exp(-((moved / REST) ** 2))), joints, thickness, further))
    rest = np.zeros((height, width), np.float32)
    for share, joints, thickness, further in sorted(limbs, key=lambda limb: -limb[0]):
        for start, end in joints[..., :2]:
            ends = np.stack([start, end + further * (end - start)]) * (1 << _FINE)
            first, last = np.rint(ends).astype(int).tolist()
            cv2.line(rest, first, last, share, max(1, round(thickness * height)), cv2.LINE_8, _FINE)
    return torch.from_numpy(rest)
