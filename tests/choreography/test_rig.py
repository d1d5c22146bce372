from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hueman.choreography.actions import ACTIONS
from hueman.choreography.rig import Arm, BoneTransforms, Foot, Posture, Rig, blend

ACTORS = ("plaid", "dots", "athlete")
"""Of different build and proportions."""
TIMES = np.linspace(0, 1, 9)


@pytest.fixture(params=ACTORS)
def rig(request, dressed) -> Rig:
    return dressed(request.param).rig


def way(rig: Rig, transforms: BoneTransforms, start: str, end: str) -> np.ndarray:
    """Unit direction from one joint to another."""
    offset = transforms.places[rig.index[end]] - transforms.places[rig.index[start]]
    return offset / np.linalg.norm(offset)


def assert_arm(rig, posture, side, upper, lower):
    transforms = rig.transforms(posture)
    shoulder, elbow, wrist = f"upperarm_{side}", f"lowerarm_{side}", f"hand_{side}"
    np.testing.assert_allclose(way(rig, transforms, shoulder, elbow), upper, atol=1e-6)
    np.testing.assert_allclose(way(rig, transforms, elbow, wrist), lower, atol=1e-6)


def test_arms_point_where_they_are_asked_to(rig):
    left = Arm(upper=(2, 0, 0), lower=(0, 3, 0))
    right = Arm(upper=(0.6, -0.8, 0), lower=(0, 0, 1), twist=70)
    posture = Posture(left_arm=left, right_arm=right)
    assert_arm(rig, posture, "l", [1, 0, 0], [0, 1, 0])
    # Outwards is to the person's right, that is -x, for the right arm.
    assert_arm(rig, posture, "r", [-0.6, -0.8, 0], [0, 0, 1])


@pytest.mark.parametrize(
    ("trunk", "ahead"),
    [
        ({"turn": 90}, [1, 0, 0]),
        ({"turn": -90}, [-1, 0, 0]),
        ({"lean": 90}, [0, -1, 0]),
        ({"lean": -90}, [0, 1, 0]),
        ({"bend": 90}, [0, 0, 1]),
    ],
)
def test_directions_of_arms_are_relative_to_the_chest(rig, trunk, ahead):
    arm = Arm(upper=(0, 0, 1), lower=(0, 0, 1))
    posture = Posture(left_arm=arm, right_arm=arm, **trunk)
    for side in "lr":
        assert_arm(rig, posture, side, ahead, ahead)


def test_a_bent_trunk_leans_to_the_person_s_left(rig):
    transforms = rig.transforms(Posture(bend=30))
    upright = rig.transforms(Posture())
    assert way(rig, transforms, "pelvis", "neck_01")[0] > 0.2
    assert abs(way(rig, upright, "pelvis", "neck_01")[0]) < 1e-6
    raised = Arm(upper=(0, 1, 0), lower=(0, 1, 0))
    sine, cosine = np.sin(np.radians(30)), np.cos(np.radians(30))
    assert_arm(rig, Posture(bend=30, left_arm=raised), "l", [sine, cosine, 0], [sine, cosine, 0])


def test_the_head_turns_nods_and_tilts(rig):
    face = np.array([[0, 0, 1.0], [0, 1, 0]])
    for head, front, up in (
        ((90, 0, 0), [1, 0, 0], [0, 1, 0]),
        ((0, 90, 0), [0, -1, 0], [0, 0, 1]),
        ((0, 0, 90), [0, 0, 1], [1, 0, 0]),
    ):
        rotation = rig.transforms(Posture(head=head)).rotations[rig.index["head"]]
        np.testing.assert_allclose(face @ rotation.T, [front, up], atol=1e-9)


def test_twist_turns_the_hand_about_the_forearm(rig):
    arm = Arm(upper=(1, 0, 0), lower=(1, 0, 0))
    plain = rig.transforms(Posture(left_arm=arm, right_arm=arm)).rotations
    for side, sign in (("l", 1), ("r", -1)):
        twisted = replace(arm, twist=50)
        posture = Posture(left_arm=twisted, right_arm=twisted)
        hand = rig.index[f"hand_{side}"]
        turn = rig.transforms(posture).rotations[hand] @ plain[hand].T
        vector = Rotation.from_matrix(turn).as_rotvec(degrees=True)
        # Half about the forearm, half about the hand; outwards is +x and -x.
        np.testing.assert_allclose(vector, [sign * sign * 50, 0, 0], atol=1e-6)


def test_curled_fingers_close_towards_the_palm(rig):
    for side, sign in (("l", 1), ("r", -1)):
        heads = {
            name: rig.body.heads[rig.index[f"{name}_{side}"]]
            for name in ("hand", "index_01", "pinky_01")
        }
        out_of_palm = -sign * np.cross(
            heads["index_01"] - heads["hand"], heads["pinky_01"] - heads["hand"]
        )
        out_of_palm /= np.linalg.norm(out_of_palm)
        # Palms look down at rest.
        assert out_of_palm[1] < -0.3
        tips = []
        for curl in (0, 30, 70):
            arm = Arm(curl=curl)
            transforms = rig.transforms(Posture(left_arm=arm, right_arm=arm))
            hand = transforms.rotations[rig.index[f"hand_{side}"]]
            names = ("index_03", "middle_03", "pinky_03")
            places = transforms.places[[rig.index[f"{name}_{side}"] for name in names]]
            tips.append((places - transforms.places[rig.index[f"hand_{side}"]]) @ hand)
        assert ((tips[1] - tips[0]) @ out_of_palm > 0.1).all()
        reach = np.linalg.norm(tips, axis=2)
        assert (np.diff(reach, axis=0) < 0).all()
        assert (reach[2] < 0.85 * reach[0]).all(), "a fist is shorter than a hand"


@pytest.mark.parametrize("action", ACTIONS)
def test_feet_are_where_they_are_asked_to_be(action, rig):
    rest = {side: rig.body.heads[rig.index[f"foot_{side}"]] for side in "lr"}
    legs = [
        np.linalg.norm(rig.body.heads[rig.index[f"{a}_l"]] - rig.body.heads[rig.index[f"{b}_l"]])
        for a, b in (("thigh", "calf"), ("calf", "foot"))
    ]
    scale = sum(legs) / 8
    for time in TIMES:
        posture = ACTIONS[action].at(time)
        transforms = rig.transforms(posture)
        for side, sign, foot in (("l", 1, posture.left_foot), ("r", -1, posture.right_foot)):
            x, y, z = foot.offset
            place = transforms.places[rig.index[f"foot_{side}"]]
            asked = scale * np.array([sign * (posture.stance + x), y, z])
            np.testing.assert_allclose(place - rest[side] * [0, 1, 1], asked, atol=1e-6)


def test_feet_that_stand_do_not_slide(rig):
    """Those whose place stays the same stay there, whatever hips and trunk do."""
    for action in ("squat", "twist", "bow", "boxing", "wave_both"):
        frames = [rig.transforms(ACTIONS[action].at(time)) for time in TIMES]
        for bone in ("foot_l", "ball_l", "foot_r", "ball_r"):
            places = np.array([frame.places[rig.index[bone]] for frame in frames])
            np.testing.assert_allclose(places, places[:1].repeat(len(TIMES), 0), atol=1e-6)


@pytest.mark.parametrize("action", ACTIONS)
def test_bones_keep_their_lengths(action, rig):
    parents = np.array([bone.parent for bone in rig.bones])
    tied = np.array([bone.parent >= 0 and bone.name != "pelvis" for bone in rig.bones])
    rest = np.linalg.norm(rig.body.heads - rig.body.heads[parents], axis=1)
    for time in TIMES:
        transforms = rig.transforms(ACTIONS[action].at(time))
        lengths = np.linalg.norm(transforms.places - transforms.places[parents], axis=1)
        np.testing.assert_allclose(lengths[tied], rest[tied], atol=1e-9)
        turned = transforms.rotations @ transforms.rotations.transpose(0, 2, 1)
        np.testing.assert_allclose(turned, np.tile(np.eye(3), (len(rest), 1, 1)), atol=1e-9)
        np.testing.assert_allclose(np.linalg.det(transforms.rotations), 1)


def test_knees_bend_forwards(rig):
    for action in ("squat", "march", "kick", "lunge"):
        for time in TIMES:
            transforms = rig.transforms(ACTIONS[action].at(time))
            for side in "lr":
                hip, knee, ankle = (
                    transforms.places[rig.index[f"{bone}_{side}"]]
                    for bone in ("thigh", "calf", "foot")
                )
                straight = hip + (ankle - hip) * 0.5
                leg = (ankle - hip) / np.linalg.norm(ankle - hip)
                forwards = np.array([0, 0, 1.0]) - leg[2] * leg
                assert (knee - straight) @ forwards > 0


def test_apply_moves_points_rigidly_with_a_bone(rig):
    head = rig.index["head"]
    points = rig.body.heads[head] + np.array([[0, 1.0, 0], [0, 0, 1]])
    transforms = rig.transforms(Posture(head=(90, 0, 0), pelvis=(2, 0, 0)))
    moved = transforms.apply(rig.body, head, points)
    np.testing.assert_allclose(moved - transforms.places[head], [[0, 1, 0], [1, 0, 0]], atol=1e-9)


ONE = Posture(left_arm=Arm(upper=(1, 0, 0), curl=10), lean=10, pelvis=(1, 0, 0))
OTHER = Posture(left_arm=Arm(upper=(0, 5, 0), curl=40), left_foot=Foot((0, 2, 0)), stance=2)


def test_blend_at_its_ends(rig):
    for share, expected in ((0, ONE), (1, OTHER)):
        mixed = blend(ONE, OTHER, share)
        for part in ("rotations", "places"):
            np.testing.assert_allclose(
                getattr(rig.transforms(mixed), part),
                getattr(rig.transforms(expected), part),
                atol=1e-9,
            )


def test_half_way_directions_are_half_way_whatever_their_lengths(rig):
    mixed = blend(ONE, OTHER, 0.5)
    assert (mixed.lean, mixed.stance) == (5, (Posture().stance + 2) / 2)
    assert mixed.left_arm.curl == 25
    assert mixed.left_foot.offset == (0, 1, 0)
    assert mixed.pelvis == pytest.approx((0.5, -0.06, 0))
    # The chest leans a little, so the direction is compared with the chest's own.
    transforms = rig.transforms(mixed)
    chest = transforms.rotations[rig.index["spine_03"]]
    upper = chest.T @ way(rig, transforms, "upperarm_l", "lowerarm_l")
    np.testing.assert_allclose(upper, np.array([1, 1, 0]) / np.sqrt(2), atol=1e-6)


def test_offsets_are_made_for_the_length_of_the_legs(dressed):
    for name in ACTORS:
        rig = dressed(name).rig
        raised = rig.transforms(Posture(pelvis=(0, 1, 0))).places[rig.index["pelvis"]]
        level = rig.transforms(Posture(pelvis=(0, 0, 0))).places[rig.index["pelvis"]]
        heads = rig.body.heads
        leg = sum(
            np.linalg.norm(heads[rig.index[a]] - heads[rig.index[b]])
            for a, b in (("thigh_r", "calf_r"), ("calf_r", "foot_r"))
        )
        np.testing.assert_allclose(raised - level, np.array([0, leg / 8, 0]), atol=1e-3)
