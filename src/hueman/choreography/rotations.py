"""Rotations as matrices (3, 3), and the leg's inverse kinematics."""

import math

import numpy as np


def unit(vector: np.ndarray) -> np.ndarray:
    """Return a vector (3,) scaled to length 1.

    Raises:
        ValueError: it has no length.
    """
    vector = np.asarray(vector, float)
    length = float(np.linalg.norm(vector))
    if length < 1e-12:
        raise ValueError(f"a direction needs a length, got {vector}")
    return vector / length


def about_axis(axis: np.ndarray, degrees: float) -> np.ndarray:
    """Return the rotation about an axis (3,), counter-clockwise seen from its tip (Rodrigues)."""
    x, y, z = unit(axis)
    angle = math.radians(degrees)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the smallest rotation that takes the direction `start` (3,) to `end` (3,)."""
    start, end = unit(start), unit(end)
    axis, cosine = np.cross(start, end), float(start @ end)
    if cosine < -0.999999:
        # Opposite directions: half a turn about any axis across them, and what little is missing.
        across = np.cross(start, np.eye(3)[np.abs(start).argmin()])
        return between(-start, end) @ about_axis(across, 180)
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + cosine)


def toward(start: np.ndarray, end: np.ndarray, share: float) -> tuple[float, float, float]:
    """Turn the direction `start` (3,) evenly to `end` (3,): `share` 0 is the first, 1 the other.

    Spherical linear interpolation (Shoemake 1985). Beyond 0..1 it goes on turning.
    """
    start, end = unit(start), unit(end)
    angle = math.acos(float(np.clip(start @ end, -1, 1)))
    if angle < 1e-6 or share == 0:
        x, y, z = start
    elif share == 1:
        x, y, z = end
    else:
        first, second = math.sin((1 - share) * angle), math.sin(share * angle)
        x, y, z = unit(first * start + second * end)
    return float(x), float(y), float(z)


def two_bone_chain(
    root: np.ndarray, target: np.ndarray, upper: float, lower: float, towards: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bend a chain of two bones so that it ends at a target (law of cosines).

    Args:
        root: (3,), where the chain begins.
        target: (3,), where it shall end; if out of reach, the chain is stretched towards it.
        upper: length of the first bone.
        lower: length of the second bone.
        towards: (3,), direction in which the joint between them bends.

    Returns:
        The joint between the bones and the end of the chain, (3,) each.
    """
    way = target - root
    nearest, farthest = abs(upper - lower) * 1.001, (upper + lower) * 0.9995
    distance = float(np.clip(np.linalg.norm(way), nearest, farthest))
    along = unit(way)
    share = (upper**2 - lower**2 + distance**2) / (2 * distance)
    height = math.sqrt(max(0.0, upper**2 - share**2))
    side = unit(towards - along * (towards @ along))
    return root + along * share + side * height, root + along * distance
