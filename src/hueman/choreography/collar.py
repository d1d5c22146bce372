"""Collars and hoods, made as surfaces around the neck and sewn to an upper garment."""

from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from hueman.choreography.anatomy import Anatomy
from hueman.choreography.cloth import Garment, smoothstep
from hueman.choreography.mesh import Mesh, grid, join
from hueman.choreography.upper_garment import UpperCut, neckline_height

COLUMNS = 64
# A collar opens in front, by so many radians to each side.
COLLAR_OPENING = 0.3
HOOD_OPENING = 0.55


def with_collar(anatomy: Anatomy, garment: Garment, cut: UpperCut) -> Garment:
    """Return a shirt with its collar or a hoodie with its hood; others as they are."""
    if cut.kind == "shirt":
        points = _shirt_collar(anatomy, cut)
    elif cut.kind == "hoodie":
        points = _hood(anatomy, cut)
    else:
        return garment
    vertices, triangles = grid(points, closed=False)
    near = KDTree(garment.mesh.vertices).query(vertices, k=24)[1]
    weights = garment.mesh.weights[near].mean(axis=1)
    # A collar is stiff: its own folds are its shape.
    piece = Mesh(vertices, triangles, weights, np.full((len(vertices), 1), 0.6))
    texture = vertices[triangles][:, :, :2] + [0.3, 0.2]
    return replace(
        garment,
        mesh=join([garment.mesh, piece]),
        texture=np.concatenate([garment.texture, texture]),
        folds=np.pad(garment.folds, ((0, 0), (0, len(vertices)))),
    )


def _neck_radius(anatomy: Anatomy, azimuth: np.ndarray) -> np.ndarray:
    """Return the distance of the skin from the neck's axis, low on the neck."""
    assets, body = anatomy.assets, anatomy.body
    own = np.unique(assets.triangles[assets.groups["body"]])
    neck = anatomy.joint("neck_01")
    points = body.vertices[own]
    band = points[np.abs(points[:, 1] - neck[1] - 0.25) < 0.3] - neck
    band = band[np.hypot(band[:, 0], band[:, 2]) < 1.0]
    angles = np.arctan2(band[:, 0], band[:, 2])
    radii = np.hypot(band[:, 0], band[:, 2])
    distance = np.abs((azimuth[:, None] - angles + np.pi) % (2 * np.pi) - np.pi)
    share = np.exp(-((distance / 0.25) ** 2))
    return (share * radii).sum(axis=1) / share.sum(axis=1)


def _around(anatomy: Anatomy, azimuth: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, ...]:
    neck = anatomy.joint("neck_01")
    return neck[0] + radius * np.sin(azimuth), neck[2] + radius * np.cos(azimuth)


def _shirt_collar(anatomy: Anatomy, cut: UpperCut) -> np.ndarray:
    """Return points (rows, columns, 3): up from the neckline, then folded outwards and down."""
    azimuth = np.linspace(COLLAR_OPENING, 2 * np.pi - COLLAR_OPENING, COLUMNS)
    neck = _neck_radius(anatomy, azimuth)
    front = np.clip(np.cos(azimuth), 0, 1)
    base_x, base_z = _around(anatomy, azimuth, neck + 0.22)
    base = np.maximum(
        neckline_height(anatomy, cut, base_x, base_z), anatomy.joint("neck_01")[1] - 0.62
    )
    # The points of the collar, a little beside the opening.
    tip = np.exp(-(((np.abs((azimuth + np.pi) % (2 * np.pi) - np.pi) - 0.55) / 0.3) ** 2))
    rows = [
        (0.10, base - 0.15),
        (0.12 + 0.05 * front, base + 0.16 - 0.1 * front),
        (0.15 + 0.06 * front, base + 0.28 - 0.12 * front),
        (0.21 + 0.08 * front, base + 0.29 - 0.12 * front),
        (0.30 + 0.12 * front, base + 0.14 - 0.12 * front - 0.05 * tip),
        (0.42 + 0.14 * front + 0.1 * tip, base - 0.04 - 0.12 * front - 0.2 * tip),
    ]
    points = []
    for beyond, height in rows:
        x, z = _around(anatomy, azimuth, neck + beyond)
        points.append(np.stack([x, height, z], axis=1))
    return np.array(points)


def _hood(anatomy: Anatomy, cut: UpperCut) -> np.ndarray:
    """Return points of a soft roll around the neck, thick behind it, thin in front."""
    azimuth = np.linspace(HOOD_OPENING, 2 * np.pi - HOOD_OPENING, COLUMNS)
    neck = _neck_radius(anatomy, azimuth)
    behind = smoothstep(0.6, -0.7, np.cos(azimuth))
    thick = 0.15 + 0.26 * behind
    # Thinner towards both ends, so that they close.
    ends = smoothstep(
        0, 0.3, np.minimum(azimuth - HOOD_OPENING, 2 * np.pi - HOOD_OPENING - azimuth)
    )
    thick = thick * (0.35 + 0.65 * ends)
    middle_x, middle_z = _around(anatomy, azimuth, neck + 0.2 + thick)
    height = neckline_height(anatomy, cut, middle_x, middle_z) - 0.12 + 0.05 * behind
    points = []
    for turn in np.linspace(-0.5 * np.pi, 1.3 * np.pi, 14):
        x, z = _around(anatomy, azimuth, neck + 0.2 + thick * (1 - np.cos(turn)))
        points.append(np.stack([x, height + 1.15 * thick * np.sin(turn), z], axis=1))
    return np.array(points)
