import numpy as np
import pytest
from scipy.spatial import KDTree

from hueman.choreography.actions import ACTIONS
from hueman.choreography.actor import (
    EYE,
    HAIR,
    JOINT_BONES,
    LASH,
    LOWER,
    SHOES,
    SKIN,
    UPPER,
)
from hueman.choreography.cast import CAST
from hueman.choreography.folds import FOLDS
from hueman.choreography.rig import Posture
from hueman.choreography.surface import sample
from hueman.features.skeleton import BODY_PARTS, JOINT

NAMES = ("plaid", "mustard", "skirt", "athlete")


@pytest.fixture(params=NAMES)
def actor(request, dressed):
    return dressed(request.param)


def test_arrays_fit_together(actor):
    count, faces = len(actor.vertices), len(actor.triangles)
    assert actor.vertices.dtype == actor.hem.dtype == actor.texture.dtype == np.float32
    assert actor.triangles.dtype == np.int32
    assert actor.material.dtype == actor.part.dtype == np.uint8
    assert actor.hem.shape == (count,)
    assert actor.material.shape == actor.part.shape == (faces,)
    assert actor.texture.shape == (faces, 3, 2)
    assert actor.triangles.min() == 0
    assert actor.triangles.max() == count - 1
    for values in (actor.vertices, actor.hem, actor.texture):
        assert np.isfinite(values).all()
    worn = {SKIN, UPPER, LOWER, SHOES, EYE, LASH}
    if actor.spec.hair.style != "none":
        worn.add(HAIR)
    assert set(actor.material.tolist()) == worn
    assert set(actor.part.tolist()) == set(range(1, len(BODY_PARTS) + 1))


def test_materials_are_where_they_belong(actor):
    middles = actor.vertices[actor.triangles].mean(axis=1)
    heads, index = actor.body.heads, actor.rig.index
    height = {kind: middles[actor.material == kind, 1] for kind in range(1, 8)}
    assert height[SHOES].max() < heads[index["calf_l"], 1]
    assert height[LOWER].max() < heads[index["spine_02"], 1]
    assert height[UPPER].min() > heads[index["calf_l"], 1]
    for kind in (EYE, LASH):
        assert height[kind].min() > heads[index["head"], 1]
    assert height[SHOES].min() < height[LOWER].min() < height[UPPER].min() < height[EYE].min()
    if actor.spec.hair.style != "none":
        assert height[HAIR].max() > actor.body.top


def test_parts_are_where_they_belong(actor):
    """At rest each part's triangles lie around the bone that moves it."""
    middles = actor.vertices[actor.triangles].mean(axis=1)
    heads, index = actor.body.heads, actor.rig.index
    limbs = {
        "upper_arm": "upperarm",
        "lower_arm": "lowerarm",
        "upper_leg": "thigh",
        "lower_leg": "calf",
    }
    for name, bone in limbs.items():
        for side, sign in (("left", 1), ("right", -1)):
            mine = middles[actor.part == BODY_PARTS.index(f"{side}_{name}") + 1]
            assert len(mine) > 100
            assert (sign * mine[:, 0] > -0.3).all()
            start = heads[index[f"{bone}_{side[0]}"]]
            assert np.linalg.norm(mine - start, axis=1).min() < 1.2
    head = middles[actor.part == BODY_PARTS.index("head") + 1]
    assert head[:, 1].min() > heads[index["spine_03"], 1] - 1
    assert (actor.part[actor.material == HAIR] == BODY_PARTS.index("head") + 1).all()


def test_skin_that_clothes_cover_is_left_out(actor, assets):
    """What remains below a hem is tucked in, so that it cannot show through the cloth."""
    skin = np.unique(actor.triangles[actor.material == SKIN])
    own = np.unique(assets.triangles[assets.groups["body"]])
    assert len(skin) < 0.9 * len(own)
    near = KDTree(actor.body.vertices[own]).query(actor.vertices[skin])
    normals = actor.body.normals[own][near[1]]
    depth = ((actor.vertices[skin] - actor.body.vertices[own][near[1]]) * normals).sum(axis=1)
    assert depth.max() < 1e-3, "nowhere outside the body"
    assert depth.min() > -0.2
    bare = actor.vertices[skin, 1] > actor.body.face["mouth"][1]
    np.testing.assert_allclose(depth[bare], 0, atol=1e-5)


def test_skin_does_not_show_through_cloth(actor, garments_of, camera_of, assets):
    name = next(name for name in CAST if CAST[name] is actor.spec)
    upper, lower = garments_of(name)
    # One may look up a skirt a little; test_skirt.py says how much.
    covered = np.maximum(upper.covered, lower.covered - (9 if name == "skirt" else 0))
    own = np.unique(assets.triangles[assets.groups["body"]])
    tree = KDTree(actor.body.vertices[own])
    camera = camera_of(actor, 96, 64)
    for action in ACTIONS:
        for time in (0.2, 0.5):
            seen = sample(actor, actor.pose(ACTIONS[action].at(time)), camera, 3)
            skin = seen.material == SKIN
            depth = covered[own][tree.query(seen.rest[skin])[1]]
            # Into wide sleeves and legs one sees for a few centimetres.
            assert (depth > 0.6).sum() < 0.002 * len(seen.rows)


def test_posing_leaves_the_actor_as_it_was(actor):
    before = actor.vertices.copy()
    first = actor.pose(ACTIONS["squat"].at(0.4))
    actor.pose(ACTIONS["jack"].at(0.3))
    again = actor.pose(ACTIONS["squat"].at(0.4))
    np.testing.assert_array_equal(actor.vertices, before)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    np.testing.assert_array_equal(first.joints, again.joints)
    assert first.vertices.dtype == np.float32
    assert np.isfinite(first.vertices).all()


def test_joints_are_those_of_the_skeleton(actor):
    transforms = actor.rig.transforms(ACTIONS["march"].at(0.125))
    joints = actor.joints(transforms)
    assert joints.shape == (18, 3)
    places = {name: transforms.places[actor.rig.index[name]] for name in JOINT_BONES}
    for joint, bone in (
        ("right_wrist", "hand_r"), ("left_elbow", "lowerarm_l"), ("left_knee", "calf_l"),
        ("right_hip", "thigh_r"), ("right_ankle", "foot_r"), ("left_shoulder", "upperarm_l"),
    ):  # fmt: skip
        np.testing.assert_array_equal(joints[JOINT[joint]], places[bone])
    shoulders = joints[[JOINT["left_shoulder"], JOINT["right_shoulder"]]]
    np.testing.assert_allclose(joints[JOINT["neck"]], shoulders.mean(axis=0))


def test_the_face_s_joints_turn_with_the_head(actor):
    ahead = actor.joints(actor.rig.transforms(Posture()))
    left = actor.joints(actor.rig.transforms(Posture(head=(60, 0, 0))))
    for joints, facing in ((ahead, [0, 0, 1]), (left, [np.sin(np.pi / 3), 0, 0.5])):
        nose, eyes = joints[JOINT["nose"]], joints[[JOINT["left_eye"], JOINT["right_eye"]]]
        ears = joints[[JOINT["left_ear"], JOINT["right_ear"]]]
        forwards = nose - ears.mean(axis=0)
        forwards[1] = 0
        np.testing.assert_allclose(forwards / np.linalg.norm(forwards), facing, atol=0.05)
        across = eyes[0] - eyes[1]
        assert across @ np.array(facing) == pytest.approx(0, abs=0.05)
        assert 0.5 < np.linalg.norm(across) < 0.75, "eyes are 6 cm apart"
    assert ahead[JOINT["left_eye"], 0] > 0 > ahead[JOINT["right_eye"], 0]


def test_only_cloth_folds(actor):
    kinds = np.zeros(len(actor.vertices), np.uint8)
    for kind in np.unique(actor.material):
        kinds[actor.triangles[actor.material == kind]] = kind
    assert actor._folds.shape == (len(FOLDS), len(actor.vertices))
    assert not actor._folds[:, ~np.isin(kinds, (UPPER, LOWER))].any()
    for kind in (UPPER, LOWER):
        assert np.abs(actor._folds[:, kinds == kind]).max() > 0.03


def test_only_cloth_has_a_pattern(actor):
    cloth = np.isin(actor.material, (UPPER, LOWER))
    assert not actor.texture[~cloth].any()
    for kind in (UPPER, LOWER):
        assert (np.ptp(actor.texture[actor.material == kind].reshape(-1, 2), axis=0) > 2).all()


def test_standing_actors_stand_on_the_floor(actor):
    """Soles are on the floor on which the camera is put."""
    soles = actor.triangles[actor.material == SHOES]
    floor = actor.vertices[:, 1].min()
    assert actor.vertices[np.unique(soles), 1].min() == floor
    standing = actor.pose(Posture()).vertices[np.unique(soles), 1]
    assert standing.min() == pytest.approx(floor, abs=0.02)
