"""What is seen at each sample of the picture: place, direction, material, place on the cloth."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from hueman.choreography.actor import Actor, PosedActor
from hueman.choreography.camera import Camera
from hueman.choreography.rasterizer import rasterize


@dataclass(frozen=True)
class Samples:
    """The N samples in which the actor is seen, `factor` x `factor` of them to a pixel."""

    height: int
    """Of the picture, in pixels."""
    width: int
    factor: int
    rows: np.ndarray
    """int64 (N,), in samples."""
    columns: np.ndarray
    """int64 (N,)."""
    place: np.ndarray
    """float32 (N, 3)."""
    normal: np.ndarray
    """float32 (N, 3), unit length, towards the camera's side."""
    rest: np.ndarray
    """float32 (N, 3), the same point on the resting actor."""
    cloth: np.ndarray
    """float32 (N, 2), place on the cloth."""
    hem: np.ndarray
    """float32 (N,), distance to the next hem (shoes: height above the floor)."""
    material: np.ndarray
    """uint8 (N,), see actor.py."""
    part: np.ndarray
    """uint8 (N,), body-part labels 1..10."""
    depth: np.ndarray
    """float32 (N,), decimetres from the camera."""

    def coverage(self, chosen: np.ndarray | None = None) -> np.ndarray:
        """Return the share of each pixel that (the chosen of) the samples cover, (H, W) 0..1."""
        weights = np.ones(len(self.rows)) if chosen is None else chosen.astype(np.float64)
        return self.summed(weights) / self.factor**2

    def summed(self, values: np.ndarray) -> np.ndarray:
        """Add the samples' values (N,) up in their pixels, (H, W)."""
        pixel = (self.rows // self.factor) * self.width + self.columns // self.factor
        total = np.bincount(pixel, values, self.height * self.width)
        return total.reshape(self.height, self.width)

    def labels(self) -> np.ndarray:
        """Return the body part in the middle of each pixel, uint8 (H, W); 0 is none."""
        whole = np.zeros((self.height * self.factor, self.width * self.factor), np.uint8)
        whole[self.rows, self.columns] = self.part
        middle = self.factor // 2
        return np.ascontiguousarray(whole[middle :: self.factor, middle :: self.factor])


def sample(actor: Actor, posed: PosedActor, camera: Camera, factor: int) -> Samples:
    """Look at a posed actor, with `factor` x `factor` samples to a pixel."""
    corners = camera.project(posed.vertices)
    corners[:, :2] *= factor
    height, width = camera.height * factor, camera.width * factor
    buffer = rasterize(corners, actor.triangles, height, width)
    rows, columns = np.nonzero(buffer.triangle >= 0)
    seen = buffer.triangle[rows, columns]
    place, normal, rest, cloth, hem = _interpolate(
        seen,
        buffer.second[rows, columns],
        buffer.third[rows, columns],
        actor.triangles,
        posed.vertices,
        _normals(posed.vertices, actor.triangles),
        actor.vertices,
        actor.texture,
        actor.hem,
    )
    _face_camera(place, normal, camera.place.astype(np.float32))
    return Samples(
        height=camera.height,
        width=camera.width,
        factor=factor,
        rows=rows,
        columns=columns,
        place=place,
        normal=normal,
        rest=rest,
        cloth=cloth,
        hem=hem,
        material=actor.material[seen],
        part=actor.part[seen],
        depth=buffer.depth[rows, columns],
    )


@njit(cache=True, error_model="numpy")
def _normals(vertices, triangles):
    normals = np.zeros_like(vertices)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = vertices[b] - vertices[a]
        vx, vy, vz = vertices[c] - vertices[a]
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            normals[corner, 0] += x
            normals[corner, 1] += y
            normals[corner, 2] += z
    return normals


@njit(cache=True, error_model="numpy")
def _interpolate(seen, second, third, triangles, vertices, normals, rest, texture, hem):
    """Mix the corners' values; shares are linear in the picture, which small triangles allow."""
    count = len(seen)
    out_place = np.empty((count, 3), np.float32)
    out_normal = np.empty((count, 3), np.float32)
    out_rest = np.empty((count, 3), np.float32)
    out_cloth = np.empty((count, 2), np.float32)
    out_hem = np.empty(count, np.float32)
    for n in range(count):
        t = seen[n]
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        v, w = second[n], third[n]
        u = 1 - v - w
        for k in range(3):
            out_place[n, k] = u * vertices[a, k] + v * vertices[b, k] + w * vertices[c, k]
            out_rest[n, k] = u * rest[a, k] + v * rest[b, k] + w * rest[c, k]
            # Corners count alike, however large the triangles around them are.
            out_normal[n, k] = (
                u * normals[a, k] / _length(normals[a])
                + v * normals[b, k] / _length(normals[b])
                + w * normals[c, k] / _length(normals[c])
            )
        for k in range(2):
            out_cloth[n, k] = u * texture[t, 0, k] + v * texture[t, 1, k] + w * texture[t, 2, k]
        out_hem[n] = u * hem[a] + v * hem[b] + w * hem[c]
    return out_place, out_normal, out_rest, out_cloth, out_hem


@njit(cache=True)
def _length(vector):
    return np.sqrt(vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2) + 1e-12


@njit(cache=True, error_model="numpy")
def _face_camera(place, normal, camera):
    """Scale normals to length 1; turn those of surfaces that are seen from behind."""
    for n in range(len(place)):
        length = _length(normal[n])
        facing = 0.0
        for k in range(3):
            facing += normal[n, k] * (camera[k] - place[n, k])
        # Grazing normals may point away a little; only real back faces are turned.
        if facing < -0.3 * length * _length(camera - place[n]):
            length = -length
        for k in range(3):
            normal[n, k] /= length
