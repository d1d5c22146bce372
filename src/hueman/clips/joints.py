"""Which joints of a pose can be: checked where poses are read."""

import numpy as np

LARGEST_PLACE = 1e6
"""Pixels: no frame is so large, and drawing needs whole numbers."""


def check_joints(poses: np.ndarray) -> None:
    """Refuse, by ValueError, poses (..., 18, 3) with joints that nobody can have.

    A joint of confidence 0 is missing, and may have any place.
    """
    seen = poses[poses[..., 2] != 0]
    if not np.isfinite(seen).all():
        raise ValueError(
            "it has joints that are not finite numbers; give missing joints confidence 0"
        )
    if len(seen) and np.abs(seen).max() > LARGEST_PLACE:
        raise ValueError(f"it has joints further away than {LARGEST_PLACE:g} pixels")
