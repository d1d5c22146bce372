import numpy as np
import pytest
from scipy.spatial import KDTree

from hueman.choreography.actions import ACTIONS
from hueman.choreography.actor import LOWER, SKIN
from hueman.choreography.mesh import vertex_normals
from hueman.choreography.rig import Foot, Posture
from hueman.choreography.skinning import skin, strongest_bones
from hueman.choreography.skirt import Skirt, hung_standing
from hueman.choreography.surface import sample


@pytest.fixture(params=["skirt", "dots"])
def worn(request, dressed, anatomy_of, garments_of):
    """Actor, anatomy, and the skirt as it was made on the resting body."""
    name = request.param
    return dressed(name), anatomy_of(name), garments_of(name)[1].mesh


def posed(rig, mesh, transforms):
    bones, shares = strongest_bones(mesh.weights)
    return skin(mesh.vertices, bones, shares, rig.body.heads, transforms)


def lowered(rig, mesh, transforms):
    hips = rig.index["pelvis"]
    return mesh.vertices + transforms.places[hips] - rig.body.heads[hips]


def test_a_skirt_has_the_shape_it_was_made_in_when_its_wearer_stands(worn):
    actor, _, mesh = worn
    standing = actor.rig.transforms(Posture())
    expected = lowered(actor.rig, mesh, standing)
    hung = posed(actor.rig, hung_standing(actor.rig, mesh), standing)
    np.testing.assert_allclose(hung, expected, atol=0.01)
    # As it was made for legs that are apart, it would be wrong by centimetres.
    assert np.linalg.norm(posed(actor.rig, mesh, standing) - expected, axis=1).max() > 0.3


def test_an_actor_s_skirt_keeps_its_standing_shape(worn):
    actor, _, mesh = worn
    expected = lowered(actor.rig, mesh, actor.rig.transforms(Posture()))
    found = actor.pose(Posture()).vertices[actor._lower]
    # Folds, and thighs that push it here and there.
    assert np.linalg.norm(found - expected, axis=1).mean() < 0.15
    np.testing.assert_allclose(np.ptp(found, axis=0), np.ptp(expected, axis=0), atol=0.15)
    np.testing.assert_allclose(found[:, 1].min(), expected[:, 1].min(), atol=0.1)


@pytest.mark.parametrize(
    ("action", "time"), [("march", 0.125), ("squat", 0.45), ("kick", 0.3), ("lunge", 0.36)]
)
def test_moving_legs_push_a_skirt_out(action, time, worn, assets):
    actor, anatomy, mesh = worn
    rig, hung = actor.rig, hung_standing(actor.rig, mesh)
    transforms = rig.transforms(ACTIONS[action].at(time))
    before = posed(rig, hung, transforms)
    after = Skirt(anatomy, rig, hung).pushed_out(before, transforms)
    triangles = assets.triangles[assets.groups["body"]]
    bones, shares = strongest_bones(assets.weights)
    body = skin(actor.body.vertices, bones, shares, actor.body.heads, transforms)
    legs = np.unique(triangles[anatomy.leg[triangles].min(axis=1) > 0.9])
    normals = vertex_normals(body.astype(float), triangles)[legs]
    tree = KDTree(body[legs])

    def inside(vertices):
        """How many vertices are below the skin of a leg."""
        distance, near = tree.query(vertices)
        depth = ((vertices - body[legs][near]) * normals[near]).sum(axis=1)
        return ((depth < -0.02) & (distance < 0.6)).sum()

    assert inside(before) > 100
    assert inside(after) < 0.35 * inside(before)
    # The waistband stays where it is, and nothing is thrown away.
    waist = mesh.vertices[:, 1].max() - mesh.vertices[:, 1] < 0.2
    np.testing.assert_allclose(after[waist], before[waist], atol=0.01)
    assert np.linalg.norm(after - before, axis=1).max() < 2


def test_a_push_is_spread_smoothly(worn):
    actor, anatomy, mesh = worn
    rig, hung = actor.rig, hung_standing(actor.rig, mesh)
    raised = rig.transforms(Posture(left_foot=Foot((0, 3.0, 1.5))))
    before = posed(rig, hung, raised)
    push = Skirt(anatomy, rig, hung).pushed_out(before, raised) - before
    amount = np.linalg.norm(push, axis=1)
    a, b, _ = mesh.triangles.T
    length = np.linalg.norm(mesh.vertices[a] - mesh.vertices[b], axis=1)
    steepness = np.linalg.norm(push[a] - push[b], axis=1) / length
    assert amount.max() > 0.4
    assert np.percentile(steepness, 99) < 1.5
    # The leg that stands pushes less than the one that is raised.
    left, right = mesh.vertices[:, 0] > 0.3, mesh.vertices[:, 0] < -0.3
    assert amount[left].mean() > 1.5 * amount[right].mean()


@pytest.mark.parametrize("action", ["march", "squat", "kick", "lunge", "sidestep", "jack"])
def test_legs_do_not_poke_through_a_skirt(action, worn, garments_of, camera_of, assets):
    """Skin that it covers by more than 10 cm at rest is hardly ever seen, and then from below."""
    actor, _, _ = worn
    covered = garments_of("skirt" if actor.spec.lower.loose < 0.5 else "dots")[1].covered
    own = np.unique(assets.triangles[assets.groups["body"]])
    tree = KDTree(actor.body.vertices[own])
    camera = camera_of(actor, 192, 128)
    for time in np.linspace(0, 1, 9):
        seen = sample(actor, actor.pose(ACTIONS[action].at(time)), camera, 2)
        legs = (seen.material == SKIN) & (seen.part >= 7)
        depth = covered[own][tree.query(seen.rest[legs])[1]]
        skirt = (seen.material == LOWER).sum()
        assert skirt > 1000
        assert (depth > 1.0).sum() < 0.015 * skirt
        if action in ("sidestep", "jack"):
            assert (depth > 0.1).sum() < 0.002 * skirt
