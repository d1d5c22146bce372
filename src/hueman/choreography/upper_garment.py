"""Upper garments: T-shirt, long sleeves, shirt with collar, sleeveless top, hoodie."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hueman.choreography.anatomy import ARM_BONES, Anatomy, Hull
from hueman.choreography.cloth import (
    BODY_PLACE,
    Garment,
    armpit_height,
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
from hueman.choreography.mesh import Mesh, split

UpperKind = Literal["tshirt", "long_sleeve", "shirt", "sleeveless", "hoodie"]
FAR_INSIDE = 9.0
TUCKED_DEPTH = 0.35


@dataclass(frozen=True)
class UpperCut:
    """The cut of an upper garment."""

    kind: UpperKind = "tshirt"
    neck: Literal["crew", "v"] = "crew"
    loose: float = 0.5
    """0 is tight, 1 is wide."""
    length: float = 0.0
    """How far it reaches below the hips, in decimetres; negative is shorter."""
    tucked: bool = False
    """Tucked into the lower garment; the length does not matter then."""
    sleeve: float | None = None
    """Share of the arm, from shoulder to wrist, that is covered; None is usual for the kind."""


SLEEVES = {"tshirt": 0.34, "long_sleeve": 0.96, "shirt": 0.96, "sleeveless": 0.0, "hoodie": 0.98}
# How far the opening for the neck reaches down in front, in decimetres.
NECK_DEPTH = {"tshirt": 0.0, "long_sleeve": 0.0, "shirt": 0.45, "sleeveless": 0.35, "hoodie": 0.1}
# Space between skin and cloth, in decimetres.
GAP = {"tshirt": 0.10, "long_sleeve": 0.11, "shirt": 0.12, "sleeveless": 0.09, "hoodie": 0.2}
FOLD_DEPTH = {
    "tshirt": 0.25,
    "long_sleeve": 0.25,
    "shirt": 0.27,
    "sleeveless": 0.19,
    "hoodie": 0.32,
}
# Mean radius by which sleeves are measured for their pattern, in decimetres.
SLEEVE_RADIUS = 0.62


def make_upper(anatomy: Anatomy, cut: UpperCut) -> Garment:
    """Cut an upper garment for a body."""
    everywhere = _field(anatomy, cut, anatomy.body.vertices, anatomy.assets.weights)
    piece = piece_of_body(anatomy, everywhere)
    field = _field(anatomy, cut, piece.attributes[:, BODY_PLACE], piece.weights)
    trunk = 1 - smoothstep(0.1, 0.6, anatomy.arm_share(piece.weights))
    armpit = armpit_height(anatomy)
    low = smoothstep(armpit + 0.6, armpit - 0.8, piece.vertices[:, 1])
    # Close on the shoulders, wider on the arms, widest below the chest.
    gap = GAP[cut.kind] * (0.75 + 0.5 * cut.loose) * (0.6 + 0.4 * trunk * low + 0.2 * (1 - trunk))
    if cut.tucked:
        waist = waist_height(anatomy)
        bloused = smoothstep(waist - 0.1, waist + 0.9, piece.vertices[:, 1])
        gap, low = 0.03 + (gap - 0.03) * bloused, low * bloused
    fitted = draw_tight(piece, gap, rounds=40)
    # Below the chest cloth hangs from what is widest above, instead of following the waist.
    hull = trunk_hull(anatomy, hang=0.15 + 0.7 * cut.loose)
    hanging = hull.pushed_out(fitted.vertices, gap + (0.05 + 0.12 * cut.loose) * low)
    share = (trunk * low)[:, None]
    fitted = fitted.moved(fitted.vertices * (1 - share) + hanging * share)
    fitted = smooth(_with_sleeves(anatomy, cut, fitted), 6)
    fitted = soften_weights(fitted, 3)
    piece = cut_out(fitted, field)
    piece, in_sleeve = split(piece, anatomy.arm_share(piece.weights) - 0.5)
    return Garment(
        mesh=piece,
        texture=_texture(anatomy, piece, in_sleeve, hull),
        covered=everywhere,
        folds=fold_fields(anatomy, piece, FOLD_DEPTH[cut.kind]),
    )


def _field(anatomy: Anatomy, cut: UpperCut, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how far inside the garment points (N, 3) of the body are, in decimetres."""
    arm = anatomy.arm_share(weights)
    hem = anatomy.joint("thigh_l")[1] - cut.length
    if cut.tucked:
        hem = waist_height(anatomy) - TUCKED_DEPTH
    above_hem = np.where(arm > 0.5, FAR_INSIDE, points[:, 1] - hem)
    return np.minimum.reduce(
        [above_hem, below_neckline(anatomy, cut, points), _within_sleeve(anatomy, cut, points, arm)]
    )


def _within_sleeve(
    anatomy: Anatomy, cut: UpperCut, points: np.ndarray, arm: np.ndarray
) -> np.ndarray:
    share = SLEEVES[cut.kind] if cut.sleeve is None else cut.sleeve
    result = np.full(len(points), FAR_INSIDE)
    for side, sign in (("l", 1), ("r", -1)):
        inside = (
            share * anatomy.length(ARM_BONES, side) - anatomy.tube(points, ARM_BONES, side).along
        )
        # Without a sleeve the arm hole is cut into the trunk a little; with one, only arms count.
        start, end = (0.1, 0.4) if share == 0 else (0.2, 0.5)
        inside = inside + 3 * (1 - smoothstep(start, end, arm)) + (0.1 if share == 0 else 0)
        near = (points[:, 1] > armpit_height(anatomy) - 0.5) | (arm > end)
        inside = np.where(near, inside, FAR_INSIDE)
        result = np.where(points[:, 0] * sign > 0, np.minimum(result, inside), result)
    return result


def below_neckline(anatomy: Anatomy, cut: UpperCut, points: np.ndarray) -> np.ndarray:
    """Return how far points are below the neckline: a tilted plane, deeper in front by choice."""
    return neckline_height(anatomy, cut, points[:, 0], points[:, 2]) - points[:, 1]


def neckline_height(anatomy: Anatomy, cut: UpperCut, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return y of the neckline at places (x, z) about the neck."""
    neck = anatomy.joint("neck_01")
    front = z - neck[2]
    height = neck[1] + 0.06 - 0.42 * np.clip(front, -0.6, 1.4)
    depth = NECK_DEPTH[cut.kind] + (0.9 if cut.neck == "v" else 0.0)
    narrow = 0.75 if cut.neck == "v" or cut.kind == "shirt" else 1.1
    opening = np.clip(1 - np.abs(x) / narrow, 0, 1)
    if cut.neck != "v" and cut.kind != "shirt":
        opening = np.sqrt(opening)
    return height - depth * opening * smoothstep(0.0, 0.5, front)


def _with_sleeves(anatomy: Anatomy, cut: UpperCut, mesh: Mesh) -> Mesh:
    arm = smoothstep(0.35, 0.9, anatomy.arm_share(mesh.weights))
    for side in "lr":
        mine = mesh.vertices[:, 0] > 0 if side == "l" else mesh.vertices[:, 0] < 0
        joints = anatomy.chain(ARM_BONES, side)
        upper = float(np.linalg.norm(joints[1] - joints[0]))
        tube = anatomy.tube(mesh.vertices, ARM_BONES, side)
        wide = 0.55 + 0.17 * cut.loose
        narrow = 0.42 + 0.12 * cut.loose
        if cut.kind in ("shirt", "hoodie"):
            narrow += 0.05
        lower = tube.along - upper
        radius = np.where(lower < 0, wide, wide + (narrow - wide) * np.clip(lower / upper, 0, 1))
        if SLEEVES[cut.kind] < 0.5:
            radius = wide + 0.1 * np.clip(tube.along / upper, 0, 1)
        mesh = widen(mesh, tube, arm * mine, radius)
    return mesh


def _texture(anatomy: Anatomy, mesh: Mesh, in_sleeve: np.ndarray, hull: Hull) -> np.ndarray:
    """Lay the cloth's pattern: on a front and a back piece, and around each arm."""
    points, triangles = mesh.vertices, mesh.triangles
    low, high = float(points[:, 1].min()), armpit_height(anatomy)
    corners = points[triangles]
    # The seam runs along the sides and over the top of the shoulders.
    raised = smoothstep(high, high + 1.2, corners[:, :, 1].mean(axis=1))
    shoulder = anatomy.joint("upperarm_l")[2] - 0.15
    seam = hull.axis[1] + raised * min(0.0, shoulder - hull.axis[1])
    behind = np.repeat(corners[:, :, 2].mean(axis=1) < seam, 3).reshape(-1, 3)
    around = hull.unrolled(corners[:, :, 0], behind, low, high)
    texture = np.stack([around, corners[:, :, 1]], axis=2)
    left = points[triangles][:, :, 0].mean(axis=1) > 0
    for side, mine in (("l", left), ("r", ~left)):
        tube = anatomy.tube(points, ARM_BONES, side)
        angle = corner_angles(tube.angle, triangles)
        along = -tube.along[triangles]
        sleeve = np.stack([angle * SLEEVE_RADIUS, along], axis=2)
        texture[in_sleeve & mine] = sleeve[in_sleeve & mine]
    return texture
