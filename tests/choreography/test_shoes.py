import numpy as np
import pytest

from hueman.choreography.shoes import SOLE, make_shoes


@pytest.fixture(params=["plaid", "dots", "athlete"])
def pair(request, anatomy_of):
    """An anatomy, its shoes, and the vertices of the left one."""
    anatomy = anatomy_of(request.param)
    mesh = make_shoes(anatomy)
    return anatomy, mesh, mesh.vertices[mesh.vertices[:, 0] > 0]


def test_left_and_right_mirror_each_other(pair):
    _, mesh, left = pair
    right = mesh.vertices[mesh.vertices[:, 0] < 0]
    assert len(left) == len(right) == len(mesh.vertices) / 2
    mirrored = right * [-1, 1, 1]
    nearest = np.linalg.norm(left[:, None] - mirrored[None], axis=2).min(axis=1)
    assert nearest.max() < 0.03


def test_a_shoe_encloses_its_foot(pair):
    anatomy, _, left = pair
    assets, body = anatomy.assets, anatomy.body
    own = np.unique(assets.triangles[assets.groups["body"]])
    foot = body.vertices[own[assets.bone_weights("foot_l", "ball_l")[own] > 0.9]]
    # Toes and heel may come near, but never through.
    assert (left.min(axis=0) < foot.min(axis=0)).all()
    assert (left.max(axis=0)[[0, 2]] > foot.max(axis=0)[[0, 2]]).all()
    length, width = np.ptp(left[:, 2]), np.ptp(left[:, 0])
    assert 2 < length < 4
    assert 2 < length / width < 4


def test_the_sole_is_flat_and_on_the_floor(pair):
    anatomy, mesh, left = pair
    floor = left[:, 1].min()
    assert anatomy.body.ground - SOLE < floor < anatomy.body.ground
    flat = left[left[:, 1] < floor + 0.03]
    assert len(flat) > 0.2 * len(left)
    # It stands on nearly its whole length and width.
    assert (np.ptp(flat, axis=0)[[0, 2]] > 0.8 * np.ptp(left, axis=0)[[0, 2]]).all()
    height = mesh.attributes[mesh.vertices[:, 0] > 0, 0]
    np.testing.assert_allclose(height, left[:, 1] - floor, atol=1e-9)
    assert SOLE < height.max() < 2


def test_shoes_move_with_foot_and_toes(pair):
    anatomy, mesh, _ = pair
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1)
    index = anatomy.assets.bone_index
    left = mesh.vertices[:, 0] > 0
    for side, mine in (("l", left), ("r", ~left)):
        own = mesh.weights[mine][:, [index[f"foot_{side}"], index[f"ball_{side}"]]]
        np.testing.assert_allclose(own.sum(axis=1), 1)
        order = np.argsort(mesh.vertices[mine, 2])
        assert (np.diff(own[order, 1]) > -1e-9).all(), "more of the toes towards the front"
        assert own[order[0], 1] == 0
        assert own[order[-1], 1] == 1


def test_shoes_are_closed_but_for_points_at_heel_and_toe(pair, openings_of):
    _, mesh, left = pair
    for loop in openings_of(mesh):
        np.testing.assert_allclose(np.ptp(mesh.vertices[loop], axis=0), 0, atol=1e-6)
    normals = mesh.normals()[mesh.vertices[:, 0] > 0]
    away = left - left.mean(axis=0)
    assert ((normals * away).sum(axis=1) > 0).mean() > 0.9
