from copy import copy

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hueman.choreography.anatomy import ARM_BONES, LEG_BONES
from hueman.choreography.folds import FOLDS, fold_fields, fold_strengths
from hueman.choreography.rig import Arm, BoneTransforms, Posture

ALWAYS = FOLDS.index("always")


@pytest.fixture(scope="module")
def rig(dressed):
    return dressed("plaid").rig


def resting(rig) -> BoneTransforms:
    count = len(rig.bones)
    return BoneTransforms(np.tile(np.eye(3), (count, 1, 1)), rig.body.heads)


def turned(rig, bone, axis, degrees) -> BoneTransforms:
    """Rest, but for one bone and all that hangs from it."""
    rotation = Rotation.from_rotvec(np.radians(degrees) * np.array(axis, float)).as_matrix()
    rotations = resting(rig).rotations.copy()
    for number, other in enumerate(rig.bones):
        if other.name == bone or (other.parent >= 0 and rotations[other.parent][0, 0] != 1):
            rotations[number] = rotation
    return BoneTransforms(rotations, rig.body.heads)


def strengths(rig, transforms) -> dict[str, float]:
    return dict(zip(FOLDS, fold_strengths(rig, transforms).tolist(), strict=True))


def test_at_rest_only_the_folds_that_are_always_there_show(rig):
    found = strengths(rig, resting(rig))
    assert found.pop("always") == 1
    assert all(value == pytest.approx(0, abs=1e-9) for value in found.values())


@pytest.mark.parametrize(
    ("bone", "axis", "fold"),
    [
        ("lowerarm_l", (0, 1, 0), "left_elbow"), ("lowerarm_r", (0, 1, 0), "right_elbow"),
        ("calf_l", (0.6, 0.8, 0), "left_knee"), ("calf_r", (0.6, 0.8, 0), "right_knee"),
        ("thigh_l", (0.6, 0.8, 0), "left_hip"), ("thigh_r", (0.6, 0.8, 0), "right_hip"),
        ("upperarm_l", (0, 0, 1), "left_shoulder"), ("upperarm_r", (0, 0, 1), "right_shoulder"),
    ],
)  # fmt: skip
def test_a_bent_joint_folds_the_cloth_about_it_and_no_other(rig, bone, axis, fold):
    values = []
    for degrees in (0, 20, 45, 70, 120):
        found = strengths(rig, turned(rig, bone, axis, degrees))
        values.append(found[fold])
        others = {name: value for name, value in found.items() if name not in (fold, "always")}
        assert all(value == pytest.approx(0, abs=1e-6) for value in others.values())
    assert values[0] == pytest.approx(0, abs=1e-6)
    assert (np.diff(values) > -1e-9).all()
    assert 0.1 < values[1] < values[2] < 1
    assert values[-1] == 1
    # In proportion to the angle, until it is as deep as can be.
    assert values[2] / values[1] == pytest.approx(45 / 20, rel=0.01)


@pytest.mark.parametrize(
    ("posture", "fold"),
    [
        ({"lean": 25}, "waist_front"), ({"bend": 20}, "waist_left"),
        ({"bend": -20}, "waist_right"), ({"turn": 25}, "waist_turn"),
        ({"turn": -25}, "waist_turn"),
    ],
)  # fmt: skip
def test_a_bent_trunk_folds_the_waist_on_its_inner_side(rig, posture, fold):
    straight = strengths(rig, rig.transforms(Posture()))
    bent = strengths(rig, rig.transforms(Posture(**posture)))
    half = {name: 0.5 * degrees for name, degrees in posture.items()}
    less = strengths(rig, rig.transforms(Posture(**half)))
    assert straight[fold] == pytest.approx(0, abs=1e-6)
    assert 0 < less[fold] < bent[fold] <= 1
    for other in ("waist_front", "waist_left", "waist_right", "waist_turn"):
        if other != fold:
            assert bent[other] < 0.3


def test_leaning_back_makes_no_folds_in_front(rig):
    assert strengths(rig, rig.transforms(Posture(lean=-20)))["waist_front"] == 0


@pytest.fixture(scope="module", params=["plaid", "hoodie", "dots"])
def clothed(request, garments_of, anatomy_of):
    return anatomy_of(request.param), *garments_of(request.param)


def test_folds_are_near_the_joint_they_belong_to(clothed):
    anatomy, upper, lower = clothed
    for garment in (upper, lower):
        vertices = garment.mesh.vertices
        for side, name in (("l", "left"), ("r", "right")):
            for joint, bone in (
                ("elbow", "lowerarm"), ("shoulder", "upperarm"), ("knee", "calf"), ("hip", "thigh"),
            ):  # fmt: skip
                depth = np.abs(garment.folds[FOLDS.index(f"{name}_{joint}")])
                distance = np.linalg.norm(vertices - anatomy.joint(f"{bone}_{side}"), axis=1)
                assert depth[distance > 4.2].max(initial=0) < 0.02
                other = vertices[:, 0] < 0 if side == "l" else vertices[:, 0] > 0
                assert depth[other].max(initial=0) == 0
        for name, sign in (("waist_left", -1), ("waist_right", 1)):
            depth = np.abs(garment.folds[FOLDS.index(name)])
            assert depth[sign * vertices[:, 0] > 0.9].max(initial=0) < 0.02


def test_bent_elbows_and_knees_fold_sleeves_and_trouser_legs(anatomy_of, garments_of):
    upper, lower = garments_of("hoodie")
    anatomy = anatomy_of("hoodie")
    for garment, bones, fold in ((upper, ARM_BONES, "left_elbow"), (lower, LEG_BONES, "left_knee")):
        depth = garment.folds[FOLDS.index(fold)]
        joint = anatomy.chain(bones, "l")[1]
        near = np.linalg.norm(garment.mesh.vertices - joint, axis=1) < 1.0
        # A few centimetres at most, with ridges and grooves.
        assert 0.03 < np.abs(depth[near]).max() < 0.5
        assert depth[near].min() < -0.01 < 0.01 < depth[near].max()


def test_folds_are_as_deep_as_asked(anatomy_of, garments_of):
    anatomy, mesh = anatomy_of("plaid"), garments_of("plaid")[0].mesh
    shallow, deep = (fold_fields(anatomy, mesh, depth) for depth in (0.1, 0.25))
    np.testing.assert_allclose(deep, 2.5 * shallow)
    assert np.abs(deep).max() < 0.6


def test_thick_cloth_folds_leggings_do_not(garments_of):
    loose, tight = garments_of("plaid")[1].folds, garments_of("mustard")[1].folds
    knee = [FOLDS.index("left_knee"), FOLDS.index("right_knee")]
    assert np.abs(loose[knee]).max() > 2 * np.abs(tight[knee]).max()


def test_an_actor_s_cloth_folds_as_it_bends(dressed):
    """Cloth moves as far as the folds of the bent joints say, and nothing else does."""
    actor = dressed("plaid")
    posture = Posture(left_arm=Arm(upper=(1, 0, 0), lower=(0.1, 1, 0)))
    strength = fold_strengths(actor.rig, actor.rig.transforms(posture))
    expected = np.abs(strength @ actor._folds)
    plain = copy(actor)
    plain._folds = np.zeros_like(actor._folds)
    moved = np.linalg.norm(actor.pose(posture).vertices - plain.pose(posture).vertices, axis=1)
    np.testing.assert_allclose(moved[expected == 0], 0, atol=1e-5)
    assert 0.2 < (expected == 0).mean() < 0.8, "skin, hair and shoes do not fold"
    # Where several bones pull at cloth, linear blending shortens what it moves a little.
    deep = expected > 0.05
    assert deep.sum() > 500
    assert np.median(moved[deep] / expected[deep]) == pytest.approx(1, abs=0.01)
    assert np.corrcoef(moved[deep], expected[deep])[0, 1] > 0.97
    elbow = np.abs(actor._folds[FOLDS.index("left_elbow")]) > 0.1
    assert moved[elbow].mean() > 0.05, "half a centimetre"
