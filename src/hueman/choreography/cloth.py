"""What all garments share: cut from the body's surface, moved outwards, drawn tight, cut clean."""

from dataclasses import dataclass

import numpy as np

from hueman.choreography.anatomy import Anatomy, Hull, Tube
from hueman.choreography.mesh import Mesh, cut, neighbour_means, refine

HEM_ROUNDS = 12
"""Rounds in which hems are smoothed."""
WAIST_ABOVE_PELVIS = 0.45
"""From the joint of the pelvis up to the waistband, in decimetres."""
# Columns of the attributes of a piece that is not cut yet.
BODY_NORMAL = slice(0, 3)
BODY_PLACE = slice(3, 6)


@dataclass(frozen=True)
class Garment:
    """A finished piece of clothing on the resting body."""

    mesh: Mesh
    """Its only attribute is the distance to the nearest hem, in decimetres."""
    texture: np.ndarray
    """float64 (F, 3, 2): place on the cloth of each triangle's corners, in decimetres."""
    covered: np.ndarray
    """float64 (V,): how far inside the garment each vertex of the body is; negative outside."""
    folds: np.ndarray
    """float64 (K, vertices): how each kind of fold (`folds.FOLDS`) moves the cloth outwards."""


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Go smoothly from 0 at `low` to 1 at `high`."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def piece_of_body(anatomy: Anatomy, field: np.ndarray, margin: float = 0.6) -> Mesh:
    """Take the body's surface where a field (V,) is above -margin, twice as fine.

    The margin is cut off in the end; without it there would be nothing for a hem to smooth into.
    """
    assets, body = anatomy.assets, anatomy.body
    own = assets.triangles[assets.groups["body"]]
    chosen = own[(field > -margin)[own].any(axis=1)]
    mesh = Mesh.of(body.vertices, chosen, assets.weights)
    used = mesh.attributes[:, 0].astype(int)
    attributes = np.concatenate([body.normals[used], body.vertices[used]], axis=1)
    return refine(Mesh(mesh.vertices, mesh.triangles, mesh.weights, attributes))


def draw_tight(mesh: Mesh, gap: np.ndarray, rounds: int) -> Mesh:
    """Let cloth bridge the hollows of the body, as tension does, and never enter it.

    Each round moves every vertex, along the body's normal, half way to the level of its neighbours
    and then out again to at least `gap` (V,) decimetres from the skin.
    """
    normal = unit_rows(mesh.attributes[:, BODY_NORMAL])
    place = mesh.attributes[:, BODY_PLACE]
    means = neighbour_means(mesh.triangles, len(mesh.vertices))
    # The body's own wrinkles must not turn the direction of "out".
    for _ in range(4):
        normal = unit_rows(normal + means @ normal)
    # Nor may its small bumps show through.
    for _ in range(10):
        place = (place + means @ place) / 2
    vertices = mesh.vertices + np.maximum(gap, 0)[:, None] * normal
    for _ in range(rounds):
        # Only along the normal: cloth that crept along the body would drag its hems with it.
        tension = ((means @ vertices - vertices) * normal).sum(axis=1) / 2
        height = ((vertices - place) * normal).sum(axis=1) + tension
        vertices = vertices + (tension + np.maximum(gap - height, 0))[:, None] * normal
    return mesh.moved(vertices)


def widen(mesh: Mesh, tube: Tube, share: np.ndarray, radius: np.ndarray) -> Mesh:
    """Move a limb's cloth out to a tube.

    Args:
        mesh: of V vertices.
        tube: their coordinates about the limb.
        share: (V,), how much each belongs to the limb.
        radius: (V,), of the tube, in decimetres.
    """
    missing = np.maximum(radius - tube.radius, 0) * share
    return mesh.moved(mesh.vertices + missing[:, None] * tube.outwards)


def smooth(mesh: Mesh, rounds: int, share: np.ndarray | float = 1.0) -> Mesh:
    """Move every vertex towards the mean of its neighbours, by `share` of the way in each round."""
    means = neighbour_means(mesh.triangles, len(mesh.vertices))
    vertices = mesh.vertices
    portion = np.broadcast_to(share, len(vertices))[:, None] / 2
    for _ in range(rounds):
        vertices = vertices + portion * (means @ vertices - vertices)
    return mesh.moved(vertices)


def cut_out(mesh: Mesh, field: np.ndarray) -> Mesh:
    """Cut along the hems, the zero line of a field (V,), which stays as the only attribute."""
    piece = cut(Mesh(mesh.vertices, mesh.triangles, mesh.weights, field[:, None]), field)
    # The line wavers with the triangles it crosses; a seam does not.
    return smooth(piece, HEM_ROUNDS, (piece.attributes[:, 0] < 1e-6).astype(float))


def soften_weights(mesh: Mesh, rounds: int) -> Mesh:
    """Let cloth bend less sharply than the skin below it."""
    means = neighbour_means(mesh.triangles, len(mesh.vertices))
    weights = mesh.weights
    for _ in range(rounds):
        weights = (weights + means @ weights) / 2
    return Mesh(mesh.vertices, mesh.triangles, np.asarray(weights), mesh.attributes)


def trunk_hull(anatomy: Anatomy, hang: float) -> Hull:
    """Return the hull of the trunk below the armpits, and of the legs, about the trunk's middle."""
    numbers = anatomy.trunk_vertices()
    numbers = numbers[anatomy.body.vertices[numbers, 1] < armpit_height(anatomy) + 0.1]
    points = anatomy.body.vertices[numbers]
    # Feet reach far to the front, so legs have no say in where the middle is.
    middle = float(np.median(points[anatomy.leg[numbers] < 0.5, 2]))
    return Hull(points, (0.0, middle), hang)


def armpit_height(anatomy: Anatomy) -> float:
    """Return y of the armpits, about."""
    shoulder, elbow = anatomy.joint("upperarm_l"), anatomy.joint("lowerarm_l")
    return float(shoulder[1] - 0.4 * np.linalg.norm(elbow - shoulder))


def waist_height(anatomy: Anatomy) -> float:
    """Return y of the waistband."""
    return float(anatomy.joint("pelvis")[1] + WAIST_ABOVE_PELVIS)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Scale each row to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def corner_angles(angle: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return angles (F, 3) of triangles' corners without a jump inside any triangle."""
    corners = angle[triangles]
    first = corners[:, :1]
    return first + (corners - first + np.pi) % (2 * np.pi) - np.pi
