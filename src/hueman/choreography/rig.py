"""From the controls of a posture to the rotations and places of all bones.

Arms are given by directions, not by angles: the same choreography then fits every body, whatever
its proportions. Feet are given by places on the floor, and legs are bent to reach them.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from hueman.choreography.assets import BodyAssets
from hueman.choreography.body import Body
from hueman.choreography.rotations import about_axis, between, toward, two_bone_chain, unit

X, Y, Z = np.eye(3)
SIDES = {"l": 1.0, "r": -1.0}
FINGERS = ("index", "middle", "ring", "pinky")
KNUCKLES = ("index", "pinky")
# How much of the trunk's turn each bone of it takes.
TRUNK = {"pelvis": 0.15, "spine_01": 0.4, "spine_02": 0.7, "spine_03": 1.0}
# Clavicles rise with raised arms, by up to so many degrees.
CLAVICLE_DEGREES = 22.0
# Legs bend forwards and a little outwards.
KNEE_DIRECTION = (0.25, 0.0, 1.0)
# From hip to ankle, in decimetres.
AVERAGE_LEG = 8.0


@dataclass(frozen=True)
class Arm:
    """One arm. In directions, x points outwards (for both arms), y up and z to the front."""

    upper: tuple[float, float, float] = (0.22, -1.0, 0.03)
    """Direction of the upper arm, relative to the chest."""
    lower: tuple[float, float, float] = (0.12, -1.0, 0.22)
    """Direction of the forearm, relative to the chest."""
    twist: float = 0.0
    """Degrees by which the hand is turned about the forearm."""
    curl: float = 12.0
    """Degrees by which each finger joint is bent."""


@dataclass(frozen=True)
class Foot:
    """One foot, as an offset in decimetres from where it stands at rest (x outwards)."""

    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pitch: float = 0.0
    """Degrees by which the toes point down."""


@dataclass(frozen=True)
class Posture:
    """What a body does at one moment. Degrees, decimetres for an average body."""

    left_arm: Arm = field(default_factory=Arm)
    right_arm: Arm = field(default_factory=Arm)
    left_foot: Foot = field(default_factory=Foot)
    right_foot: Foot = field(default_factory=Foot)
    pelvis: tuple[float, float, float] = (0.0, -0.12, 0.0)
    """Where the pelvis is, from its place at rest: x to the person's left."""
    lean: float = 0.0
    """Degrees by which the trunk leans forwards."""
    bend: float = 0.0
    """Degrees by which it bends to the person's left."""
    turn: float = 0.0
    """Degrees by which it turns to the person's left."""
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Degrees: turn to the left, nod, tilt to the left."""
    stance: float = 1.15
    """Distance of each foot from the middle."""


@dataclass(frozen=True)
class BoneTransforms:
    """Where the bones are."""

    rotations: np.ndarray
    """float64 (B, 3, 3), from the rest pose."""
    places: np.ndarray
    """float64 (B, 3), where each bone turns."""

    def apply(self, body: Body, bone: int, points: np.ndarray) -> np.ndarray:
        """Move points (N, 3) of the resting body rigidly with one bone."""
        return self.places[bone] + (points - body.heads[bone]) @ self.rotations[bone].T


class Rig:
    """The skeleton of one body.

    Args:
        assets: the bones.
        body: where they are in this body.
    """

    def __init__(self, assets: BodyAssets, body: Body):
        self.body = body
        self.bones = assets.bones
        self.index = assets.bone_index
        # Offsets of feet and pelvis are made for legs of average length.
        self.scale = self._leg_length("l") / AVERAGE_LEG

    def _leg_length(self, side: str) -> float:
        hip, knee, ankle = (self.body.heads[self.index[f"{b}_{side}"]] for b in LEG)
        return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))

    def transforms(self, posture: Posture) -> BoneTransforms:
        """Pose the skeleton."""
        heads = self.body.heads
        rotations = np.tile(np.eye(3), (len(heads), 1, 1))
        places = np.zeros_like(heads)
        for number, bone in enumerate(self.bones):
            if bone.parent < 0:
                places[number] = heads[number]
                continue
            rest = heads[number] - heads[bone.parent]
            places[number] = places[bone.parent] + rotations[bone.parent] @ rest
            if bone.name == "pelvis":
                places[number] = heads[number] + np.array(posture.pelvis) * self.scale
            rotations[number] = self._rotation(number, posture, rotations, places)
        return BoneTransforms(rotations, places)

    def _rotation(
        self, number: int, posture: Posture, rotations: np.ndarray, places: np.ndarray
    ) -> np.ndarray:
        """Return the rotation of one bone, its ancestors' being known."""
        bone = self.bones[number]
        parent = rotations[bone.parent]
        name, side = bone.name, bone.name[-1]
        if name in TRUNK:
            return _trunk(posture, TRUNK[name])
        if name in ("neck_01", "head"):
            turn, nod, tilt = posture.head
            share = 0.4 if name == "neck_01" else 0.6
            return parent @ _turned(turn * share, nod * share, tilt * share)
        if side not in SIDES:
            return parent
        sign = SIDES[side]
        arm = posture.left_arm if side == "l" else posture.right_arm
        foot = posture.left_foot if side == "l" else posture.right_foot
        chest = rotations[self.index["spine_03"]]
        if name.startswith("clavicle"):
            raised = max(0.0, unit(np.array(arm.upper))[1] + 0.3)
            return parent @ about_axis(Z, sign * CLAVICLE_DEGREES * raised)
        if name.startswith("upperarm"):
            return between(parent @ self._rest(number), chest @ _out(arm.upper, sign)) @ parent
        if name.startswith("lowerarm"):
            direction = chest @ _out(arm.lower, sign)
            bent = between(parent @ self._rest(number), direction) @ parent
            return about_axis(direction, sign * arm.twist / 2) @ bent
        if name.startswith("hand"):
            axis = parent @ self._rest(self.index[f"lowerarm_{side}"])
            return about_axis(axis, sign * arm.twist / 2) @ parent
        if name.startswith(FINGERS):
            # Fingers bend about the line of the knuckles.
            first, last = (self.body.heads[self.index[f"{n}_01_{side}"]] for n in KNUCKLES)
            return parent @ about_axis(last - first, sign * arm.curl)
        if name.startswith(LEG[:2]):
            return self._leg(name, side, posture, foot, rotations, places)
        if name.startswith("foot"):
            return about_axis(X, foot.pitch)
        return parent

    def _rest(self, number: int) -> np.ndarray:
        return self.body.tails[number] - self.body.heads[number]

    def _leg(
        self,
        name: str,
        side: str,
        posture: Posture,
        foot: Foot,
        rotations: np.ndarray,
        places: np.ndarray,
    ) -> np.ndarray:
        """Return the rotation of thigh or calf that puts the ankle where it shall be."""
        hip, knee, ankle = (self.body.heads[self.index[f"{bone}_{side}"]] for bone in LEG)
        outwards, up, front = np.array(foot.offset) * self.scale
        target = np.array(
            [
                SIDES[side] * (posture.stance * self.scale + outwards),
                ankle[1] + up,
                ankle[2] + front,
            ]
        )
        bent, end = two_bone_chain(
            places[self.index[f"thigh_{side}"]],
            target,
            float(np.linalg.norm(knee - hip)),
            float(np.linalg.norm(ankle - knee)),
            _out(KNEE_DIRECTION, SIDES[side]),
        )
        number = self.index[name]
        parent = rotations[self.bones[number].parent]
        rest, direction = (knee - hip, bent - places[number])
        if name.startswith("calf"):
            rest, direction = (ankle - knee, end - bent)
        return between(parent @ rest, direction) @ parent


LEG = ("thigh", "calf", "foot")


def _out(direction: tuple[float, float, float], sign: float) -> np.ndarray:
    """Turn "outwards" into the person's left or right."""
    return unit(np.array(direction)) * [sign, 1, 1]


def _trunk(posture: Posture, share: float) -> np.ndarray:
    return _turned(posture.turn * share, posture.lean * share, posture.bend * share)


def _turned(turn: float, forwards: float, sideways: float) -> np.ndarray:
    return about_axis(Y, turn) @ about_axis(Z, -sideways) @ about_axis(X, forwards)


def blend(first: Posture, second: Posture, share: float) -> Posture:
    """Go from one posture to another: `share` 0 is the first, 1 the second.

    Directions turn evenly along a great circle: a straight mean would whip through the middle of
    nearly opposite ones.
    """

    def mixed(one: Any, other: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(mixed(a, b) for a, b in zip(one, other, strict=True))
        if isinstance(one, float | int):
            return one * (1 - share) + other * share
        values = {}
        for item in fields(one):
            a, b = getattr(one, item.name), getattr(other, item.name)
            turned = item.name in ("upper", "lower")
            values[item.name] = toward(a, b, share) if turned else mixed(a, b)
        return type(one)(**values)

    return mixed(first, second)
