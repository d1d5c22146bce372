"""Lower garments: trousers, leggings and shorts from the body, skirts from a helper surface."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hueman.choreography.anatomy import LEG_BONES, Anatomy, Hull
from hueman.choreography.cloth import (
    BODY_PLACE,
    Garment,
    corner_angles,
    cut_out,
    draw_tight,
    piece_of_body,
    smooth,
    smoothstep,
    soften_weights,
    trunk_hull,
    waist_height,
    widen,
)
from hueman.choreography.folds import fold_fields
from hueman.choreography.mesh import Mesh, refine

LowerKind = Literal["trousers", "leggings", "shorts", "skirt"]

# Mean radius by which trouser legs are measured for their pattern, in decimetres.
LEG_RADIUS = 0.95
FOLD_DEPTH = {"trousers": 0.22, "leggings": 0.05, "shorts": 0.19, "skirt": 0.17}
SKIRT_HIP_SHARE = 0.1
GAP = {"trousers": 0.07, "leggings": 0.035, "shorts": 0.08, "skirt": 0.08}


@dataclass(frozen=True)
class LowerCut:
    """The cut of a lower garment."""

    kind: LowerKind = "trousers"
    loose: float = 0.4
    """0 is tight, 1 is wide."""
    length: float | None = None
    """Share of the leg, from hip to ankle, that is covered; None is usual for the kind."""


LENGTHS = {"trousers": 1.02, "leggings": 0.96, "shorts": 0.47, "skirt": 0.46}


def make_lower(anatomy: Anatomy, cut: LowerCut) -> Garment:
    """Cut a lower garment for a body."""
    everywhere = _field(anatomy, cut, anatomy.body.vertices, anatomy.arm)
    if cut.kind == "skirt":
        fitted = _skirt(anatomy, cut)
        place = fitted.vertices
    else:
        fitted = _trousers(anatomy, cut, everywhere)
        place = fitted.attributes[:, BODY_PLACE]
    piece = cut_out(fitted, _field(anatomy, cut, place, anatomy.arm_share(fitted.weights)))
    lay = _skirt_texture if cut.kind == "skirt" else _trouser_texture
    folds = fold_fields(anatomy, piece, FOLD_DEPTH[cut.kind])
    return Garment(piece, lay(anatomy, piece), everywhere, folds)


def _field(anatomy: Anatomy, cut: LowerCut, points: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """Return how far inside the garment points (N, 3) of the body are, in decimetres."""
    hip, _, ankle = anatomy.chain(LEG_BONES, "l")
    share = LENGTHS[cut.kind] if cut.length is None else cut.length
    hem = hip[1] + share * (ankle[1] - hip[1])
    inside = np.minimum(waist_height(anatomy) - points[:, 1], points[:, 1] - hem)
    return np.where(arm > 0.3, -9.0, inside)


def _trousers(anatomy: Anatomy, cut: LowerCut, field: np.ndarray) -> Mesh:
    piece = piece_of_body(anatomy, field)
    height = piece.vertices[:, 1]
    gap = GAP[cut.kind] * (0.8 + 0.4 * cut.loose)
    hip = anatomy.joint("thigh_l")
    below = smoothstep(hip[1] - 0.6, hip[1] - 2.0, height)
    rounds = 8 if cut.kind == "leggings" else 40
    fitted = draw_tight(piece, gap * (1 + 0.6 * below), rounds)
    if cut.kind != "leggings":
        fitted = _with_legs(anatomy, cut, fitted, below)
    return soften_weights(smooth(fitted, 5), 3)


def _with_legs(anatomy: Anatomy, cut: LowerCut, mesh: Mesh, share: np.ndarray) -> Mesh:
    for side in "lr":
        mine = mesh.vertices[:, 0] > 0 if side == "l" else mesh.vertices[:, 0] < 0
        tube = anatomy.tube(mesh.vertices, LEG_BONES, side)
        wide, narrow = 0.78 + 0.18 * cut.loose, 0.62 + 0.32 * cut.loose
        down = np.clip(tube.along / anatomy.length(LEG_BONES, side), 0, 1)
        radius = wide + (narrow - wide) * down
        if cut.kind == "shorts":
            radius = np.full(len(down), 0.95 + 0.2 * cut.loose)
        mesh = widen(mesh, tube, share * mine, radius)
    return mesh


def _skirt(anatomy: Anatomy, cut: LowerCut) -> Mesh:
    """Shape MakeHuman's skirt surface: tight at the hips, wider below."""
    assets = anatomy.assets
    mesh = Mesh.of(
        anatomy.body.vertices, assets.triangles[assets.groups["helper-skirt"]], assets.weights
    )
    mesh = refine(mesh)
    hull = trunk_hull(anatomy, hang=1.0)
    height = mesh.vertices[:, 1]
    hip = anatomy.joint("thigh_l")[1]
    flare = (0.05 + 0.22 * cut.loose) * np.maximum(hip - height, 0)
    tight = smoothstep(hip - 0.5, hip + 0.8, height)
    drawn = hull.fitted(mesh.vertices, GAP["skirt"] + 0.04 + flare)
    share = np.maximum(tight, 1 - smoothstep(hip - 3.0, hip, height))[:, None]
    mesh = mesh.moved(mesh.vertices * (1 - share) + drawn * share)
    return _tied_to_thighs(anatomy, soften_weights(smooth(mesh, 8), 12))


def _tied_to_thighs(anatomy: Anatomy, mesh: Mesh) -> Mesh:
    """Let a skirt follow the thighs, and the hips a little, but not turn back at the knees."""
    index = anatomy.assets.bone_index
    weights = (1 - SKIRT_HIP_SHARE) * mesh.weights
    weights[:, index["pelvis"]] += SKIRT_HIP_SHARE
    for side in "lr":
        for bone in ("calf", "foot", "ball"):
            weights[:, index[f"thigh_{side}"]] += weights[:, index[f"{bone}_{side}"]]
            weights[:, index[f"{bone}_{side}"]] = 0
    return Mesh(mesh.vertices, mesh.triangles, weights, mesh.attributes)


def _trouser_texture(anatomy: Anatomy, mesh: Mesh) -> np.ndarray:
    """Lay the pattern around each leg; the two meet at the seam in the middle."""
    points, triangles = mesh.vertices, mesh.triangles
    left = points[triangles][:, :, 0].mean(axis=1) > 0
    texture = np.zeros((*triangles.shape, 2))
    for side, mine in (("l", left), ("r", ~left)):
        angle = corner_angles(anatomy.tube(points, LEG_BONES, side).angle, triangles)
        texture[mine] = np.stack([angle * LEG_RADIUS, points[:, 1][triangles]], axis=2)[mine]
    return texture


def _skirt_texture(anatomy: Anatomy, mesh: Mesh) -> np.ndarray:
    """Lay the pattern on a front and a back piece, along the skirt's own outline."""
    points, triangles = mesh.vertices, mesh.triangles
    hull = Hull(points, trunk_hull(anatomy, hang=0.0).axis, hang=0.0)
    corners, low = points[triangles], float(points[:, 1].min())
    behind = np.repeat(corners[:, :, 2].mean(axis=1) < hull.axis[1], 3).reshape(-1, 3)
    around = hull.unrolled(corners[:, :, 0], behind, low, low + 2)
    return np.stack([around, corners[:, :, 1]], axis=2)
