import math

import numpy as np
import pytest
import torch

from hueman.features import affine
from hueman.features.affine import part_affines
from hueman.features.skeleton import BODY_PARTS, JOINT, PART_JOINTS


def random_poses(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    poses = torch.rand(count, 18, 3, generator=generator)
    poses[..., :2] *= 200
    poses[..., 2] = poses[..., 2] * 0.5 + 0.5
    return poses


def moved(poses, linear, shift):
    target = poses.clone()
    target[..., :2] = poses[..., :2] @ torch.as_tensor(linear).T + torch.as_tensor(shift)
    return target


def apply(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def test_the_same_pose_gives_the_identity():
    poses = random_poses(4)
    matrices, valid = part_affines(poses, poses)
    assert valid.all()
    torch.testing.assert_close(matrices, torch.eye(2, 3).expand(4, 10, 2, 3), atol=2e-4, rtol=0)


def test_rotation_and_shift_are_recovered_exactly():
    angle = 0.7
    linear = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    poses = random_poses(3)
    matrices, _ = part_affines(poses, moved(poses, linear, [5.0, -3.0]))
    torch.testing.assert_close(
        matrices[..., :2], torch.tensor(linear).expand(3, 10, 2, 2), atol=1e-4, rtol=0
    )
    for part, joints in enumerate(PART_JOINTS):
        points = poses[0, list(joints), :2]
        expected = moved(poses, linear, [5.0, -3.0])[0, list(joints), :2]
        torch.testing.assert_close(apply(matrices[0, part], points), expected, atol=1e-2, rtol=0)


def test_a_shortened_limb_keeps_its_width():
    source, target = torch.ones(1, 18, 3), torch.ones(1, 18, 3)
    elbow, wrist = JOINT["left_elbow"], JOINT["left_wrist"]
    source[0, elbow, :2], source[0, wrist, :2] = torch.tensor([[50.0, 50], [50, 90]])
    target[0, elbow, :2], target[0, wrist, :2] = torch.tensor([[80.0, 30], [100, 30]])
    matrices, _ = part_affines(source, target)
    linear = matrices[0, BODY_PARTS.index("left_lower_arm"), :, :2]
    along, across = linear @ torch.tensor([0.0, 1]), linear @ torch.tensor([1.0, 0])
    torch.testing.assert_close(along, torch.tensor([0.5, 0]), atol=0.03, rtol=0)
    torch.testing.assert_close(across, torch.tensor([0.0, -1]), atol=0.01, rtol=0)


def test_without_its_prior_the_torso_is_the_least_squares_fit(monkeypatch):
    monkeypatch.setitem(affine.STIFFNESS, "torso", 0)
    source, target = random_poses(1, seed=1), random_poses(1, seed=2)
    matrices, _ = part_affines(source, target)
    joints = list(PART_JOINTS[1])
    weight = (source[0, joints, 2] * target[0, joints, 2]).sqrt().numpy()[:, None]
    design = np.c_[source[0, joints, :2].numpy(), np.ones(5)]
    fit, *_ = np.linalg.lstsq(design * weight, target[0, joints, :2].numpy() * weight, rcond=None)
    np.testing.assert_allclose(matrices[0, 1].numpy(), fit.T, rtol=1e-3, atol=1e-3)


def test_coincident_joints_give_finite_moderate_maps():
    source, target = random_poses(2), random_poses(2, seed=5)
    source[0, :, :2] = 40.0
    target[1, :, :2] = 60.0
    matrices, valid = part_affines(source, target)
    assert valid.all()
    assert torch.isfinite(matrices).all()
    assert matrices[..., :2].abs().max() < 5
    center = apply(matrices[0, 0], torch.tensor([40.0, 40.0]))
    assert (center >= 0).all()
    assert (center <= 200).all()


def test_missing_joints_are_ignored_and_too_few_make_a_part_invalid():
    source = random_poses(1)
    target = moved(source, [[1.0, 0], [0, 1]], [10.0, 20.0])
    source[0, JOINT["left_ear"]] = torch.tensor([float("nan"), 1e6, 0])
    target[0, JOINT["right_eye"], 2] = 0
    target[0, JOINT["right_wrist"], 2] = 0
    matrices, valid = part_affines(source, target)
    invalid = [BODY_PARTS[i] for i in (~valid[0]).nonzero()[:, 0]]
    assert invalid == ["right_lower_arm"]
    shift = torch.tensor([[1.0, 0, 10], [0, 1, 20]])
    torch.testing.assert_close(matrices[0, 0], shift, atol=1e-2, rtol=0)


@pytest.mark.parametrize("shape", [(18, 3), (2, 17, 3), (3, 18, 3)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match=str(shape)[1:-1]):
        part_affines(torch.zeros(2, 18, 3), torch.zeros(shape))


def test_a_person_coming_nearer_grows_in_all_parts():
    source = random_poses(2)
    matrices, _ = part_affines(source, moved(source, [[1.5, 0], [0, 1.5]], [-30.0, 4.0]))
    expected = torch.tensor([[1.5, 0], [0, 1.5]]).expand(2, 10, 2, 2)
    torch.testing.assert_close(matrices[..., :2], expected, atol=1e-3, rtol=0)


def test_a_turning_head_keeps_its_width():
    source = torch.zeros(1, 18, 3)
    places = {"neck": (50, 90), "nose": (50, 52), "right_ear": (35, 50), "left_ear": (65, 50),
              "right_eye": (45, 47), "left_eye": (55, 47),
              "right_shoulder": (20, 90), "left_shoulder": (80, 90)}  # fmt: skip
    for name, place in places.items():
        source[0, JOINT[name]] = torch.tensor([*place, 1.0])
    target = source.clone()
    face = [JOINT[name] for name in ("nose", "right_ear", "left_ear", "right_eye", "left_eye")]
    target[0, face, 0] = 55 + 0.3 * (source[0, face, 0] - 50)
    matrices, _ = part_affines(source, target)
    assert matrices[0, 0, 0, 0] > 0.8
    assert matrices[0, 0, 1, 1] > 0.9
