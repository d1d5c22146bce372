"""Bodies of any build: macro targets blended as MakeHuman does, and where things are on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from hueman.choreography.assets import BodyAssets
from hueman.choreography.mesh import vertex_normals


@dataclass(frozen=True)
class BodyShape:
    """What a body looks like; every number is 0..1 unless said otherwise."""

    male: float = 0.5
    old: float = 0.0
    """0 is 25 years, 1 is 90."""
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.6
    """1 is the ideal of classical art, 0 its opposite."""
    ancestry: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """African, Asian and European features; they sum to 1."""
    details: dict[str, float] = field(default_factory=dict)
    """Further shape targets by name, such as "nose/nose-hump-incr", and how much of each."""


@dataclass(frozen=True)
class Body:
    """A shaped body at rest. Lengths in decimetres."""

    vertices: np.ndarray
    """float64 (V, 3), of the body and the helper surfaces."""
    normals: np.ndarray
    """float64 (V, 3), unit length, outwards."""
    heads: np.ndarray
    """float64 (B, 3), where the bones turn."""
    tails: np.ndarray
    """float64 (B, 3), their far ends."""
    ground: float
    """y of the soles."""
    top: float
    """y of the crown."""
    face: dict[str, np.ndarray]
    """Points (3,): nose, mouth, left_eye, right_eye, left_ear, right_ear."""


def shape_body(assets: BodyAssets, shape: BodyShape) -> Body:
    """Blend the targets of a shape and find its joints and face."""
    vertices = assets.vertices.copy()
    for name, share in _targets(assets, shape):
        indices, offsets = assets.target(name)
        vertices[indices] += share * offsets
    own = np.unique(assets.triangles[assets.groups["body"]])
    return Body(
        vertices=vertices,
        normals=vertex_normals(vertices, assets.triangles),
        heads=np.array([vertices[bone.head].mean(axis=0) for bone in assets.bones]),
        tails=np.array([vertices[bone.tail].mean(axis=0) for bone in assets.bones]),
        ground=float(vertices[own, 1].min()),
        top=float(vertices[own, 1].max()),
        face=_face(assets, vertices, own),
    )


def _targets(assets: BodyAssets, shape: BodyShape) -> Iterator[tuple[str, float]]:
    """Yield names of targets and their shares."""
    genders = {"female": 1 - shape.male, "male": shape.male}
    ages = {"young": 1 - shape.old, "old": shape.old}
    muscles = _between("minmuscle", "averagemuscle", "maxmuscle", shape.muscle)
    weights = _between("minweight", "averageweight", "maxweight", shape.weight)
    named = []
    for gender, age in product(genders, ages):
        share = genders[gender] * ages[age]
        for people, part in zip(("african", "asian", "caucasian"), shape.ancestry, strict=True):
            named.append((f"macrodetails/{people}-{gender}-{age}", share * part))
        for muscle, weight in product(muscles, weights):
            build = f"{gender}-{age}-{muscle}-{weight}"
            part = share * muscles[muscle] * weights[weight]
            tall, short = max(0.0, 2 * shape.height - 1), max(0.0, 1 - 2 * shape.height)
            ideal = max(0.0, 2 * shape.proportions - 1)
            named += [
                (f"macrodetails/universal-{build}", part),
                (f"macrodetails/height/{build}-maxheight", part * tall),
                (f"macrodetails/height/{build}-minheight", part * short),
                (f"macrodetails/proportions/{build}-idealproportions", part * ideal),
            ]
            if gender == "female":
                named.append((f"breast/{build}-averagecup-averagefirmness", part))
    # Some averages are the base mesh itself and have no file.
    macro = [(name, share) for name, share in named if share > 1e-4 and assets.has_target(name)]
    return iter(macro + list(shape.details.items()))


def _between(low: str, middle: str, high: str, value: float) -> dict[str, float]:
    """Share a value 0..1 out between three names."""
    return {
        low: max(0.0, 1 - 2 * value),
        middle: 1 - abs(2 * value - 1),
        high: max(0.0, 2 * value - 1),
    }


def _face(assets: BodyAssets, vertices: np.ndarray, own: np.ndarray) -> dict[str, np.ndarray]:
    head = own[assets.weights[own, assets.bone_index["head"]] > 0.9]
    middle = head[np.abs(vertices[head, 0]) < 0.15]
    centre = {
        side: vertices[np.unique(assets.triangles[assets.groups[f"helper-{side[0]}-eye"]])]
        for side in ("left", "right")
    }
    # The lips meet where the rows of teeth do.
    upper, lower = (
        vertices[np.unique(assets.triangles[assets.groups[f"helper-{row}-teeth"]])]
        for row in ("upper", "lower")
    )
    height = (upper[:, 1].mean() + lower[:, 1].mean()) / 2
    return {
        "nose": vertices[middle[vertices[middle, 2].argmax()]],
        "mouth": np.array([0.0, height, upper[:, 2].max()]),
        "left_eye": centre["left"].mean(axis=0),
        "right_eye": centre["right"].mean(axis=0),
        "left_ear": vertices[head[vertices[head, 0].argmax()]],
        "right_ear": vertices[head[vertices[head, 0].argmin()]],
    }
