import numpy as np
import pytest

from hueman.choreography.anatomy import ARM_BONES, LEG_BONES, Hull


@pytest.fixture(params=["plaid", "dots"])
def anatomy(request, anatomy_of):
    return anatomy_of(request.param)


def around(axis, count=12):
    """Unit vectors (count, 3) across an axis."""
    axis = axis / np.linalg.norm(axis)
    first = np.cross(axis, [0, 1.0, 0.2])
    first = first / np.linalg.norm(first)
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.outer(np.cos(angle), first) + np.outer(np.sin(angle), np.cross(axis, first))


@pytest.mark.parametrize("bones", [ARM_BONES, LEG_BONES])
@pytest.mark.parametrize("side", ["l", "r"])
def test_coordinates_of_points_around_a_limb(anatomy, bones, side):
    root, middle, end = anatomy.chain(bones, side)
    first, second = np.linalg.norm(middle - root), np.linalg.norm(end - middle)
    assert anatomy.length(bones, side) == pytest.approx(first + second)
    places = [(root, middle, 0.3, 0.3 * first), (middle, end, 0.6, first + 0.6 * second)]
    # Beyond its ends a limb goes on straight.
    places += [(root, middle, -0.5, -0.5 * first), (middle, end, 1.4, first + 1.4 * second)]
    for start, stop, share, along in places:
        out = around(stop - start)
        tube = anatomy.tube(start + share * (stop - start) + 0.3 * out, bones, side)
        np.testing.assert_allclose(tube.along, along, atol=1e-9)
        np.testing.assert_allclose(tube.radius, 0.3, atol=1e-9)
        np.testing.assert_allclose(tube.outwards, out, atol=1e-9)
        turns = np.diff(np.unwrap(tube.angle))
        np.testing.assert_allclose(np.abs(turns), np.pi / 6, atol=1e-9)


def test_a_point_on_the_axis_has_no_radius(anatomy):
    tube = anatomy.tube(anatomy.chain(LEG_BONES, "l"), LEG_BONES, "l")
    np.testing.assert_allclose(tube.radius, 0, atol=1e-9)
    assert np.isfinite(tube.outwards).all()


@pytest.mark.parametrize("side", ["l", "r"])
def test_angle_zero_is_the_front_of_a_leg(anatomy, side):
    hip, knee, ankle = anatomy.chain(LEG_BONES, side)
    for middle in (hip * 0.5 + knee * 0.5, knee * 0.4 + ankle * 0.6):
        front, back = middle + np.array([[0, 0, 0.5], [0, 0, -0.5]])
        assert abs(anatomy.tube(front[None], LEG_BONES, side).angle[0]) < 0.1
        assert abs(anatomy.tube(back[None], LEG_BONES, side).angle[0]) > 3


def test_shares_of_limbs(anatomy):
    body, arm, leg = anatomy.body, anatomy.arm, anatomy.leg
    assert arm.min() >= 0
    assert (arm + leg).max() < 1 + 1e-5
    heads = body.heads[[anatomy.assets.bone_index[name] for name in ("hand_l", "calf_r", "head")]]
    own = np.unique(anatomy.assets.triangles[anatomy.assets.groups["body"]])
    for place, expected in zip(heads, [(1, 0), (0, 1), (0, 0)], strict=True):
        near = own[np.argsort(np.linalg.norm(body.vertices[own] - place, axis=1))[:10]]
        np.testing.assert_allclose(arm[near], expected[0], atol=1e-5)
        np.testing.assert_allclose(leg[near], expected[1], atol=1e-5)
    trunk = anatomy.trunk_vertices()
    assert 1000 < len(trunk) < len(own)
    assert arm[trunk].max() < 0.3
    assert body.vertices[trunk, 1].max() < anatomy.joint("neck_01")[1]


def test_joints_are_those_of_the_body(anatomy):
    knee = anatomy.body.heads[anatomy.assets.bone_index["calf_r"]]
    np.testing.assert_array_equal(anatomy.joint("calf_r"), knee)
    np.testing.assert_array_equal(anatomy.chain(LEG_BONES, "r")[1], knee)


def turned(radius, low=-3.0, high=3.0, axis=(0.0, 0.0)):
    """Points of a surface of revolution of `radius(height)`."""
    angle = np.linspace(-np.pi, np.pi, 150, endpoint=False)
    height = np.linspace(low, high, 120)
    angle, height = (values.ravel() for values in np.meshgrid(angle, height))
    r = radius(height)
    return np.stack([axis[0] + r * np.sin(angle), height, axis[1] + r * np.cos(angle)], axis=1)


def vase(height):
    """Wide above, narrow below."""
    return np.where(height > 0, 1.5, 0.8)


@pytest.mark.parametrize(("hang", "below"), [(0.0, 0.8), (1.0, 1.5), (0.5, 1.15)])
def test_a_hull_follows_the_body_or_hangs_from_what_is_widest(hang, below):
    hull = Hull(turned(vase, axis=(0.0, 0.4)), (0.0, 0.4), hang)
    angle = np.linspace(-4, 4, 9)
    np.testing.assert_allclose(hull.radius(angle, np.full(9, 2.0)), 1.5, atol=0.01)
    np.testing.assert_allclose(hull.radius(angle, np.full(9, -2.0)), below, atol=0.01)
    # Beyond its ends it goes on as it is there.
    np.testing.assert_allclose(hull.radius(angle, np.full(9, -9.0)), below, atol=0.01)


def test_points_are_pushed_out_of_a_hull_or_fitted_to_it():
    hull = Hull(turned(lambda height: np.full_like(height, 1.2)), (0.0, 0.0), 0.5)
    points = np.array([[0.6, 1, 0], [0, 1, -2.0], [0.3, -1, 0.4]])
    gap = np.array([0.1, 0.1, 0.3])
    pushed, fitted = hull.pushed_out(points, gap), hull.fitted(points, gap)
    np.testing.assert_allclose(pushed, [[1.3, 1, 0], [0, 1, -2], [0.9, -1, 1.2]], atol=0.01)
    np.testing.assert_allclose(fitted, [[1.3, 1, 0], [0, 1, -1.3], [0.9, -1, 1.2]], atol=0.01)


def test_a_cylinder_unrolls_to_its_arc():
    hull = Hull(turned(lambda height: np.full_like(height, 1.2)), (0.0, 0.0), 0.0)
    angle = np.linspace(-1.5, 1.5, 31)
    front = hull.unrolled(1.2 * np.sin(angle), np.zeros(31, bool), -2, 2)
    np.testing.assert_allclose(front, 1.2 * angle, atol=0.02)
    behind = hull.unrolled(1.2 * np.sin(np.pi - angle), np.ones(31, bool), -2, 2)
    np.testing.assert_allclose(behind, 1.2 * (np.pi - angle), atol=0.02)
    # The pieces are sewn together at the left side.
    at_seam = hull.unrolled(np.array([1.2, 1.2]), np.array([False, True]), -2, 2)
    np.testing.assert_allclose(at_seam, 1.2 * np.pi / 2, atol=0.02)
    # What is wider than the hull goes on one to one.
    wide = hull.unrolled(np.array([1.5, 2.5, -2.5]), np.zeros(3, bool), -2, 2)
    assert wide[1] - wide[0] == pytest.approx(1)
    assert wide[2] == pytest.approx(-wide[1], abs=0.02)
