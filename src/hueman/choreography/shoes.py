"""Shoes: a smooth shell around each foot, with a flat sole."""

import numpy as np

from hueman.choreography.anatomy import Anatomy
from hueman.choreography.cloth import smoothstep
from hueman.choreography.mesh import Mesh, grid, join

SLICES, ANGLES = 22, 28
SOLE = 0.28
"""Height of the sole in decimetres."""
# Height of the shoe, in decimetres, along the way from heel to toe.
UPPER_OUTLINE = ([0, 0.08, 0.3, 0.45, 0.7, 0.93, 1], [0.5, 1.15, 1.2, 1.0, 0.68, 0.52, 0.4])


def make_shoes(anatomy: Anatomy) -> Mesh:
    """Make a pair of shoes. The only attribute is the height above the floor in decimetres."""
    return join([_shoe(anatomy, side) for side in "lr"])


def _shoe(anatomy: Anatomy, side: str) -> Mesh:
    assets, body = anatomy.assets, anatomy.body
    own = np.unique(assets.triangles[assets.groups["body"]])
    foot = own[assets.bone_weights(f"foot_{side}", f"ball_{side}")[own] > 0.5]
    points = body.vertices[foot]
    ankle = anatomy.joint(f"foot_{side}")
    back, front = points[:, 2].min() - 0.09, points[:, 2].max() + 0.14
    floor = body.ground - SOLE * 0.45
    place = (1 - np.cos(np.linspace(0, np.pi, SLICES))) / 2
    rings = np.array([_slice(points, floor, back, front, share) for share in place])
    closed = [ring.mean(axis=0, keepdims=True).repeat(ANGLES, axis=0) for ring in rings[[0, -1]]]
    rings = np.concatenate([closed[:1], rings, closed[1:]])
    vertices, triangles = grid(rings[:, ::-1], closed=True)
    weights = np.zeros((len(vertices), len(assets.bones)))
    toes = smoothstep(ankle[2] + 1.05, ankle[2] + 1.5, vertices[:, 2])
    weights[:, assets.bone_index[f"foot_{side}"]] = 1 - toes
    weights[:, assets.bone_index[f"ball_{side}"]] = toes
    return Mesh(vertices, triangles, weights, vertices[:, 1:2] - floor)


def _slice(points: np.ndarray, floor: float, back: float, front: float, share: float) -> np.ndarray:
    """Return a ring (ANGLES, 3) around the foot at a share of the way from heel to toe."""
    z = back + share * (front - back)
    near = points[np.abs(points[:, 2] - np.clip(z, back + 0.3, front - 0.35)) < 0.3]
    middle = (near[:, 0].min() + near[:, 0].max()) / 2
    half = np.ptp(near[:, 0]) / 2 + 0.09
    # Rounded at heel and toe, seen from above.
    rounded = np.sqrt(np.clip(1 - np.abs(2 * share - 1) ** 4.5, 0.0, 1))
    top = np.interp(share, *UPPER_OUTLINE)
    angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    across, up = np.cos(angle), np.sin(angle)
    # A super-ellipse: boxy below, round above.
    x = middle + half * rounded * np.sign(across) * np.abs(across) ** np.where(up < 0, 0.35, 0.75)
    below, above = -0.12 * np.abs(up) ** 0.3, (top - 0.12) * np.maximum(up, 0) ** 0.8
    y = 0.12 + np.where(up < 0, below, above)
    return np.stack([x, floor + y, np.full(ANGLES, z)], axis=1)
