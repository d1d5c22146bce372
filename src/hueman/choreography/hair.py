"""Hair as shells around the skull: a cap that follows the head, and what hangs from it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter

from hueman.choreography.anatomy import MODE, Anatomy
from hueman.choreography.cloth import smoothstep
from hueman.choreography.mesh import Mesh, cut, grid, join
from hueman.choreography.noise import noise

HairStyle = Literal["none", "buzz", "short", "swept", "bob", "long", "ponytail", "bun", "afro"]
ROWS, COLUMNS = 56, 96
HANGING_ROWS = 40
NO_HEM = 9.0


@dataclass(frozen=True)
class Hair:
    """A haircut."""

    style: HairStyle = "short"
    hairline: float = 0.0
    """How far the forehead reaches up, in decimetres, beyond the usual."""


# Thickness of the cap at the crown and at the sides, in decimetres.
THICKNESS = {
    "buzz": (0.05, 0.04), "short": (0.2, 0.1), "swept": (0.3, 0.12), "bob": (0.2, 0.16),
    "long": (0.16, 0.13), "ponytail": (0.12, 0.07), "bun": (0.13, 0.08), "afro": (0.62, 0.55),
}  # fmt: skip
# Middle of tail and bun, from the middle of the skull, and their radii, in decimetres.
TAIL_PLACE, TAIL_RADII = np.array([0, -0.5, -1.35]), np.array([0.28, 0.95, 0.3])
BUN_PLACE, BUN_RADII = np.array([0, 0.85, -0.85]), np.array([0.42, 0.38, 0.42])
# How far below the ears the hanging part ends, in decimetres.
HANGING = {"bob": 0.55, "long": 2.5}


def make_hair(anatomy: Anatomy, hair: Hair) -> Mesh | None:
    """Shape a haircut for a head; None is a bald one. The only attribute: no hem is near."""
    if hair.style == "none":
        return None
    skull = Skull(anatomy)
    meshes = [_cap(anatomy, skull, hair)]
    if hair.style in HANGING:
        meshes.append(_curtain(anatomy, skull, hair, HANGING[hair.style]))
    if hair.style == "ponytail":
        meshes.append(_ball(anatomy, skull.centre + TAIL_PLACE, TAIL_RADII))
    if hair.style == "bun":
        meshes.append(_ball(anatomy, skull.centre + BUN_PLACE, BUN_RADII))
    return join(meshes)


class Skull:
    """The head without ears and nose, as a radius for each direction from its middle.

    Directions are an azimuth (0 is the front, positive to the person's left) and an elevation.
    """

    def __init__(self, anatomy: Anatomy):
        assets, body = anatomy.assets, anatomy.body
        own = np.unique(assets.triangles[assets.groups["body"]])
        head = own[assets.weights[own, assets.bone_index["head"]] > 0.5]
        points = body.vertices[head]
        self.eyes = (body.face["left_eye"] + body.face["right_eye"]) / 2
        upper = points[points[:, 1] > self.eyes[1]]
        self.centre = np.array(
            [0.0, self.eyes[1] + 0.15, (upper[:, 2].min() + upper[:, 2].max()) / 2]
        )
        offset = points - self.centre
        radius = np.linalg.norm(offset, axis=1)
        elevation = np.arcsin(offset[:, 1] / radius)
        azimuth = np.arctan2(offset[:, 0], offset[:, 2])
        ears = (np.abs(points[:, 0]) > np.abs(upper[:, 0]).max() * 0.985) & (
            points[:, 1] < self.eyes[1] + 0.25
        )
        sums, counts = np.zeros((2, 46, 90))
        row = np.clip(((elevation / np.pi + 0.5) * 45).astype(int), 0, 45)
        column = np.floor(azimuth / (2 * np.pi) * 90).astype(int) % 90
        chosen = ~ears
        np.add.at(sums, (row[chosen], column[chosen]), radius[chosen])
        np.add.at(counts, (row[chosen], column[chosen]), 1)
        # Where vertices are few, as at the crown, those in other directions help.
        sums, counts = (
            gaussian_filter(t, 1.6, mode=MODE) + 1e-3 * gaussian_filter(t, (1.6, 15.0), mode=MODE)
            for t in (sums, counts)
        )
        table = sums / np.maximum(counts, 1e-9)
        # Both sides alike: the first column lies left of the middle, the last right of it.
        self._table = gaussian_filter((table + table[:, ::-1]) / 2, 1.0, mode=MODE)

    def radius(self, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
        """Return the distance of the skull from its middle in the given directions."""
        rows = np.clip((elevation / np.pi + 0.5) * 45 - 0.5, 0, 44.999)
        columns = azimuth / (2 * np.pi) * 90 - 0.5
        row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
        v, u = rows - row, columns - column
        t = self._table
        first = t[row, column % 90] * (1 - u) + t[row, (column + 1) % 90] * u
        second = t[row + 1, column % 90] * (1 - u) + t[row + 1, (column + 1) % 90] * u
        return first * (1 - v) + second * v

    def point(self, azimuth: np.ndarray, elevation: np.ndarray, above: np.ndarray) -> np.ndarray:
        """Return points (..., 3) that lie `above` decimetres over the skull."""
        radius = self.radius(azimuth, elevation) + above
        level = np.cos(elevation) * radius
        offset = [level * np.sin(azimuth), np.sin(elevation) * radius, level * np.cos(azimuth)]
        return self.centre + np.stack(offset, axis=-1)


def _cap(anatomy: Anatomy, skull: Skull, hair: Hair) -> Mesh:
    """Cover the scalp down to the hairline."""
    azimuth = np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False)[None]
    elevation = np.linspace(np.pi / 2 - 0.01, -0.85, ROWS)[:, None]
    azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
    crown, side = THICKNESS[hair.style]
    thickness = side + (crown - side) * smoothstep(-0.1, 0.9, elevation)
    bare = skull.point(azimuth, elevation, np.zeros_like(azimuth))
    tufts = noise(bare.reshape(-1, 3) * [5.0, 2.0, 5.0], 2).reshape(azimuth.shape)
    if hair.style == "swept":
        front = np.clip(np.cos(azimuth), 0, 1) * smoothstep(0.2, 0.9, elevation)
        thickness = thickness + 0.12 * front * (1 + np.sin(azimuth - 0.5))
    rough = 0.12 if hair.style == "afro" else 0.3 * crown
    # At the crown all columns meet, and must agree.
    tufts = tufts * smoothstep(np.pi / 2, np.pi / 2 - 0.4, elevation)
    points = skull.point(azimuth, elevation, thickness + rough * tufts)
    inside = _scalp(skull, hair, bare, azimuth)
    # Towards the hairline hair lies close to the skin.
    close = smoothstep(0.0, 0.35, inside)
    least = 0.03 if hair.style == "buzz" else 0.05
    points = (
        bare + (points - bare) * np.maximum(close, least / np.maximum(thickness, least))[..., None]
    )
    vertices, triangles = grid(points, closed=True)
    return cut(_on_head(anatomy, vertices, triangles, skull), inside.ravel())


def _scalp(skull: Skull, hair: Hair, points: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    """Return how far points (..., 3) of the skull are inside the hairline, in decimetres."""
    around = np.abs(azimuth)
    strands = noise(
        np.stack([azimuth * 9, azimuth * 0, azimuth * 0 + 3], axis=-1).reshape(-1, 3), 2
    )
    ragged = 0.05 * strands.reshape(azimuth.shape)
    height = points[..., 1] - skull.eyes[1]
    long = hair.style in ("bob", "long")
    cropped = hair.style in ("short", "swept", "buzz")
    forehead = (0.7 if cropped else 0.62) + hair.hairline
    corner = forehead + (0.07 if cropped else -0.02)
    temple = 0.5 if long or cropped else 0.45
    sideburn = -0.1 if hair.style in ("short", "swept", "afro", "buzz") else 0.15
    nape = -0.55
    # Hairline height by azimuth: forehead, temple, in front of the ear, behind it, nape.
    angles = [0.0, 0.5, 0.85, 1.15, 1.45, 1.6, 1.8, 2.2, np.pi]
    heights = [forehead, corner, temple, sideburn, sideburn, 0.0, -0.3, nape, nape]
    line = np.interp(around, angles, heights)
    return height - line + ragged


def _curtain(anatomy: Anatomy, skull: Skull, hair: Hair, below: float) -> Mesh:
    """Let hair hang from the level of the temples, around the back of the head."""
    side = THICKNESS[hair.style][1]
    opening = 1.12
    azimuth = np.linspace(opening, 2 * np.pi - opening, COLUMNS)[None]
    ear = skull.eyes[1] - 0.2
    top, end = skull.eyes[1] + 0.75, ear - below
    share = np.linspace(0, 1, HANGING_ROWS)[:, None]
    azimuth, share = np.broadcast_arrays(azimuth, share)
    strands = noise(np.stack([azimuth * 6, share * 1.2, azimuth * 0], -1).reshape(-1, 3), 2)
    strands = strands.reshape(azimuth.shape)
    height = top + (end - top) * share + 0.12 * strands * share
    # Down to the widest part it lies on the head, then it falls straight.
    clipped = np.maximum(height, ear + 0.15)
    level = np.arcsin(np.clip((clipped - skull.centre[1]) / 1.15, -0.6, 0.95))
    on_head = skull.point(azimuth, level, np.full(azimuth.shape, side))
    reach = np.hypot(on_head[..., 0], on_head[..., 2] - skull.centre[2])
    reach = reach + 0.07 * strands + 0.1 * smoothstep(0, 0.35, share)
    if hair.style == "bob":
        reach = reach - 0.22 * smoothstep(0.7, 1.0, share)
    else:
        reach = reach - 0.2 * smoothstep(0.45, 0.8, share)
    points = np.stack(
        [
            reach * np.sin(azimuth),
            height,
            skull.centre[2] - 0.1 * smoothstep(0.4, 1, share) + reach * np.cos(azimuth),
        ],
        axis=-1,
    )
    vertices, triangles = grid(points, closed=False)
    return _on_head(anatomy, vertices, triangles, skull)


def _ball(anatomy: Anatomy, centre: np.ndarray, radii: np.ndarray) -> Mesh:
    """A bun or a tail: an ellipsoid with strands."""
    azimuth = np.linspace(-np.pi, np.pi, 32, endpoint=False)[None]
    elevation = np.linspace(np.pi / 2 - 0.01, -np.pi / 2 + 0.01, 20)[:, None]
    azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
    level = np.cos(elevation)
    unit = np.stack(
        [
            level * np.sin(azimuth),
            np.sin(elevation),
            level * np.cos(azimuth),
        ],
        axis=-1,
    )
    swell = 1 + 0.08 * noise((unit * [6, 1.5, 6]).reshape(-1, 3)).reshape(azimuth.shape)
    vertices, triangles = grid(centre + unit * radii * swell[..., None], closed=True)
    return _on_head(anatomy, vertices, triangles, None)


def _on_head(
    anatomy: Anatomy, vertices: np.ndarray, triangles: np.ndarray, skull: Skull | None
) -> Mesh:
    """Tie hair to the head, and what hangs on the shoulders to the chest."""
    weights = np.zeros((len(vertices), len(anatomy.assets.bones)))
    low = np.zeros(len(vertices))
    if skull is not None:
        low = 0.75 * smoothstep(skull.eyes[1] - 1.2, skull.eyes[1] - 2.4, vertices[:, 1])
    weights[:, anatomy.assets.bone_index["head"]] = 1 - low
    weights[:, anatomy.assets.bone_index["spine_03"]] = low
    return Mesh(vertices, triangles, weights, np.full((len(vertices), 1), NO_HEM))
