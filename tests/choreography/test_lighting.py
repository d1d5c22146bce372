import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hueman.choreography.lighting import (
    LAMP,
    LAMP_RADIUS,
    LAMP_SAMPLES,
    Lights,
    lamp_directions,
    sky_directions,
)

UP = np.array([0.0, 1, 0])


def box(low, high):
    """Vertices and outward triangles of a box, as the lights take them."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    vertices = np.array(low) + corners * (np.array(high) - np.array(low))
    return vertices.astype(np.float32), np.array(triangles, np.int32)


def light(lights, points, normal):
    points = np.atleast_2d(points).astype(np.float32)
    normals = np.tile(np.asarray(normal, np.float32), (len(points), 1))
    return lights.at(points, normals)


@pytest.fixture(scope="module")
def raised_box():
    """A box of 4 x 2 x 4 decimetres, 2 above the floor."""
    return Lights(*box([-2, 2, -2], [2, 4, 2]))


def test_the_lamp_is_a_small_disc_of_directions():
    directions = lamp_directions()
    assert directions.shape == (LAMP_SAMPLES, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    angles = np.arccos(np.clip(directions @ LAMP, -1, 1))
    assert angles.max() <= LAMP_RADIUS
    # Evenly spread: half of a disc's area is within 0.71 of its radius.
    assert (angles < LAMP_RADIUS * np.sqrt(0.5)).mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(directions.mean(axis=0), LAMP, atol=0.01)


def test_the_sky_is_the_upper_half_sphere():
    directions = sky_directions()
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert directions[:, 1].min() > 0
    # Equal areas of a sphere are equal heights.
    assert directions[:, 1].mean() == pytest.approx(0.5, abs=0.06)
    np.testing.assert_allclose(directions[:, [0, 2]].mean(axis=0), 0, atol=0.1)


def test_an_open_surface_that_faces_the_lamp_has_all_of_it(raised_box):
    far = [[40, 0, 0], [-40, 3, 10], [0, 0, 40]]
    np.testing.assert_allclose(light(raised_box, far, LAMP)[0], 1, atol=0.005)
    np.testing.assert_allclose(light(raised_box, far, -LAMP)[0], 0)


@pytest.mark.parametrize("degrees", [30, 60, 80])
def test_a_slanting_surface_has_the_cosine_of_it(degrees, raised_box):
    across = np.cross(LAMP, UP) / np.linalg.norm(np.cross(LAMP, UP))
    normal = Rotation.from_rotvec(np.radians(degrees) * across).apply(LAMP)
    lamp, _ = light(raised_box, [40, 0, 0], normal)
    np.testing.assert_allclose(lamp, np.cos(np.radians(degrees)), atol=0.01)


def test_an_open_floor_has_all_of_the_sky(raised_box):
    _, sky = light(raised_box, [[40, 0, 0], [0, 0, -60], [0, 10, 0]], UP)
    np.testing.assert_allclose(sky, 1, atol=1e-5)
    # A wall sees half of it, what faces down nothing.
    _, wall = light(raised_box, [[40, 0, 0]], [1, 0, 0])
    assert 0.2 < wall[0] < 0.7
    assert light(raised_box, [[40, 0, 0]], -UP)[1][0] == 0


def test_the_floor_below_a_box_is_in_its_shadow(raised_box):
    # Straight behind the box, as seen from the lamp.
    shadow = np.array([0, 3.0, 0]) - LAMP * 3.0 / LAMP[1]
    lamp, _ = light(raised_box, shadow, UP)
    np.testing.assert_allclose(lamp, 0, atol=1e-6)
    beside = np.array([[8, 0, 0], [-8, 0, 0], [0, 0, 8], [0, 0, -9]])
    lamp, _ = light(raised_box, shadow + beside, UP)
    np.testing.assert_allclose(lamp, LAMP[1], atol=0.01)


def test_the_sky_is_dimmer_below_a_box(raised_box):
    middle, edge, away = (light(raised_box, [x, 0, 0], UP)[1][0] for x in (0.0, 3.0, 30.0))
    assert middle < 0.5
    assert middle < edge < away
    assert away == pytest.approx(1)


def test_the_edge_of_a_shadow_is_soft_and_as_wide_as_the_lamp(raised_box):
    """A lamp of half-angle r makes a half-shadow 2 r wide at distance 1."""
    shadow = np.array([0, 2.0, 0]) - LAMP * 2.0 / LAMP[1]
    x = np.linspace(-6, 6, 1201)
    lamp, _ = light(raised_box, shadow + np.outer(x, [1, 0, 0]), UP)
    lamp = lamp / LAMP[1]
    partly = (lamp > 0.02) & (lamp < 0.98)
    for side in (x < 0, x > 0):
        width = partly[side].sum() * 0.01
        # From the top and the bottom edge of the box, 2 to 4 dm above, to the floor.
        assert 0.1 < width < 2 * LAMP_RADIUS * 4 / LAMP[1] ** 2 + 0.5
    dark = x[lamp < 0.02]
    assert 2.5 < np.ptp(dark) < 6


def test_a_lit_surface_does_not_shadow_itself(raised_box):
    across = np.linspace(-1.9, 1.9, 60)
    top = np.array([[x, 4.0, z] for x in across for z in across])
    lamp, sky = light(raised_box, top, UP)
    np.testing.assert_allclose(lamp, LAMP[1], atol=0.01)
    np.testing.assert_allclose(sky, 1, atol=0.01)
    front = np.array([[x, y, 2.0] for x in across for y in np.linspace(2.1, 3.9, 20)])
    lamp, _ = light(raised_box, front, [0, 0, 1])
    np.testing.assert_allclose(lamp, LAMP[2], atol=0.01)


def test_light_depends_only_on_place_and_direction(raised_box):
    rng = np.random.default_rng(0)
    points = rng.uniform(-5, 5, (200, 3)).astype(np.float32)
    normals = rng.normal(size=(200, 3))
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    together = np.array(raised_box.at(points, normals))
    order = rng.permutation(200)
    again = np.array(raised_box.at(points[order], normals[order]))
    np.testing.assert_array_equal(again, together[:, order])
    assert together.min() >= 0
    assert together.max() <= 1.4
