"""Folds of cloth: patterns on a garment that grow as the joint they belong to bends."""

import numpy as np

from hueman.choreography.anatomy import ARM_BONES, LEG_BONES, Anatomy
from hueman.choreography.cloth import smoothstep
from hueman.choreography.mesh import Mesh
from hueman.choreography.noise import noise
from hueman.choreography.rig import BoneTransforms, Rig

FOLDS = (
    "always",
    "left_elbow", "right_elbow", "left_shoulder", "right_shoulder",
    "left_knee", "right_knee", "left_hip", "right_hip",
    "waist_front", "waist_left", "waist_right", "waist_turn",
)  # fmt: skip


def fold_fields(anatomy: Anatomy, mesh: Mesh, depth: float) -> np.ndarray:
    """Return how far each kind of fold moves the cloth outwards, fully bent.

    Args:
        anatomy: of the wearer.
        mesh: the garment on the resting body.
        depth: of the folds, in decimetres.

    Returns:
        (len(FOLDS), V), in decimetres.
    """
    points = mesh.vertices
    arm, leg = anatomy.arm_share(mesh.weights), anatomy.leg_share(mesh.weights)
    # Sleeves of the two sides are told apart by x, the trunk's folds fade into them.
    fields = np.zeros((len(FOLDS), len(points)))
    for side, name in (("l", "left"), ("r", "right")):
        mine = points[:, 0] > 0 if side == "l" else points[:, 0] < 0
        sleeve, trouser = arm * mine, leg * mine
        elbow = _tube_folds(anatomy, points, ARM_BONES, side, reach=0.9, inner=0.0)
        knee = _tube_folds(anatomy, points, LEG_BONES, side, reach=1.1, inner=np.pi)
        fields[FOLDS.index(f"{name}_elbow")] = 1.6 * elbow * sleeve
        fields[FOLDS.index(f"{name}_knee")] = 1.8 * knee * trouser
        fields[FOLDS.index(f"{name}_shoulder")] = (
            _pulls(points, anatomy.joint(f"upperarm_{side}") - np.array([0, 0.5, 0]), 1.8) * mine
        )
        hip = _pulls(points, anatomy.joint(f"thigh_{side}") + np.array([0, -0.3, 0.6]), 1.5)
        fields[FOLDS.index(f"{name}_hip")] = 1.8 * hip * mine * smoothstep(0.1, 0.6, leg)
    height = points[:, 1] - anatomy.joint("spine_01")[1] - 0.2
    trunk = 1 - np.clip(arm * 2, 0, 1)
    around = np.arctan2(points[:, 0], points[:, 2])
    girdle = _ripples(height, around, 0.42, 0.5) * np.exp(-((height / 1.1) ** 2)) * trunk
    slanted = _ripples(height + 0.7 * around, around, 0.55, 0.4)
    turned = slanted * np.exp(-((height - 0.6) ** 2)) * trunk
    fields[FOLDS.index("waist_front")] = girdle * smoothstep(-0.3, 0.6, np.cos(around))
    fields[FOLDS.index("waist_left")] = girdle * smoothstep(-0.2, 0.7, np.sin(around))
    fields[FOLDS.index("waist_right")] = girdle * smoothstep(-0.2, 0.7, -np.sin(around))
    fields[FOLDS.index("waist_turn")] = turned
    fields[FOLDS.index("always")] = _always(anatomy, mesh, arm, leg)
    # Near a hem cloth has nothing to fold against.
    return depth * fields * (0.2 + 0.8 * smoothstep(0.0, 0.7, mesh.attributes[:, 0]))


def fold_strengths(rig: Rig, transforms: BoneTransforms) -> np.ndarray:
    """Return how strongly each kind of fold shows in a posture, (len(FOLDS),), about 0..1."""
    strength: dict[str, float] = dict.fromkeys(FOLDS, 0.0)
    strength["always"] = 1.0
    for side, name in (("l", "left"), ("r", "right")):
        elbow = _bend(rig, transforms, f"lowerarm_{side}", f"upperarm_{side}")
        knee = _bend(rig, transforms, f"calf_{side}", f"thigh_{side}")
        hip = _bend(rig, transforms, f"thigh_{side}", "pelvis")
        shoulder = _bend(rig, transforms, f"upperarm_{side}", "spine_03")
        strength[f"{name}_elbow"] = min(1.0, elbow / 80)
        strength[f"{name}_knee"] = min(1.0, knee / 80)
        strength[f"{name}_hip"] = min(1.0, hip / 70)
        strength[f"{name}_shoulder"] = min(1.0, shoulder / 90)
    relative = (
        transforms.rotations[rig.index["pelvis"]].T @ transforms.rotations[rig.index["spine_03"]]
    )
    up, front = relative[:, 1], relative[:, 2]
    strength["waist_front"] = float(np.clip(up[2] / 0.4, 0, 1))
    strength["waist_left"] = float(np.clip(up[0] / 0.25, 0, 1))
    strength["waist_right"] = float(np.clip(-up[0] / 0.25, 0, 1))
    strength["waist_turn"] = float(np.clip(abs(front[0]) / 0.4, 0, 1))
    return np.array([strength[name] for name in FOLDS])


def _bend(rig: Rig, transforms: BoneTransforms, bone: str, parent: str) -> float:
    """Return the degrees by which a bone has turned against another since rest."""
    first, second = transforms.rotations[rig.index[bone]], transforms.rotations[rig.index[parent]]
    cosine = (np.trace(second.T @ first) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _ripples(along: np.ndarray, around: np.ndarray, length: float, waver: float) -> np.ndarray:
    """Return rounded ridges across `along`, each about `length` apart and none straight."""
    place = np.stack([along * 0.9, np.cos(around) * 1.3, np.sin(around) * 1.3], axis=1)
    phase = along / length + waver * 2 * noise(place, octaves=2)
    strength = 0.6 + 0.4 * noise(place * 1.7 + 5.1)
    return strength * (np.abs(np.sin(np.pi * phase)) ** 0.8 - 0.6)


def _tube_folds(
    anatomy: Anatomy,
    points: np.ndarray,
    bones: tuple[str, ...],
    side: str,
    reach: float,
    inner: float,
) -> np.ndarray:
    """Return folds about the middle joint of a limb, strongest on its inner side."""
    tube = anatomy.tube(points, bones, side)
    root, middle = anatomy.chain(bones, side)[:2]
    along = tube.along - np.linalg.norm(middle - root)
    inside = 0.55 + 0.45 * np.cos(tube.angle - inner)
    sign = 1 if side == "l" else -1
    slanted = along + 0.16 * np.sin(tube.angle + sign)
    return (
        _ripples(slanted, tube.angle + 3 * sign, 0.4, 0.45)
        * inside
        * np.exp(-((along / reach) ** 2))
    )


def _pulls(points: np.ndarray, centre: np.ndarray, reach: float) -> np.ndarray:
    """Return folds that run out from a point, as cloth does where it is pulled."""
    offset = points - centre
    distance = np.linalg.norm(offset, axis=1)
    direction = offset / np.maximum(distance, 1e-6)[:, None]
    spokes = noise(direction * 2.6 + centre, octaves=2)
    return 0.9 * spokes * np.exp(-((distance / reach) ** 2)) * smoothstep(0.1, 0.6, distance)


def _always(anatomy: Anatomy, mesh: Mesh, arm: np.ndarray, leg: np.ndarray) -> np.ndarray:
    """Return the folds that cloth has at rest: drape on the trunk, stacks at cuffs and ankles."""
    points = mesh.vertices
    around = np.arctan2(points[:, 0], points[:, 2])
    below_chest = smoothstep(4.2, 0.4, points[:, 1])
    drape = noise(
        np.stack([np.sin(around) * 2.4, points[:, 1] * 0.22, np.cos(around) * 2.4], axis=1), 2
    )
    trunk = np.clip(1 - 2 * arm - leg, 0, 1)
    waist = points[:, 1] - anatomy.joint("spine_01")[1] - 0.2
    girdle = _ripples(waist, around, 0.5, 0.9) * np.exp(-((waist / 0.9) ** 2))
    crotch = sum(
        _pulls(points, anatomy.joint(f"thigh_{side}") + np.array([0, -0.5, 0.5]), 1.6)
        for side in "lr"
    )
    result = (1.0 * drape + 0.35 * girdle) * below_chest * trunk + 0.7 * crotch * leg
    for bones, share, reach in ((ARM_BONES, arm, 1.3), (LEG_BONES, leg, 1.5)):
        for side in "lr":
            mine = points[:, 0] > 0 if side == "l" else points[:, 0] < 0
            tube = anatomy.tube(points, bones, side)
            length = float(
                np.linalg.norm(np.diff(anatomy.chain(bones, side), axis=0), axis=1).sum()
            )
            stack = _ripples(tube.along, tube.angle, 0.5, 0.5)
            stack = stack * np.exp(-(((length - tube.along) / reach) ** 2))
            slanted = tube.along + 0.3 * np.sin(tube.angle - 1)
            middle = 0.4 * _ripples(slanted, tube.angle + 1, 0.8, 1.0)
            result = result + share * mine * (0.7 * stack + middle)
    return result
