import numpy as np
import pytest
from scipy.spatial import Delaunay

from hueman.choreography.rasterizer import FAR, depth_map, rasterize

ONE = np.array([[0, 1, 2]])


def drawn(corners, triangles, height=64, width=64):
    return rasterize(np.array(corners, np.float32), np.array(triangles, np.int32), height, width)


def flat(points, depth=1.0):
    """Corners at one depth."""
    return np.column_stack([points, np.full(len(points), depth)])


def soup(count, seed=0, size=64):
    """Triangles anywhere, also partly outside of the picture, each at slanting depths."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-0.3 * size, 1.3 * size, (3 * count, 3))
    corners[:, 2] = rng.uniform(1, 9, 3 * count)
    return corners.astype(np.float32), np.arange(3 * count).reshape(count, 3).astype(np.int32)


def test_a_right_angled_triangle_covers_the_samples_inside_it():
    # Legs of 4 pixels: rows of 4, 3, 2 and 1 samples, those on the slanting edge included.
    buffer = drawn([[1, 1, 5], [5, 1, 5], [1, 5, 5]], ONE, 7, 7)
    expected = np.full((7, 7), -1)
    for row in range(4):
        expected[1 + row, 1 : 5 - row] = 0
    np.testing.assert_array_equal(buffer.triangle, expected)
    np.testing.assert_array_equal(buffer.depth, np.where(expected == 0, np.float32(5), FAR))


@pytest.mark.parametrize("order", [[0, 1, 2], [0, 2, 1]])
def test_coverage_is_the_area_whichever_way_round(order):
    points = np.array([[10.3, 20.1], [180.7, 55.9], [60.2, 190.4]])
    area = 0.5 * abs(np.cross([*(points[1] - points[0]), 0], [*(points[2] - points[0]), 0])[2])
    buffer = drawn(flat(points), [order], 200, 200)
    assert (buffer.triangle == 0).sum() == pytest.approx(area, rel=0.005)


def test_coverage_of_a_disc():
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    rim = 100 + 80 * np.stack([np.cos(angle), np.sin(angle)], 1)
    number = np.arange(400)
    fan = np.stack([np.full(400, 400), number, (number + 1) % 400], 1)
    buffer = drawn(flat([*rim, [100, 100]]), fan, 200, 200)
    row, column = np.mgrid[:200, :200] + 0.5
    distance = np.hypot(row - 100, column - 100)
    covered = buffer.triangle >= 0
    assert covered.sum() == pytest.approx(np.pi * 80**2, rel=0.005)
    assert covered[distance < 79.9].all()
    assert not covered[distance > 80].any()


@pytest.mark.parametrize("seed", range(3))
def test_there_are_no_cracks_between_triangles(seed):
    rng = np.random.default_rng(seed)
    points = np.concatenate(
        [rng.uniform(-20, 120, (1500, 2)), [[-50, -50], [-50, 150], [150, -50], [150, 150]]]
    )
    buffer = drawn(flat(points), Delaunay(points).simplices, 100, 100)
    assert (buffer.triangle >= 0).all()


def test_a_sample_on_an_edge_belongs_to_a_triangle_in_spite_of_rounding():
    for seed in range(500):
        rng = np.random.default_rng(seed)
        sample, along = rng.integers(10, 50, 2) + 0.5, rng.normal(size=2)
        across = np.array([-along[1], along[0]])
        start, end, left, right = rng.uniform(1, 9, 4)
        corners = flat(
            sample + np.array([-start * along, end * along, left * across, -right * across])
        )
        # Each begins with any of its corners, so that both are rounded differently.
        turns = rng.integers(3, size=2)
        buffer = drawn(corners, [np.roll([0, 1, 2], turns[0]), np.roll([1, 0, 3], turns[1])])
        assert buffer.triangle[int(sample[1]), int(sample[0])] >= 0


def test_what_is_nearest_does_not_depend_on_the_order_of_drawing():
    corners, triangles = soup(60)
    order = np.random.default_rng(1).permutation(60)
    first, second = drawn(corners, triangles), drawn(corners, triangles[order])
    np.testing.assert_array_equal(first.depth, second.depth)
    seen = second.triangle >= 0
    assert 0.5 < seen.mean() < 1
    np.testing.assert_array_equal(first.triangle[seen], order[second.triangle[seen]])
    np.testing.assert_array_equal(first.triangle < 0, ~seen)
    np.testing.assert_array_equal(first.second, second.second)


def test_the_nearest_of_all_triangles_is_kept():
    corners, triangles = soup(25, seed=3)
    alone = [drawn(corners, triangles[[number]]).depth for number in range(25)]
    np.testing.assert_array_equal(drawn(corners, triangles).depth, np.min(alone, axis=0))


def test_shares_and_depth_reproduce_linear_functions():
    corners, triangles = soup(40, seed=2)
    # The depth too is linear in the picture.
    corners[:, 2] = 100 + 0.5 * corners[:, 0] - 0.25 * corners[:, 1]
    buffer = drawn(corners, triangles)
    rows, columns = np.nonzero(buffer.triangle >= 0)
    chosen = triangles[buffer.triangle[rows, columns]]
    second, third = buffer.second[rows, columns], buffer.third[rows, columns]
    shares = np.stack([1 - second - third, second, third], 1)
    assert shares.min() > -1e-4
    places = (shares[:, :, None] * corners[chosen]).sum(axis=1)
    assert len(rows) > 1000
    np.testing.assert_allclose(places[:, 0], columns + 0.5, atol=1e-3)
    np.testing.assert_allclose(places[:, 1], rows + 0.5, atol=1e-3)
    expected = 100 + 0.5 * (columns + 0.5) - 0.25 * (rows + 0.5)
    np.testing.assert_allclose(buffer.depth[rows, columns], expected, atol=1e-3)


def test_what_lies_outside_the_picture_is_left_out():
    huge = [[-500, -400, 2], [900, -300, 2], [40, 1200, 2]]
    assert (drawn(huge, ONE, 20, 30).triangle == 0).all()
    for shift in ([-60, 0, 0], [60, 0, 0], [0, -60, 0], [0, 60, 0]):
        outside = np.array([[5, 5, 2], [25, 5, 2], [5, 25, 2]]) + shift
        assert (drawn(outside, ONE, 30, 30).triangle == -1).all()
    across_the_corner = drawn([[-9, -9, 2], [9, -9, 2], [-9, 9, 2]], ONE, 30, 30)
    assert across_the_corner.triangle.max() == -1
    across_the_corner = drawn([[-9, -9, 2], [15, -9, 2], [-9, 15, 2]], ONE, 30, 30)
    row, column = np.mgrid[:30, :30] + 0.5
    np.testing.assert_array_equal(across_the_corner.triangle == 0, row + column <= 6)


def test_triangles_without_area_are_left_out():
    buffer = drawn([[3, 3, 1], [9, 9, 1], [15, 15, 1]], [[0, 1, 2], [0, 0, 1]])
    assert buffer.triangle.max() == -1


def test_the_depth_map_is_the_depth_of_the_buffer():
    corners, triangles = soup(60, seed=5)
    np.testing.assert_array_equal(
        depth_map(corners, triangles, 64), drawn(corners, triangles).depth
    )
