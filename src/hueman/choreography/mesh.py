"""Triangle meshes: normals, cutting, refining, smoothing. Pure geometry, numpy only."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix


@dataclass(frozen=True)
class Mesh:
    """A surface that bones move.

    Attributes of vertices are interpolated when the surface is cut or refined.
    """

    vertices: np.ndarray
    """float64 (V, 3), decimetres."""
    triangles: np.ndarray
    """int64 (F, 3), counter-clockwise seen from outside."""
    weights: np.ndarray
    """float (V, B), shares of the bones; rows sum to 1."""
    attributes: np.ndarray
    """float64 (V, A), whatever else belongs to the vertices."""

    @classmethod
    def of(cls, vertices: np.ndarray, triangles: np.ndarray, weights: np.ndarray) -> "Mesh":
        """Make a mesh of the vertices that the triangles use; the attribute is their index."""
        used, inverse = np.unique(triangles, return_inverse=True)
        return cls(
            vertices[used],
            inverse.reshape(triangles.shape),
            weights[used],
            used[:, None].astype(np.float64),
        )

    def moved(self, vertices: np.ndarray) -> "Mesh":
        """Return the same surface with its vertices elsewhere."""
        return replace(self, vertices=vertices)

    def compact(self) -> "Mesh":
        """Drop vertices that no triangle uses."""
        used, inverse = np.unique(self.triangles, return_inverse=True)
        return Mesh(
            self.vertices[used],
            inverse.reshape(self.triangles.shape),
            self.weights[used],
            self.attributes[used],
        )

    def normals(self) -> np.ndarray:
        """Return unit normals (V, 3)."""
        return vertex_normals(self.vertices, self.triangles)


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return unit normals (V, 3), the means of the adjacent triangles' weighted by their area."""
    corners = vertices[triangles]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.stack(
        [
            np.bincount(triangles.ravel(), np.repeat(facing[:, axis], 3), len(vertices))
            for axis in range(3)
        ],
        axis=1,
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def cut(mesh: Mesh, field: np.ndarray) -> Mesh:
    """Keep the part of a mesh where a field (V,) is positive; its edge is the line of zeros."""
    divided, inside = split(mesh, field)
    return replace(divided, triangles=divided.triangles[inside]).compact()


def split(mesh: Mesh, field: np.ndarray) -> tuple[Mesh, np.ndarray]:
    """Divide the triangles that the zero line of a field (V,) crosses; nothing is dropped.

    Returns:
        The mesh with vertices added on the line, all attributes interpolated, and bool (F,):
        which of its triangles lie where the field is positive.
    """
    positive = (field > 0)[mesh.triangles]
    crossing = positive.any(axis=1) & ~positive.all(axis=1)
    triangles, held = mesh.triangles[crossing], positive[crossing]
    # Turn each so that the odd corner out comes first.
    odd_inside = held.sum(axis=1) == 1
    odd = np.where(odd_inside, held.argmax(axis=1), (~held).argmax(axis=1))
    a, b, c = np.take_along_axis(triangles, (odd[:, None] + np.arange(3)) % 3, axis=1).T
    edges = np.sort(np.concatenate([np.stack([a, b], 1), np.stack([a, c], 1)]), axis=1)
    unique, where = np.unique(edges, axis=0, return_inverse=True)
    values = field[unique]
    share = values[:, 0] / (values[:, 0] - values[:, 1])
    on_ab, on_ac = (len(mesh.vertices) + where.ravel()).reshape(2, -1)
    parts = [(a, on_ab, on_ac), (on_ab, b, c), (on_ab, c, on_ac)]
    divided = replace(
        _interpolated(mesh, unique, share[:, None]),
        triangles=np.concatenate(
            [mesh.triangles[~crossing], *(np.stack(part, axis=1) for part in parts)]
        ),
    )
    inside = np.concatenate([positive[~crossing].all(axis=1), odd_inside, ~odd_inside, ~odd_inside])
    return divided, inside


def refine(mesh: Mesh) -> Mesh:
    """Divide every triangle in four at the middles of its edges."""
    triangles = mesh.triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    unique, where = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True)
    first, second, third = (len(mesh.vertices) + where.ravel()).reshape(3, -1)
    a, b, c = triangles.T
    parts = [(a, first, third), (first, b, second), (third, second, c), (first, second, third)]
    mixed = _interpolated(mesh, unique, np.full((len(unique), 1), 0.5))
    return replace(mixed, triangles=np.concatenate([np.stack(part, axis=1) for part in parts]))


def _interpolated(mesh: Mesh, edges: np.ndarray, share: np.ndarray) -> Mesh:
    """Append a vertex on each edge (E, 2), at `share` (E, 1) of the way."""
    start, end = edges.T

    def with_new(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, values[start] * (1 - share) + values[end] * share])

    return replace(
        mesh,
        vertices=with_new(mesh.vertices),
        weights=with_new(mesh.weights),
        attributes=with_new(mesh.attributes),
    )


def neighbour_means(triangles: np.ndarray, count: int) -> csr_matrix:
    """Return the matrix (V, V) that replaces each vertex by the mean of its neighbours.

    A vertex on the border is replaced by the mean of its neighbours along the border, so that
    smoothing neither shrinks nor frays a hem.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    unique, uses = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    border = np.zeros(count, bool)
    border[unique[uses == 1]] = True
    pairs = np.concatenate([unique, unique[:, ::-1]])
    on_border = np.concatenate([uses == 1] * 2)
    pairs = pairs[~border[pairs[:, 0]] | on_border]
    matrix = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(count, count)).tocsr()
    totals = np.maximum(np.asarray(matrix.sum(axis=1)), 1)
    return csr_matrix(matrix.multiply(1 / totals))


def join(meshes: list[Mesh]) -> Mesh:
    """Put meshes side by side in one; their attributes must have the same columns."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([m.triangles + start for m, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.weights for mesh in meshes]),
        np.concatenate([mesh.attributes for mesh in meshes]),
    )


def grid(points: np.ndarray, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Make a surface of points (rows, columns, 3); `closed` joins the last column to the first.

    Returns:
        vertices (rows * columns, 3) and triangles, facing the side from which rows go down when
        columns go to the right.
    """
    rows, columns = points.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    if closed:
        number = np.concatenate([number, number[:, :1]], axis=1)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    return points.reshape(-1, 3), triangles
