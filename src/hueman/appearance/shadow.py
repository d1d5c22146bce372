"""The person's shadow on the floor: taken off the background, and laid down again at other feet.

Only a floor that is even from left to right tells a shadow from a dark thing; on others, shadows
stay where they are, as a part of the background.
"""

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.color.lab import lab_from_uint8
from hueman.features.pose import body_scale
from hueman.features.skeleton import JOINT

ANKLES = ("left_ankle", "right_ankle")
ABOVE, BELOW, ASIDE = 0.8, 0.5, 2.5
"""How far from the feet a shadow is looked for, in units of `body_scale`."""
FAINTEST = 0.03
"""Share of lightness that a shadow takes away, at least."""
DEEPEST = 0.7
"""What is darker is a thing and no shadow."""
SAME_COLOR = 8.0
"""How far a and b of a shadow may lie from those of the lit floor."""
EVEN = 2.0
"""By how much lightness an even row differs from left to right, in the brighter half of it."""
EVEN_ROWS = 0.8
"""How many rows of the floor have to be even."""
SHRINKS, GROWS = 0.4, 1.6
"""Limits of how much shorter or longer a shadow becomes with the height of the body."""


def floor_shadow(frame: Tensor, person: Tensor, pose: Tensor) -> Tensor:
    """Find what share of the floor's lightness a person's shadow takes away.

    Each row of the floor is compared with its own lit part; what is darker, of the same colour
    and joined to the feet is their shadow.

    Args:
        frame: uint8 (3, H, W), the background, without the person.
        person: uint8 (1, H, W), soft mask of where the person was.
        pose: float (18, 3), the person's.

    Returns:
        float (1, H, W) in [0, `DEEPEST`]; 0 everywhere if there is no shadow, or no telling.
    """
    nothing = torch.zeros(1, *frame.shape[1:])
    feet, scale = pose[[JOINT[name] for name in ANKLES]].numpy(), body_scale(pose.numpy())
    if not (feet[:, 2] > 0).all():
        return nothing
    height, width = frame.shape[1:]
    middle = feet[:, :2].mean(axis=0)
    top = max(0, int(middle[1] - ABOVE * scale))
    bottom = min(height, int(middle[1] + BELOW * scale) + 1)
    if bottom <= top:
        return nothing
    rows = slice(top, bottom)
    lab = lab_from_uint8(frame.permute(1, 2, 0).numpy()[rows])
    away = np.abs(np.arange(width) - middle[0]) > ASIDE * scale
    lit, even = _lit_floor(lab, person[0].numpy()[rows] > 0)
    if even.mean() < EVEN_ROWS:
        return nothing
    darkness = 1 - lab[..., 0] / np.maximum(lit[..., 0], 1)
    colored = np.linalg.norm(lab[..., 1:] - lit[..., 1:], axis=2) > SAME_COLOR
    possible = (darkness > FAINTEST) & (darkness < DEEPEST) & ~colored & ~away & even
    joined = _joined_to(possible, feet[:, :2] - [0, top], 0.3 * scale)
    # Faded out at its edge, and nothing of the floor's grain.
    soft = cv2.GaussianBlur(joined.astype(np.float32), (0, 0), max(0.8, 0.02 * scale))
    nothing[0, rows] = torch.from_numpy((np.clip(darkness, 0, DEEPEST) * soft).astype(np.float32))
    return nothing


def without_shadow(lightness: Tensor, own: Tensor, shadow: Tensor) -> Tensor:
    """Light up a background.

    Args:
        lightness: (..., H, W), L of the background; it may have been put together from frames in
            which the shadow lay elsewhere.
        own: of the same shape, L of the frame in which the shadow was found.
        shadow: of the same shape, as `floor_shadow` gives it.
    """
    lit = (own / (1 - shadow)).clamp(max=100)
    return torch.where(shadow > 0, torch.maximum(lightness, lit), lightness)


def move_shadow(shadow: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Bring shadows to other feet, longer or shorter as the body is higher or lower.

    Args:
        shadow: float (T, 1, H, W), as `floor_shadow` gives it.
        source: float (T, 18, 3), the poses that cast them.
        target: float (T, 18, 3), the poses wanted. Where feet or neck are not known in both, a
            shadow stays where it is.

    Returns:
        float (T, 1, H, W).
    """
    (there, tall, found), (here, wanted, also) = _stand(source), _stand(target)
    known = (found & also)[:, None]
    factor = torch.where(known, (wanted / tall).clamp(SHRINKS, GROWS)[:, None], 1.0)
    height, width = shadow.shape[2:]
    size = shadow.new_tensor([width, height])
    columns, rows = torch.arange(width), torch.arange(height)
    pixels = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=2).to(shadow)
    shift = torch.where(known, there - here / factor, 0.0)
    origin = pixels / factor[:, None, None] + shift[:, None, None]
    # A shadow that reaches the frame's edge goes on beyond it.
    grid = (2 * origin + 1) / size - 1
    return F.grid_sample(shadow, grid, padding_mode="border", align_corners=False)


def _stand(pose: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the middle of the feet (N, 2), how high the neck is above it, and what is known."""
    feet, neck = pose[:, [JOINT[name] for name in ANKLES]], pose[:, JOINT["neck"]]
    middle = feet[..., :2].mean(dim=1)
    tall = (middle[:, 1] - neck[:, 1]).clamp(min=1)
    return middle, tall, (feet[..., 2] > 0).all(dim=1) & (neck[:, 2] > 0)


def _lit_floor(lab: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lit colour of each row, (rows, 1, 3), and whether it is the same everywhere.

    Args:
        lab: (rows, W, 3).
        person: bool (rows, W), what does not count.
    """
    seen = np.where(person[..., None], np.nan, lab)
    bright = np.nanquantile(seen[..., 0], 0.75, axis=1, keepdims=True)
    # Half of a row or more is lit: the upper half tells how even it is.
    even = bright - np.nanquantile(seen[..., 0], 0.5, axis=1, keepdims=True) < EVEN
    lit = np.where(np.abs(seen[..., :1] - bright[..., None]) < EVEN, seen, np.nan)
    color = np.nanmedian(lit[..., 1:], axis=1, keepdims=True)
    return np.concatenate([bright[..., None], color], axis=2), even


def _joined_to(mask: np.ndarray, points: np.ndarray, radius: float) -> np.ndarray:
    """Return the regions of a bool mask (H, W) that come within a radius of any point (K, 2)."""
    _, numbers = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    places = np.stack([columns, rows], axis=2)[..., None, :] - points
    near = (np.linalg.norm(places, axis=3) < max(2.0, radius)).any(axis=2)
    touched = np.unique(numbers[near])
    return np.isin(numbers, touched[touched > 0])
