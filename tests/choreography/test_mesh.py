from itertools import pairwise

import numpy as np
import pytest

from hueman.choreography.mesh import (
    Mesh,
    cut,
    grid,
    join,
    neighbour_means,
    refine,
    split,
    vertex_normals,
)


def plane(rows=5, columns=7):
    """A rectangle of 1 by 1 in the plane z = 0, facing +z, with known attributes and weights."""
    y, x = np.meshgrid(np.linspace(1, 0, rows), np.linspace(0, 1, columns), indexing="ij")
    vertices, triangles = grid(np.stack([x, y, np.zeros_like(x)], axis=2), closed=False)
    weights = np.random.default_rng(0).uniform(size=(len(vertices), 3))
    return Mesh(
        vertices,
        triangles,
        weights / weights.sum(axis=1, keepdims=True),
        linear(vertices),
    )


def linear(points):
    """Attributes that depend linearly on the place."""
    return np.stack([2 * points[:, 0] - 3 * points[:, 1], 7 + points[:, 1]], axis=1)


def areas(mesh):
    a, b, c = mesh.vertices[mesh.triangles].transpose(1, 0, 2)
    return np.cross(b - a, c - a)[:, 2] / 2


def octahedron():
    points = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    triangles = []
    for x in (0, 1):
        for y in (2, 3):
            for z in (4, 5):
                order = [x, y, z]
                if np.linalg.det(points[order]) < 0:
                    order = [x, z, y]
                triangles.append(order)
    return Mesh(points, np.array(triangles), np.ones((6, 1)), np.zeros((6, 1)))


def sphere(rounds=4):
    mesh = octahedron()
    for _ in range(rounds):
        mesh = refine(mesh)
        mesh = mesh.moved(mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True))
    return mesh


def border_edges(triangles):
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    unique, uses = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    assert uses.max() <= 2
    return unique[uses == 1]


# The last two lines go exactly through vertices.
LINES = [(1, 0, -0.3), (-1, 0.4, 0.35), (0.3, 1, -0.6), (1, 1, -0.5), (1, 0, -0.5), (0, 1, -0.25)]


@pytest.mark.parametrize("line", LINES)
def test_cut_keeps_exactly_one_side(line):
    mesh = plane()
    kept = cut(mesh, mesh.vertices @ [line[0], line[1], 0] + line[2])
    inside = kept.vertices @ [line[0], line[1], 0] + line[2]
    assert inside.min() == pytest.approx(0, abs=1e-12)
    assert (areas(kept) > -1e-15).all(), "no triangle is turned over"
    assert areas(kept).sum() == pytest.approx(area_of_side(line), abs=1e-12)
    np.testing.assert_allclose(kept.attributes, linear(kept.vertices), atol=1e-12)
    np.testing.assert_allclose(kept.weights.sum(axis=1), 1, atol=1e-12)
    assert (kept.weights >= 0).all()
    assert set(np.unique(kept.triangles)) == set(range(len(kept.vertices)))


def area_of_side(line):
    """Area of the part of the unit square where a x + b y + c > 0: Sutherland-Hodgman, shoelace."""
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    polygon = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        start, end = (line[0] * x + line[1] * y + line[2] for x, y in ((x0, y0), (x1, y1)))
        if start >= 0:
            polygon.append((x0, y0))
        if start * end < 0:
            share = start / (start - end)
            polygon.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    x, y = np.array(polygon).T
    return abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2


def test_the_edge_of_a_cut_is_the_line_of_zeros():
    mesh = plane()
    kept = cut(mesh, 0.62 - mesh.vertices[:, 0])
    edge = kept.vertices[np.unique(border_edges(kept.triangles))]
    on_line = np.isclose(edge[:, 0], 0.62, atol=1e-12)
    on_rectangle = (edge[:, 0] == 0) | np.isin(edge[:, 1], [0, 1])
    assert (on_line | on_rectangle).all()
    # Each of the 4 rows of squares is crossed in two triangles.
    assert on_line.sum() == 9


def test_split_drops_nothing_and_says_which_side_is_which():
    mesh = plane()
    field = mesh.vertices[:, 0] + 0.37 * mesh.vertices[:, 1] - 0.6
    divided, inside = split(mesh, field)
    assert areas(divided).sum() == pytest.approx(1)
    middles = divided.vertices[divided.triangles].mean(axis=1)
    np.testing.assert_array_equal(middles[:, 0] + 0.37 * middles[:, 1] > 0.6, inside)
    np.testing.assert_allclose(divided.attributes, linear(divided.vertices), atol=1e-12)
    np.testing.assert_allclose(divided.weights.sum(axis=1), 1)
    # The halves fit together: only the rectangle's own border is open.
    edge = divided.vertices[np.unique(border_edges(divided.triangles))]
    assert (np.isin(edge[:, 0], [0, 1]) | np.isin(edge[:, 1], [0, 1])).all()


def test_a_field_without_zeros_changes_nothing():
    mesh = plane()
    divided, inside = split(mesh, np.ones(len(mesh.vertices)))
    assert inside.all()
    np.testing.assert_array_equal(divided.triangles, mesh.triangles)
    np.testing.assert_array_equal(cut(mesh, np.ones(len(mesh.vertices))).vertices, mesh.vertices)
    assert len(cut(mesh, -np.ones(len(mesh.vertices))).triangles) == 0


def test_refining_keeps_the_area_and_quadruples_the_triangles():
    mesh = plane()
    fine = refine(mesh)
    assert len(fine.triangles) == 4 * len(mesh.triangles)
    assert areas(fine).sum() == pytest.approx(1)
    np.testing.assert_allclose(np.sort(areas(fine)), np.repeat(np.sort(areas(mesh)) / 4, 4))
    np.testing.assert_allclose(fine.attributes, linear(fine.vertices), atol=1e-12)
    np.testing.assert_allclose(fine.weights.sum(axis=1), 1)
    # Edges are shared: V + E vertices, by Euler's formula for a disc E = V + F - 1.
    assert len(fine.vertices) == 2 * len(mesh.vertices) + len(mesh.triangles) - 1


def test_normals_of_a_sphere_point_away_from_its_middle():
    mesh = sphere()
    assert len(mesh.triangles) == 8 * 4**4
    np.testing.assert_allclose(np.linalg.norm(mesh.normals(), axis=1), 1)
    # Within two degrees; the triangles around a vertex are not all alike.
    assert (mesh.normals() * mesh.vertices).sum(axis=1).min() > np.cos(np.radians(2))


def test_normals_are_weighted_by_area():
    # A roof: a face of area 3 that faces up and one of area 1 that faces the front.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 0, -6], [0, -2, 0]], float)
    normals = vertex_normals(vertices, np.array([[0, 1, 2], [0, 3, 1]]))
    np.testing.assert_allclose(normals[0], np.array([0, 3, 1]) / np.sqrt(10))
    np.testing.assert_allclose(normals[2:], [[0, 1, 0], [0, 0, 1]])


def test_a_vertex_without_triangles_has_a_finite_normal():
    assert np.isfinite(vertex_normals(np.zeros((4, 3)), np.array([[0, 1, 2]]))).all()


def test_neighbour_means_by_hand():
    # Two triangles that share the edge 1-2: all four vertices are on the border.
    means = neighbour_means(np.array([[0, 1, 2], [1, 3, 2]]), 5).toarray()
    expected = np.zeros((5, 5))
    for vertex, neighbours in enumerate([(1, 2), (0, 3), (0, 3), (1, 2)]):
        expected[vertex, list(neighbours)] = 0.5
    np.testing.assert_allclose(means, expected)


def test_neighbour_means_inside_and_on_the_border():
    mesh = plane()
    means = neighbour_means(mesh.triangles, len(mesh.vertices))
    np.testing.assert_allclose(means.sum(axis=1), 1)
    moved = means @ mesh.vertices
    x, y = mesh.vertices[:, 0], mesh.vertices[:, 1]
    on_side, on_top = np.isin(x, [0, 1]), np.isin(y, [0, 1])
    corner = on_side & on_top
    # In a regular grid each vertex, and along the border too, is the mean of its neighbours.
    np.testing.assert_allclose(moved[~corner], mesh.vertices[~corner], atol=1e-12)
    # Whatever is done inside, the border does not feel it.
    raised = mesh.vertices + np.outer(~(on_side | on_top), [0.1, 0.2, 5.0])
    np.testing.assert_allclose((means @ raised)[on_side | on_top], moved[on_side | on_top])


def test_a_mesh_of_some_triangles_keeps_the_numbers_of_its_vertices():
    vertices = np.arange(18.0).reshape(6, 3)
    weights = np.arange(12.0).reshape(6, 2)
    mesh = Mesh.of(vertices, np.array([[5, 1, 3], [3, 1, 4]]), weights)
    np.testing.assert_array_equal(mesh.attributes, [[1], [3], [4], [5]])
    np.testing.assert_array_equal(mesh.vertices, vertices[[1, 3, 4, 5]])
    np.testing.assert_array_equal(mesh.weights, weights[[1, 3, 4, 5]])
    np.testing.assert_array_equal(mesh.vertices[mesh.triangles[0]], vertices[[5, 1, 3]])


def test_compact_drops_what_no_triangle_uses():
    mesh = plane()
    few = Mesh(mesh.vertices, mesh.triangles[:3], mesh.weights, mesh.attributes)
    compact = few.compact()
    assert len(compact.vertices) == len(np.unique(few.triangles)) < len(mesh.vertices)
    for name in ("vertices", "weights", "attributes"):
        np.testing.assert_array_equal(
            getattr(compact, name)[compact.triangles], getattr(few, name)[few.triangles]
        )


@pytest.mark.parametrize("closed", [False, True])
def test_a_grid_faces_the_side_from_which_rows_go_down_and_columns_right(closed):
    if closed:
        # A tube seen from outside: columns go to the right, that is counter-clockwise from above.
        angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = np.stack([np.sin(angle), np.zeros(12), np.cos(angle)], axis=1)
        points = np.stack([ring + np.array([0, y, 0]) for y in (2, 1, 0)])
    else:
        y, x = np.meshgrid([2.0, 1, 0], np.arange(12.0), indexing="ij")
        points = np.stack([x, y, np.zeros_like(x)], axis=2)
    vertices, triangles = grid(points, closed)
    assert len(triangles) == 2 * 2 * (12 if closed else 11)
    outwards = vertices * [1, 0, 1] if closed else np.tile([0.0, 0, 1], (36, 1))
    facing = (vertex_normals(vertices, triangles) * outwards).sum(axis=1)
    assert facing.min() > (0.99 if closed else 1 - 1e-9)
    assert len(border_edges(triangles)) == (2 * 12 if closed else 2 * (11 + 2))


def test_joined_meshes_lie_side_by_side():
    first, second = plane(3, 3), plane(2, 4).moved(plane(2, 4).vertices + 5)
    both = join([first, second])
    count = len(first.triangles)
    for name in ("vertices", "weights", "attributes"):
        of_corners = getattr(both, name)[both.triangles]
        np.testing.assert_array_equal(of_corners[:count], getattr(first, name)[first.triangles])
        np.testing.assert_array_equal(of_corners[count:], getattr(second, name)[second.triangles])
    assert len(both.vertices) == 9 + 8
