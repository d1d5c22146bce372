"""The steps in which cloth is made, and what holds for every garment of the cast."""

import numpy as np
import pytest

from hueman.choreography.anatomy import LEG_BONES
from hueman.choreography.cast import CAST
from hueman.choreography.cloth import (
    BODY_NORMAL,
    BODY_PLACE,
    armpit_height,
    corner_angles,
    cut_out,
    draw_tight,
    piece_of_body,
    smooth,
    smoothstep,
    soften_weights,
    trunk_hull,
    unit_rows,
    waist_height,
    widen,
)
from hueman.choreography.folds import FOLDS
from hueman.choreography.mesh import Mesh, cut, grid

WEARERS = ("plaid", "mustard", "skirt", "hoodie", "runner", "dots", "athlete")
"""They wear every kind of garment."""
EVERY = pytest.mark.parametrize("name", WEARERS)


def sheet(height, size=41, width=4.0):
    """A piece of a body whose skin is z = height(x, y), with normals along z."""
    y, x = np.meshgrid(
        np.linspace(width / 2, -width / 2, size), np.linspace(-width / 2, width / 2, size),
        indexing="ij",
    )  # fmt: skip
    points, triangles = grid(np.stack([x, y, height(x, y)], axis=2), closed=False)
    attributes = np.zeros((len(points), 6))
    attributes[:, BODY_NORMAL] = [0, 0, 1]
    attributes[:, BODY_PLACE] = points
    return Mesh(points, triangles, np.ones((len(points), 1)), attributes)


def test_smoothstep_by_hand():
    values = smoothstep(1.0, 3.0, np.array([0, 1, 1.5, 2, 2.5, 3, 9]))
    np.testing.assert_allclose(values, [0, 0, 0.15625, 0.5, 0.84375, 1, 1])
    np.testing.assert_allclose(smoothstep(3.0, 1.0, np.array([0, 1.5, 9])), [1, 0.84375, 0])


def test_a_piece_of_the_body_is_its_surface_twice_as_fine(anatomy_of):
    anatomy = anatomy_of("plaid")
    body, assets = anatomy.body, anatomy.assets
    middle = anatomy.joint("spine_02")
    field = 1.5 - np.linalg.norm(body.vertices - middle, axis=1)
    piece = piece_of_body(anatomy, field, margin=0.4)
    own = assets.triangles[assets.groups["body"]]
    chosen = own[(field[own] > -0.4).any(axis=1)]
    assert len(piece.triangles) == 4 * len(chosen) > 400
    np.testing.assert_array_equal(piece.attributes[:, BODY_PLACE], piece.vertices)
    np.testing.assert_allclose(piece.weights.sum(axis=1), 1, atol=1e-6)
    facing = (unit_rows(piece.attributes[:, BODY_NORMAL]) * piece.normals()).sum(axis=1)
    assert np.percentile(facing, 1) > 0.8


def test_cloth_lies_on_a_plane_at_its_gap():
    mesh = sheet(lambda x, y: 0 * x)
    gap = np.full(len(mesh.vertices), 0.1)
    tight = draw_tight(mesh, gap, rounds=20)
    np.testing.assert_allclose(tight.vertices, mesh.vertices + 0.1 * np.eye(3)[2], atol=1e-9)


def test_cloth_bridges_a_hollow_and_never_enters_the_body():
    mesh = sheet(lambda x, y: -0.6 * np.exp(-(x**2 + y**2) / 0.3))
    tight = draw_tight(mesh, np.full(len(mesh.vertices), 0.1), rounds=60)
    np.testing.assert_array_equal(tight.vertices[:, :2], mesh.vertices[:, :2])
    height = tight.vertices[:, 2].reshape(41, 41)
    # The skin itself is smoothed a little first, so a few hundredths may be missing.
    assert (height - mesh.vertices[:, 2].reshape(41, 41)).min() > 0.05
    assert mesh.vertices[:, 2].min() == pytest.approx(-0.6)
    assert height.min() > -0.2
    np.testing.assert_allclose(height[:5], 0.1, atol=0.02)


def test_without_rounds_there_is_no_tension():
    mesh = sheet(lambda x, y: 0.3 * np.sin(2 * x))
    tight = draw_tight(mesh, np.full(len(mesh.vertices), 0.1), rounds=0)
    np.testing.assert_allclose(tight.vertices, mesh.vertices + 0.1 * np.eye(3)[2], atol=1e-9)


def test_a_limb_s_cloth_is_widened_to_a_tube(anatomy_of):
    anatomy = anatomy_of("plaid")
    hip, knee, _ = anatomy.chain(LEG_BONES, "l")
    across = unit_rows(np.cross(knee - hip, [[0, 0, 1.0], [1, 0, 0], [0, 0, 1]]))
    points = (hip + knee) / 2 + across * np.array([[0.4], [0.4], [1.5]])
    mesh = Mesh(points, np.array([[0, 1, 2]]), np.ones((3, 1)), np.zeros((3, 1)))
    tube = anatomy.tube(points, LEG_BONES, "l")
    wide = widen(mesh, tube, np.array([1, 0.5, 1]), np.full(3, 1.0))
    moved = anatomy.tube(wide.vertices, LEG_BONES, "l")
    np.testing.assert_allclose(moved.radius, [1.0, 0.7, 1.5])
    np.testing.assert_allclose(moved.along, tube.along)


def test_smoothing_levels_bumps_and_leaves_planes_alone():
    rng = np.random.default_rng(0)
    flat = sheet(lambda x, y: 0.5 * x - 0.2 * y, size=15)
    bumpy = flat.moved(flat.vertices + rng.normal(0, 0.05, flat.vertices.shape) * [0, 0, 1])
    np.testing.assert_array_equal(smooth(bumpy, 5, share=0.0).vertices, bumpy.vertices)
    inside = (np.abs(flat.vertices[:, :2]) < 1.5).all(axis=1)

    def roughness(mesh):
        return (mesh.vertices - flat.vertices)[inside, 2].std()

    few, many = smooth(bumpy, 2), smooth(bumpy, 8)
    assert roughness(many) < roughness(few) < 0.7 * roughness(bumpy)
    corners = (np.abs(flat.vertices[:, :2]) == 2).all(axis=1)
    still = smooth(flat, 1).vertices
    np.testing.assert_allclose(still[~corners], flat.vertices[~corners], atol=1e-9)


def test_cutting_out_leaves_the_distance_to_the_hem():
    mesh = sheet(lambda x, y: 0 * x)
    piece = cut_out(mesh, 1.03 - mesh.vertices[:, 0])
    # The sheet's own corners are rounded with the hem.
    middle = np.abs(piece.vertices[:, 1]) < 1.5
    distance = 1.03 - piece.vertices[:, 0]
    np.testing.assert_allclose(piece.attributes[middle, 0], distance[middle], atol=1e-6)
    assert piece.vertices[:, 0].max() == pytest.approx(1.03)


def test_a_hem_is_smoother_than_the_line_it_is_cut_along():
    mesh = sheet(lambda x, y: 0 * x)
    field = 1.03 - mesh.vertices[:, 0] + np.random.default_rng(0).uniform(-0.04, 0.04, 41 * 41)

    def hem(piece):
        edge = piece.vertices[piece.attributes[:, 0] < 1e-6]
        # The sheet's own corners are rounded with the hem.
        return edge[np.argsort(edge[:, 1]), 0][8:-8]

    raw = hem(cut(Mesh(mesh.vertices, mesh.triangles, mesh.weights, field[:, None]), field))
    smoothed = hem(cut_out(mesh, field))
    assert len(smoothed) == len(raw) > 30
    assert smoothed.mean() == pytest.approx(raw.mean(), abs=0.01)
    assert np.abs(np.diff(smoothed)).mean() < 0.5 * np.abs(np.diff(raw)).mean()


def test_softened_weights_bend_less_sharply():
    mesh = sheet(lambda x, y: 0 * x)
    weights = np.stack([mesh.vertices[:, 0] > 0, mesh.vertices[:, 0] <= 0], axis=1).astype(float)
    sharp = Mesh(mesh.vertices, mesh.triangles, weights, mesh.attributes)
    soft = soften_weights(sharp, 6)
    np.testing.assert_allclose(soft.weights.sum(axis=1), 1)
    row = soft.weights[:, 0].reshape(41, 41)[20]
    assert (np.diff(row) >= -1e-9).all()
    assert np.diff(row).max() < 0.3
    assert soft.weights.min() >= 0
    np.testing.assert_array_equal(soft.vertices, mesh.vertices)


def test_unit_rows():
    np.testing.assert_allclose(
        unit_rows(np.array([[3.0, 4], [0, 0.1], [0, 0]])), [[0.6, 0.8], [0, 1], [0, 0]]
    )


def test_angles_do_not_jump_inside_a_triangle():
    angle = np.array([3.1, -3.1, 3.0, 0.1, -0.1])
    corners = corner_angles(angle, np.array([[0, 1, 2], [1, 0, 2], [3, 4, 3]]))
    turn = 2 * np.pi
    np.testing.assert_allclose(
        corners, [[3.1, turn - 3.1, 3.0], [-3.1, 3.1 - turn, 3.0 - turn], [0.1, -0.1, 0.1]]
    )


@EVERY
def test_places_on_the_trunk_are_in_order(name, anatomy_of):
    anatomy = anatomy_of(name)
    heights = [
        anatomy.joint("thigh_l")[1], waist_height(anatomy), armpit_height(anatomy),
        anatomy.joint("upperarm_l")[1],
    ]  # fmt: skip
    assert (np.diff(heights) > 0.4).all()
    hull = trunk_hull(anatomy, hang=0.0)
    around = np.linspace(-np.pi, np.pi, 24)
    for height in (heights[1], heights[2] - 0.5):
        radius = hull.radius(around, np.full(24, height))
        assert ((radius > 0.5) & (radius < 3)).all()


@EVERY
def test_garments_are_whole_and_have_the_openings_they_need(name, garments_of, openings_of):
    upper, lower = garments_of(name)
    # Neck, two arms and hem; waist and two legs, or the hem of a skirt.
    legs = 1 if CAST[name].lower.kind == "skirt" else 2
    for garment, count in ((upper, 4), (lower, 1 + legs)):
        mesh = garment.mesh
        assert len(openings_of(mesh)) == count
        for values in (mesh.vertices, mesh.weights, garment.texture, garment.folds):
            assert np.isfinite(values).all()
        np.testing.assert_allclose(mesh.weights.sum(axis=1), 1, atol=1e-5)
        assert mesh.weights.min() > -1e-6
        assert garment.texture.shape == (len(mesh.triangles), 3, 2)
        assert garment.folds.shape == (len(FOLDS), len(mesh.vertices))


@EVERY
def test_the_distance_to_the_hem_is_zero_at_hems_only(name, garments_of, openings_of):
    for garment in garments_of(name):
        hem = np.concatenate(openings_of(garment.mesh))
        distance = garment.mesh.attributes[:, 0]
        np.testing.assert_allclose(distance[hem], 0, atol=1e-9)
        inside = np.ones(len(distance), bool)
        inside[hem] = False
        assert distance[inside].min() > 0
        assert distance.max() > 1


@EVERY
def test_garments_face_outwards(name, garments_of, anatomy_of):
    for garment, bone in zip(garments_of(name), ("spine_02", "pelvis"), strict=True):
        normals = garment.mesh.normals()
        middle = anatomy_of(name).joint(bone)
        near = np.abs(garment.mesh.vertices[:, 1] - middle[1]) < 0.4
        near &= np.abs(garment.mesh.vertices[:, 0]) < 1.8
        away = (garment.mesh.vertices - middle)[near] * [1, 0, 1]
        assert ((normals[near] * away).sum(axis=1) > 0).mean() > 0.95


@EVERY
def test_cloth_lies_outside_the_skin(name, garments_of, above_skin):
    for garment, kind in zip(garments_of(name), (CAST[name].upper, CAST[name].lower), strict=True):
        distance = above_skin(name, garment.mesh.vertices)
        # Leggings are a second skin: smoothing draws them in a little, and the skin below them is
        # tucked in by more than that (actor.TUCKED).
        share = 0.5 if kind.kind == "leggings" else 0.9
        assert (distance >= 0.01).mean() > share, "a millimetre"
        assert (distance > -0.05).mean() > 0.99
        assert distance.min() > -0.1


@EVERY
def test_what_is_covered_is_inside_the_garment(name, garments_of, anatomy_of):
    anatomy, (upper, lower) = anatomy_of(name), garments_of(name)
    body = anatomy.body.vertices
    own = np.unique(anatomy.assets.triangles[anatomy.assets.groups["body"]])

    def near(bone):
        return own[np.linalg.norm(body[own] - anatomy.joint(bone), axis=1).argsort()[:20]]

    assert (upper.covered[near("spine_03")] > 0.5).all()
    assert np.median(lower.covered[near("thigh_l")]) > 0.2
    for bare in ("head", "hand_l", "middle_03_r"):
        assert (upper.covered[near(bare)] < 0).all()
        assert (lower.covered[near(bare)] < 0).all()
    assert (upper.covered[near("calf_l")] < 0).all()
    assert (lower.covered[near("spine_03")] < 0).all()
