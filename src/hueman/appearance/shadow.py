"""The person's shadow on the floor: taken off the background, and laid down again at other feet.

Only a floor that is even from left to right tells a shadow from a dark thing; on others, shadows
stay where they are, as a part of the background.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from hueman.appearance.plate import along_rows
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
NEAR = 0.5
"""How near to a foot a shadow begins, in units of `body_scale`."""
SOFTNESS = 0.004
"""By which share of the frame's height a shadow's edge is softened: no grain of the floor."""
SHRINKS, GROWS = 0.4, 1.6
"""Limits of how much shorter or longer a shadow becomes with the height of the body."""


def shadow_region(frame: np.ndarray, hole: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """Find a person's shadow on the floor.

    Each row of the floor is compared with its own lit part; what is darker, of the same colour
    and joined to the feet is their shadow.

    Args:
        frame: uint8 (H, W, 3).
        hole: bool (H, W), where the person is.
        pose: float (18, 3), the person's.

    Returns:
        bool (H, W), outside the hole; nothing if there is no shadow, or no telling.
    """
    region = np.zeros_like(hole)
    feet, scale = pose[[JOINT[name] for name in ANKLES]], body_scale(pose)
    height, width = hole.shape
    if not (feet[:, 2] > 0).all():
        return region
    middle = feet[:, :2].mean(axis=0)
    rows = slice(
        max(0, int(middle[1] - ABOVE * scale)), min(height, int(middle[1] + BELOW * scale) + 1)
    )
    hidden = hole[rows]
    if hidden.size == 0 or hidden.all(axis=1).any():
        return region
    lab = lab_from_uint8(frame[rows])
    lit, even = _lit_floor(lab, hidden)
    if even.mean() < EVEN_ROWS:
        return region
    darkness = 1 - lab[..., 0] / np.maximum(lit[..., 0], 1)
    colored = np.linalg.norm(lab[..., 1:] - lit[..., 1:], axis=2) > SAME_COLOR
    near = np.abs(np.arange(width) - middle[0]) <= ASIDE * scale
    dark = (darkness > FAINTEST) & (darkness < DEEPEST) & ~colored & near & ~hidden
    region[rows] = _joined(dark, hidden, feet[:, :2] - [0, rows.start], NEAR * scale)
    return region


def shadow_darkness(
    lightness: np.ndarray, lit: np.ndarray, region: np.ndarray, hole: np.ndarray
) -> np.ndarray:
    """Say what share of the floor's lightness a shadow takes away.

    Behind the person it is taken to fade from one side to the other.

    Args:
        lightness: (H, W), L of the frame.
        lit: (H, W), L of the background without the shadow.
        region: bool (H, W), from `shadow_region`.
        hole: bool (H, W), where the person is.

    Returns:
        float32 (H, W) in [0, `DEEPEST`].
    """
    darkness = np.clip(1 - lightness / np.maximum(lit, 1), 0, DEEPEST) * region
    behind = along_rows(darkness[..., None].astype(np.float32), hole)[0][..., 0]
    whole = np.where(hole, np.nan_to_num(behind), darkness).astype(np.float32)
    return cv2.GaussianBlur(whole, (0, 0), SOFTNESS * len(lit))


def move_shadow(shadow: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Bring shadows to other feet, longer or shorter as the body is higher or lower.

    Args:
        shadow: float (T, 1, H, W), as `shadow_darkness` gives it.
        source: float (T, 18, 3), the poses that cast them.
        target: float (T, 18, 3), the poses wanted. Where feet or neck are not known in both, a
            shadow stays where it is.

    Returns:
        float (T, 1, H, W).
    """
    (there, tall, found), (here, wanted, also) = _stand(source), _stand(target)
    known = found & also
    factor = torch.where(known, (wanted / tall).clamp(SHRINKS, GROWS), 1.0)[:, None]
    shift = torch.where(known[:, None], there - here / factor, 0.0)
    # Where each pixel comes from; a shadow that reaches the frame's edge goes on beyond it.
    scale = torch.eye(2) / factor[:, None]
    origins = torch.cat([scale, shift[:, :, None]], dim=2).double().numpy()
    size = shadow.shape[3], shadow.shape[2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = [
        cv2.warpAffine(picture, origin, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for picture, origin in zip(shadow[:, 0].numpy(), origins, strict=True)
    ]
    return torch.from_numpy(np.stack(moved))[:, None]


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
    bright = _row_quantile(seen[..., 0], 0.75)[:, None]
    # Half of a row or more is lit: the upper half tells how even it is.
    even = bright - _row_quantile(seen[..., 0], 0.5)[:, None] < EVEN
    off = np.abs(seen[..., :1] - bright[..., None])
    # The quantile lies between two pixels, and both may be far from it: then the nearer counts.
    near = np.maximum(EVEN, np.nextafter(np.nanmin(off, axis=1, keepdims=True), np.inf))
    lit = np.where(off < near, seen, np.nan)
    color = [_row_quantile(lit[..., channel], 0.5) for channel in (1, 2)]
    return np.stack([bright[:, 0], *color], axis=1)[:, None], even


def _row_quantile(rows: np.ndarray, share: float) -> np.ndarray:
    """Return the quantile of each row of an array (R, W) without its NaN; (R,).

    As `np.nanquantile`, which goes through rows one by one; each has a number that is not NaN.
    """
    ordered = np.sort(rows, axis=1)  # NaN last
    place = share * (np.count_nonzero(~np.isnan(rows), axis=1) - 1)
    below = place.astype(int)
    first, second = (
        np.take_along_axis(ordered, each[:, None], axis=1)[:, 0]
        for each in (below, np.ceil(place).astype(int))
    )
    return (first + (second - first) * (place - below)).astype(rows.dtype)


def _joined(dark: np.ndarray, hidden: np.ndarray, feet: np.ndarray, radius: float) -> np.ndarray:
    """Return the regions of a bool mask (H, W) that come to the feet (2, 2), or to what hides them.

    Args:
        dark: bool (H, W).
        hidden: bool (H, W), where the person is.
        feet: x and y of each.
        radius: what is hidden so near to a foot counts as a way to it.
    """
    rows, columns = np.mgrid[: dark.shape[0], : dark.shape[1]]
    places = np.stack([columns, rows], axis=2)[..., None, :] - feet
    near = (np.linalg.norm(places, axis=3) < max(2.0, radius)).any(axis=2)
    _, numbers = cv2.connectedComponents((dark | (hidden & near)).astype(np.uint8), connectivity=8)
    touched = np.unique(numbers[near])
    return np.isin(numbers, touched[touched > 0]) & dark
