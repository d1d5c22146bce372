import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from hueman.choreography.actions import ACTIONS, REST
from hueman.choreography.backdrop import make_backdrop
from hueman.choreography.lighting import Lights
from hueman.choreography.patterns import srgb_from_linear
from hueman.choreography.recolors import base_lab
from hueman.choreography.scene import order_of_parts, render_frame
from hueman.choreography.shading import Paint
from hueman.color.lab import lab_from_uint8
from hueman.features.skeleton import BODY_PARTS, JOINT, JOINTS, PART_JOINTS

HEIGHT, WIDTH = 192, 128
VIEWS = [("plaid", "wave_right", 0.5), ("mustard", "jack", 0.3), ("skirt", "march", 0.125)]
PARTS = {name: number + 1 for number, name in enumerate(BODY_PARTS)}


@pytest.fixture(scope="module")
def stage(dressed, camera_of):
    """Actor, camera, backdrop, and a function that renders a posture of the actor."""

    def make(name, height=HEIGHT, width=WIDTH):
        actor = dressed(name)
        camera = camera_of(actor, height, width)
        backdrop = make_backdrop("studio", camera)

        def show(posture, paints=None):
            return render_frame(actor, posture, paints or [Paint.of(actor)], camera, backdrop)

        return actor, camera, backdrop, show

    return make


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def frame(request, stage):
    name, action, time = request.param
    actor, camera, backdrop, show = stage(name)
    return actor, camera, backdrop, show(ACTIONS[action].at(time))


def test_shapes_and_types(frame):
    _, _, _, shown = frame
    assert [picture.shape for picture in shown.pictures] == [(HEIGHT, WIDTH, 3)]
    assert shown.pictures[0].dtype == np.uint8
    assert set(shown.masks) == {"person", "upper", "lower", "skin", "hair"}
    for mask in (*shown.masks.values(), shown.parts):
        assert mask.dtype == np.uint8
        assert mask.shape == (HEIGHT, WIDTH)
    assert shown.joints.shape == (18, 2)
    assert shown.joint_depth.shape == (18,)
    assert shown.joints.dtype == shown.joint_depth.dtype == np.float32


def test_masks_are_parts_of_the_person(frame):
    _, _, _, shown = frame
    masks = {name: mask.astype(int) for name, mask in shown.masks.items()}
    # Of each pixel; each mask is rounded. The rest is shoes, eyes and lashes.
    total = sum(masks[name] for name in ("upper", "lower", "skin", "hair"))
    assert (total <= masks["person"] + 2).all()
    other = (masks["person"] - total) > 128
    assert 0 < other.sum() < 0.1 * (masks["person"] > 128).sum()
    for name in ("upper", "lower", "skin", "hair"):
        assert (masks[name] == 255).sum() > 20
    # The shoes are at the bottom; the few others are eyes.
    rows = np.nonzero(other)[0]
    assert np.percentile(rows, 20) > shown.joints[JOINT["left_knee"], 1]


def test_labels_cover_the_person(frame):
    _, _, _, shown = frame
    person = shown.masks["person"]
    assert (shown.parts[person == 255] > 0).all()
    assert (shown.parts[person == 0] == 0).all()
    assert shown.parts.max() <= len(BODY_PARTS)
    # The middle of a pixel is on the person where most of the pixel is.
    assert ((shown.parts > 0) == (person > 127)).mean() > 0.99
    lower_legs = (PARTS["left_lower_leg"], PARTS["right_lower_leg"])
    assert (shown.parts[shown.masks["hair"] == 255] == PARTS["head"]).mean() > 0.95
    assert not np.isin(shown.parts[shown.masks["upper"] == 255], lower_legs).any()


def test_the_wall_is_that_of_the_empty_scene(frame):
    _, _, backdrop, shown = frame
    empty = 255 * srgb_from_linear(backdrop.wall)
    outside = shown.masks["person"] == 0
    outside[backdrop.rows.min() :] = False
    assert outside.sum() > 0.5 * outside[: backdrop.rows.min()].size
    difference = shown.pictures[0][outside] - empty[outside]
    # Rounding, by table and to 8 bits.
    assert np.abs(difference).max() < 0.6


def test_the_floor_is_that_of_the_empty_scene_but_for_shadow(frame):
    _, camera, backdrop, shown = frame
    far = np.array([[0, -90, 0], [1, -90, 0], [0, -90, 1]], np.float32)
    nothing = Lights(far, np.array([[0, 1, 2]], np.int32))
    empty = 255 * srgb_from_linear(backdrop.lit(nothing))
    outside = shown.masks["person"] == 0
    outside[: backdrop.rows.min()] = False
    brighter = shown.pictures[0].astype(float) - empty
    assert brighter[outside].max() < 1, "nothing is lighter than without the actor"
    shadow = outside & (brighter.min(axis=2) < -15)
    assert shadow.sum() > 100
    # The lamp is on the left, so the left edge is as it was, to a few levels of sky.
    assert np.abs(brighter[backdrop.rows.min() :, :8]).max() < 8
    assert np.nonzero(shadow)[1].mean() > camera.project(np.array([[0.0, camera.floor, 0]]))[0, 0]


def test_the_edge_of_the_person_mixes_person_and_background(frame):
    """Pictures are the same with and without the actor where nothing of it is; partly elsewhere."""
    _, _, backdrop, shown = frame
    wall = 255 * srgb_from_linear(backdrop.wall)
    rows = slice(0, backdrop.rows.min())
    person = shown.masks["person"][rows] / 255
    difference = np.abs(shown.pictures[0][rows].astype(float) - wall[rows]).max(axis=2)
    partly = (person > 0) & (person < 0.4)
    mostly = (person > 0.6) & (person < 1)
    assert difference[partly].mean() < difference[mostly].mean()


def test_joints_lie_on_or_near_their_parts(frame):
    _, _, _, shown = frame
    parts_of = {
        joint: [label + 1 for label, joints in enumerate(PART_JOINTS) if joint in joints]
        for joint in range(len(JOINTS))
    }
    for joint, (x, y) in enumerate(shown.joints):
        mine = np.isin(shown.parts, parts_of[joint])
        distance = distance_transform_edt(~mine)
        assert isinstance(distance, np.ndarray)
        # A pixel is 1.3 cm; ears may be below hair, which is the head's, and hips below a skirt.
        assert distance[round(float(y)), round(float(x))] <= 3, JOINTS[joint]


def test_joints_are_the_projected_joints_in_metres(frame):
    actor, camera, _, shown = frame
    assert 3.5 < shown.joint_depth.min() < shown.joint_depth.max() < 5.5
    # Of an upright body: the nose above the neck above the hips above the ankles.
    heights = [shown.joints[JOINT[name], 1] for name in ("nose", "neck", "left_hip", "left_ankle")]
    assert (np.diff(heights) > 5).all()
    focal = camera.focal
    thigh = shown.joints[[JOINT["right_hip"], JOINT["right_knee"]]]
    length = (
        np.linalg.norm(thigh[0] - thigh[1]) * shown.joint_depth[JOINT["right_hip"]] * 10 / focal
    )
    heads, index = actor.body.heads, actor.rig.index
    own = np.linalg.norm(heads[index["thigh_r"]] - heads[index["calf_r"]])
    assert length == pytest.approx(own, rel=0.06)


def test_the_fist_that_strikes_is_nearest(stage):
    _, _, _, show = stage("plaid")
    for time, side, other in ((0.2, "left", "right"), (0.4, "right", "left")):
        shown = show(ACTIONS["boxing"].at(time))
        assert shown.part_order[0] == PARTS[f"{side}_lower_arm"]
        order = shown.part_order.tolist()
        assert order.index(PARTS[f"{side}_lower_arm"]) < order.index(PARTS[f"{other}_lower_arm"])
        wrists = [shown.joint_depth[JOINT[f"{name}_wrist"]] for name in (side, other)]
        assert wrists[0] < wrists[1] - 0.1, "metres"


def test_the_order_of_parts_is_by_the_mean_depth_of_their_joints():
    depth = np.arange(18, dtype=np.float32)
    means = [np.mean([depth[joint] for joint in joints]) for joints in PART_JOINTS]
    order = order_of_parts(depth)
    assert order.dtype == np.uint8
    assert sorted(order.tolist()) == list(range(1, 11))
    assert (np.diff([means[label - 1] for label in order]) >= 0).all()
    # What is equally deep stays in the order of the labels.
    np.testing.assert_array_equal(order_of_parts(np.ones(18)), np.arange(1, 11))


@pytest.mark.parametrize("name", ["mustard", "plaid", "skirt"])
def test_recolouring_changes_the_garments_only(name, stage):
    actor, _, _, show = stage(name)
    own = Paint.of(actor)
    upper = actor.spec.upper_pattern.recolored((40, 160, 120))
    lower = actor.spec.lower_pattern.recolored((190, 70, 160))
    shown = show(REST, [own, own.recolored(upper, lower), own])
    first, other, again = shown.pictures
    np.testing.assert_array_equal(first, again)
    garment = (shown.masks["upper"] > 0) | (shown.masks["lower"] > 0)
    np.testing.assert_array_equal(first[~garment], other[~garment])
    changed = (first != other).any(axis=2)
    assert changed[(shown.masks["upper"] == 255) | (shown.masks["lower"] == 255)].mean() > 0.5
    for mask, before, after in (
        ("upper", actor.spec.upper_pattern, upper), ("lower", actor.spec.lower_pattern, lower),
    ):  # fmt: skip
        inside = shown.masks[mask] == 255
        old, new = (lab_from_uint8(picture[inside]).mean(axis=0)[1:] for picture in (first, other))
        asked, had = base_lab(after)[1:], base_lab(before)[1:]
        if before.kind == "plain":
            # Light is not quite white and not even, so a and b come near, not there.
            assert np.linalg.norm(new - asked) < 0.35 * np.linalg.norm(old - asked)
        # Half of a pattern may keep its colour; the mean still moves towards what was asked.
        assert (new - old) @ (asked - had) > 0.15 * np.sum((asked - had) ** 2)


def test_masks_and_truth_do_not_depend_on_the_colours(stage):
    actor, _, _, show = stage("plaid")
    own = Paint.of(actor)
    other = own.recolored(actor.spec.lower_pattern, actor.spec.upper_pattern)
    one, two = show(REST, [own]), show(REST, [other])
    for name, mask in one.masks.items():
        np.testing.assert_array_equal(mask, two.masks[name])
    np.testing.assert_array_equal(one.joints, two.joints)


def test_a_larger_picture_shows_the_same(stage):
    _, _, _, show = stage("mustard")
    _, _, _, show_small = stage("mustard", 96, 64)
    large, small = show(REST), show_small(REST)
    np.testing.assert_allclose(large.joints + 0.5, 2 * (small.joints + 0.5), atol=1e-2)
    shrunk = large.pictures[0].reshape(96, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small.pictures[0]).mean() < 1.5
    person = large.masks["person"].reshape(96, 2, 64, 2).mean(axis=(1, 3))
    assert np.abs(person - small.masks["person"]).mean() < 1
