"""Light: a broad lamp with soft shadows, and the sky, whose shadows are where light is shut out.

Both are sampled by directions; each direction has a depth map of the actor, and what lies behind
something in it is in that direction's shadow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from hueman.choreography.rasterizer import depth_map
from hueman.choreography.rotations import unit

LAMP = unit(np.array([-0.45, 0.75, 0.75]))
"""Direction of the lamp: left of the picture, above, in front."""
LAMP_COLOR = (0.80, 0.76, 0.70)
SKY_COLOR = (0.62, 0.66, 0.72)
BOUNCE_COLOR = (0.17, 0.16, 0.15)
LAMP_RADIUS = 0.06
"""Size of the lamp, as seen from the actor, in radians."""
LAMP_SAMPLES, LAMP_MAP = 12, 256
SKY_SAMPLES, SKY_MAP = 18, 112
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
# How far a surface is lifted off itself before it is tested, in decimetres.
LAMP_LIFT, SKY_LIFT = 0.12, 0.3


@dataclass(frozen=True)
class Illumination:
    """Where the lamp is, and what light there is; colours are linear light."""

    lamp: tuple[float, float, float] = (float(LAMP[0]), float(LAMP[1]), float(LAMP[2]))
    """Direction of the lamp, of unit length."""
    lamp_color: tuple[float, float, float] = LAMP_COLOR
    """Light on a surface that faces the lamp."""
    sky_color: tuple[float, float, float] = SKY_COLOR
    """Light on a surface that faces an open sky."""
    bounce_color: tuple[float, float, float] = BOUNCE_COLOR
    """Light that the floor throws back on what faces down."""


STANDARD = Illumination()


@dataclass(frozen=True)
class Direction:
    """Light from one direction, and what it meets first."""

    towards: np.ndarray
    """float32 (3, 3): rows are right, up and towards the light."""
    centre: np.ndarray
    """float32 (2,): middle of the map, along right and up, in decimetres."""
    scale: float
    """Pixels of the map to a decimetre."""
    depth: np.ndarray
    """float32 (n, n), towards the light, negative."""
    lift: float


def lamp_directions(lamp: Sequence[float] | np.ndarray = LAMP) -> np.ndarray:
    """Return unit vectors (LAMP_SAMPLES, 3) spread over a lamp in the direction `lamp`, (3,)."""
    right = unit(np.cross([0.0, 1.0, 0.0], lamp))
    up = np.cross(lamp, right)
    number = np.arange(LAMP_SAMPLES)
    radius = LAMP_RADIUS * np.sqrt((number + 0.5) / LAMP_SAMPLES)
    angle = number * GOLDEN_ANGLE
    spread = radius * np.array([np.cos(angle), np.sin(angle)])
    vectors = np.asarray(lamp) + spread[0][:, None] * right + spread[1][:, None] * up
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def sky_directions() -> np.ndarray:
    """Return unit vectors (SKY_SAMPLES, 3), evenly spread over the upper half sphere."""
    number = np.arange(SKY_SAMPLES)
    height = 0.1 + 0.88 * (number + 0.5) / SKY_SAMPLES
    level = np.sqrt(1 - height**2)
    angle = number * GOLDEN_ANGLE
    return np.stack([level * np.cos(angle), height, level * np.sin(angle)], axis=1)


class Lights:
    """The lights of a scene, with the shadows of an actor.

    Args:
        vertices: float32 (V, 3), of the posed actor.
        triangles: int32 (F, 3).
        illumination: the light that casts the shadows.
    """

    def __init__(
        self, vertices: np.ndarray, triangles: np.ndarray, illumination: Illumination = STANDARD
    ):
        self.illumination = illumination
        self._lamp = [
            _shadowed(vertices, triangles, light, LAMP_MAP, LAMP_LIFT)
            for light in lamp_directions(illumination.lamp)
        ]
        self._sky = [
            _shadowed(vertices, triangles, light, SKY_MAP, SKY_LIFT) for light in sky_directions()
        ]

    def at(self, points: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the light of lamp and sky, float32 (N,) each, on surfaces.

        A surface that faces the lamp has 1 of it; one that faces up under an open sky has 1 of
        that.

        Args:
            points: float32 (N, 3).
            normals: float32 (N, 3), unit length.
        """
        lamp, sky = np.zeros((2, len(points)), np.float32)
        for light in self._lamp:
            _gather(points, normals, light, lamp, 1 / len(self._lamp))
        share = 1 / sum(light.towards[2, 1] for light in self._sky)
        for light in self._sky:
            _gather(points, normals, light, sky, share)
        return lamp, sky


def _shadowed(
    vertices: np.ndarray, triangles: np.ndarray, light: np.ndarray, size: int, lift: float
) -> Direction:
    """Make the depth map of one direction, just large enough for the actor."""
    right = unit(np.cross([0.0, 1.0, 0.01], light))
    towards = np.stack([right, np.cross(light, right), light]).astype(np.float32)
    # Coordinates come first here: minima along contiguous rows are many times faster.
    seen = towards @ vertices.T
    low, high = seen[:2].min(axis=1), seen[:2].max(axis=1)
    centre = (low + high) / 2
    scale = 0.94 * size / float((high - low).max())
    corners = np.empty_like(vertices)
    corners[:, :2] = ((seen[:2] - centre[:, None]) * np.float32(scale) + np.float32(size / 2)).T
    corners[:, 2] = -seen[2]
    return Direction(towards, centre, scale, depth_map(corners, triangles, size), lift)


def _gather(
    points: np.ndarray, normals: np.ndarray, light: Direction, total: np.ndarray, share: float
) -> None:
    _add_light(
        points, normals, light.towards, light.centre, np.float32(light.scale), light.depth,
        np.float32(light.lift), total, np.float32(share),
    )  # fmt: skip


@njit(cache=True, error_model="numpy", fastmath=True)
def _add_light(points, normals, towards, centre, scale, depth, lift, total, share):
    size = depth.shape[0]
    half = np.float32(size / 2 - 0.5)
    for n in range(len(points)):
        facing = (
            normals[n, 0] * towards[2, 0]
            + normals[n, 1] * towards[2, 1]
            + normals[n, 2] * towards[2, 2]
        )
        if facing <= 0:
            continue
        x = points[n, 0] + lift * normals[n, 0]
        y = points[n, 1] + lift * normals[n, 1]
        z = points[n, 2] + lift * normals[n, 2]
        u = (x * towards[0, 0] + y * towards[0, 1] + z * towards[0, 2] - centre[0]) * scale + half
        v = (x * towards[1, 0] + y * towards[1, 1] + z * towards[1, 2] - centre[1]) * scale + half
        d = -(x * towards[2, 0] + y * towards[2, 1] + z * towards[2, 2]) - np.float32(0.02)
        column, row = int(np.floor(u)), int(np.floor(v))
        light = np.float32(1)
        if 0 <= column < size - 1 and 0 <= row < size - 1:
            # The four nearest samples of the map, weighted: no stairs at a shadow's edge.
            a, b = u - column, v - row
            light = (
                (d <= depth[row, column]) * (1 - a) * (1 - b)
                + (d <= depth[row, column + 1]) * a * (1 - b)
                + (d <= depth[row + 1, column]) * (1 - a) * b
                + (d <= depth[row + 1, column + 1]) * a * b
            )
        total[n] += share * facing * light
