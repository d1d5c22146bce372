import numpy as np
import pytest

from hueman.choreography.camera import DISTANCE, SPAN, Camera

CAMERA = Camera(120, 80, floor=-8.0)


def test_a_point_on_the_axis_lies_in_the_middle():
    places = CAMERA.place + np.array([[0, 0, -1.0], [0, 0, -DISTANCE], [0, 0, -70]])
    np.testing.assert_allclose(CAMERA.project(places)[:, :2], [[40, 60]] * 3, atol=1e-4)
    np.testing.assert_allclose(CAMERA.project(places)[:, 2], [1, DISTANCE, 70], rtol=1e-6)


def test_the_span_fills_the_picture_at_the_actor():
    level = CAMERA.place[1]
    top, bottom = [0, level + SPAN / 2, 0], [0, level - SPAN / 2, 0]
    # 80 of 120 pixels: two thirds of the span are seen across.
    left, right = [-SPAN / 3, level, 0], [SPAN / 3, level, 0]
    seen = CAMERA.project(np.array([top, bottom, left, right]))
    np.testing.assert_allclose(seen[:, :2], [[40, 0], [40, 120], [0, 60], [80, 60]], atol=1e-3)


def test_what_is_twice_as_far_is_half_as_large():
    offset = np.array([2.0, 3.0, -10.0])
    near = CAMERA.project((CAMERA.place + offset)[None])[0, :2] - [40, 60]
    far = CAMERA.project((CAMERA.place + offset * [1, 1, 2])[None])[0, :2] - [40, 60]
    assert near[0] > 0 > near[1], "x goes to the right, y goes up"
    np.testing.assert_allclose(near, 2 * far, atol=1e-4)


def test_the_camera_stands_above_the_floor_in_front_of_the_actor():
    assert CAMERA.place[0] == 0
    assert CAMERA.place[2] == DISTANCE
    assert Camera(60, 40, floor=3.0).place[1] - CAMERA.place[1] == pytest.approx(11)


def test_a_larger_picture_shows_the_same():
    points = np.random.default_rng(0).uniform(-8, 8, (20, 3))
    small, large = CAMERA.project(points), Camera(360, 240, -8.0).project(points)
    np.testing.assert_allclose(large[:, :2], 3 * small[:, :2], rtol=1e-5)
    np.testing.assert_array_equal(large[:, 2], small[:, 2])


def test_rays_and_projection_are_inverse():
    rays = CAMERA.rays()
    assert rays.shape == (120, 80, 3)
    depth = np.random.default_rng(0).uniform(10, 80, (120, 80, 1))
    seen = CAMERA.project((CAMERA.place + rays * depth).reshape(-1, 3)).reshape(120, 80, 3)
    row, column = np.mgrid[:120, :80] + 0.5
    np.testing.assert_allclose(seen[..., 0], column, atol=1e-3)
    np.testing.assert_allclose(seen[..., 1], row, atol=1e-3)
    np.testing.assert_allclose(seen[..., 2], depth[..., 0], rtol=1e-5)
