from dataclasses import replace

import numpy as np
import pytest

from hueman.choreography.body import BodyShape, shape_body
from hueman.choreography.cast import CAST

SHAPES = [CAST[name].shape for name in ("mustard", "senior", "athlete")]


def height(body):
    return body.top - body.ground


def volume(assets, body):
    """Litres of the closed surface, by the divergence theorem."""
    corners = body.vertices[assets.triangles[assets.groups["body"]]]
    return (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6


def winding(assets, body, points):
    """How often the body's surface goes round points: 1 inside (van Oosterom and Strackee 1983)."""
    corners = body.vertices[assets.triangles[assets.groups["body"]]]
    numbers = []
    for point in points:
        a, b, c = (corners - point).transpose(1, 0, 2)
        x, y, z = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        volume = (a * np.cross(b, c)).sum(axis=1)
        rest = x * y * z + (a * b).sum(1) * z + (b * c).sum(1) * x + (c * a).sum(1) * y
        numbers.append(2 * np.arctan2(volume, rest).sum() / (4 * np.pi))
    return np.array(numbers)


def shaped(assets, **changes):
    return shape_body(assets, replace(BodyShape(), **changes))


def test_taller_bodies_are_taller(assets):
    heights = [height(shaped(assets, height=value)) for value in (0, 0.25, 0.5, 0.75, 1)]
    assert (np.diff(heights) > 0.5).all()
    # A plain adult is as tall as adults are, in decimetres.
    assert 15.5 < heights[2] < 18.5


def test_heavier_bodies_are_wider_and_not_taller(assets):
    bodies = [shaped(assets, weight=value) for value in (0, 0.25, 0.5, 0.75, 1)]
    assert (np.diff([volume(assets, body) for body in bodies]) > 1).all()
    own = np.unique(assets.triangles[assets.groups["body"]])
    waist = own[(assets.bone_weights("spine_01", "spine_02", "pelvis")[own] > 0.9)]
    widths = [np.ptp(body.vertices[waist, 0]) for body in bodies]
    depths = [np.ptp(body.vertices[waist, 2]) for body in bodies]
    assert (np.diff(widths) > 0.01).all()
    assert (np.diff(depths) > 0.05).all()
    np.testing.assert_allclose([height(body) for body in bodies], height(bodies[0]), atol=0.1)


def test_men_are_taller_and_have_broader_shoulders(assets):
    woman, man = (shaped(assets, male=value) for value in (0.0, 1.0))
    assert height(man) > height(woman) + 0.5

    def shoulders(body):
        left, right = (assets.bone_index[f"upperarm_{side}"] for side in "lr")
        return np.linalg.norm(body.heads[left] - body.heads[right])

    assert shoulders(man) > 1.1 * shoulders(woman)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("male", 0.0, 1.0), ("old", 0.0, 1.0), ("height", 0.5, 1.0), ("height", 0.0, 0.5),
        ("weight", 0.0, 0.5), ("weight", 0.5, 1.0), ("muscle", 0.0, 0.5), ("muscle", 0.5, 1.0),
        ("proportions", 0.5, 1.0),
    ],
)  # fmt: skip
def test_between_two_of_makehuman_s_targets_a_body_is_the_mean(assets, name, low, high):
    first, middle, last = (
        shaped(assets, **{name: low + share * (high - low)}).vertices for share in (0, 0.25, 1)
    )
    assert np.abs(first - last).max() > 0.05
    np.testing.assert_allclose(middle, 0.75 * first + 0.25 * last, atol=1e-9)


def test_ancestries_are_mixed_by_their_shares(assets):
    pure = [shaped(assets, ancestry=tuple(row)).vertices for row in np.eye(3)]
    mixed = shaped(assets, ancestry=(0.5, 0.2, 0.3)).vertices
    expected = 0.5 * pure[0] + 0.2 * pure[1] + 0.3 * pure[2]
    np.testing.assert_allclose(mixed, expected, atol=1e-9)
    assert np.abs(pure[0] - pure[1]).max() > 0.1


def test_a_detail_moves_what_its_target_names(assets):
    plain = shaped(assets)
    name = "nose/nose-hump-incr"
    hump = shaped(assets, details={name: 0.5})
    vertices, offsets = assets.target(name)
    expected = plain.vertices.copy()
    np.add.at(expected, vertices, 0.5 * offsets)
    np.testing.assert_allclose(hump.vertices, expected)
    assert np.abs(offsets).max() > 0.01


def test_an_unknown_detail_is_refused(assets):
    with pytest.raises(ValueError, match="no shape target 'nose/none'"):
        shaped(assets, details={"nose/none": 1.0})


def test_shaping_does_not_change_the_assets(assets):
    before = assets.vertices.copy()
    first = shape_body(assets, SHAPES[0])
    np.testing.assert_array_equal(assets.vertices, before)
    np.testing.assert_array_equal(shape_body(assets, SHAPES[0]).vertices, first.vertices)


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_joints_lie_inside_the_body(assets, shape):
    body = shape_body(assets, shape)
    bones = [number for number, bone in enumerate(assets.bones) if bone.name != "Root"]
    np.testing.assert_allclose(winding(assets, body, body.heads[bones]), 1, atol=0.01)
    outside = body.heads[bones[::6]] + np.array([0, 0, 5.0])
    np.testing.assert_allclose(winding(assets, body, outside), 0, atol=0.01)


@pytest.mark.parametrize("shape", SHAPES)
def test_joints_are_in_the_order_of_a_standing_body(assets, shape):
    body = shape_body(assets, shape)
    chain = ("ball", "foot", "calf", "thigh", "pelvis", "spine_03", "neck_01", "head")
    for side in "lr":
        heights = [
            body.heads[assets.bone_index.get(f"{bone}_{side}", assets.bone_index.get(bone, -1)), 1]
            for bone in chain
        ]
        assert (np.diff(heights) > 0).all()
        assert body.ground < heights[0] < body.ground + 1
        assert heights[-1] < body.top


@pytest.mark.parametrize("shape", SHAPES)
def test_the_points_of_the_face_are_in_order(assets, shape):
    body = shape_body(assets, shape)
    face = body.face
    chin = body.heads[assets.bone_index["neck_01"], 1]
    for eye, ear, sign in (("left_eye", "left_ear", 1), ("right_eye", "right_ear", -1)):
        assert body.top > face[eye][1] > face["nose"][1] > face["mouth"][1] > chin
        assert sign * face[ear][0] > sign * face[eye][0] > 0.15
        assert face["nose"][2] > face[eye][2] > face[ear][2]
        # Ears are level with something between the eyebrows and the mouth.
        assert face["mouth"][1] < face[ear][1] < face[eye][1] + 0.3
    np.testing.assert_allclose([face["nose"][0], face["mouth"][0]], 0, atol=0.1)
    np.testing.assert_allclose(face["left_eye"], face["right_eye"] * [-1, 1, 1], atol=0.02)
    # The mouth is just behind the lips.
    head = assets.weights[:, assets.bone_index["head"]] > 0.5
    front = body.vertices[head & assets_of(assets, "body")]
    near = front[(np.abs(front[:, 0]) < 0.1) & (np.abs(front[:, 1] - face["mouth"][1]) < 0.1)]
    assert face["mouth"][2] < near[:, 2].max() < face["mouth"][2] + 0.3


def assets_of(assets, group):
    """Which vertices belong to a group, bool (V,)."""
    chosen = np.zeros(len(assets.vertices), bool)
    chosen[np.unique(assets.triangles[assets.groups[group]])] = True
    return chosen


def test_normals_point_outwards(assets):
    body = shaped(assets)
    np.testing.assert_allclose(np.linalg.norm(body.normals, axis=1), 1, atol=1e-6)
    own = np.flatnonzero(assets_of(assets, "body"))[::300]
    within, without = (
        winding(assets, body, body.vertices[own] + step * body.normals[own])
        for step in (-1e-3, 1e-3)
    )
    np.testing.assert_allclose(within - without, 1, atol=0.1)


def test_ground_and_top_are_the_ends_of_the_body(assets):
    body = shaped(assets)
    own = body.vertices[assets_of(assets, "body"), 1]
    assert (body.ground, body.top) == (own.min(), own.max())
