"""A person of known measures, written as BVH in the ways of different programs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

# Our name of each joint, its parent and its place in a T-pose in centimetres: x to the person's
# left, y up, z to the front.
T_POSE: dict[str, tuple[str, tuple[float, float, float]]] = {
    "hips": ("", (0, 95, 0)),
    "spine": ("hips", (0, 110, 0)),
    "head": ("spine", (0, 158, 2)),
    "left_collar": ("spine", (4, 142, 0)),
    "left_shoulder": ("left_collar", (18, 143, 0)),
    "left_elbow": ("left_shoulder", (46, 143, 0)),
    "left_wrist": ("left_elbow", (71, 143, 0)),
    "right_collar": ("spine", (-4, 142, 0)),
    "right_shoulder": ("right_collar", (-18, 143, 0)),
    "right_elbow": ("right_shoulder", (-46, 143, 0)),
    "right_wrist": ("right_elbow", (-71, 143, 0)),
    "left_hip": ("hips", (9, 93, 0)),
    "left_knee": ("left_hip", (9, 50, 0)),
    "left_ankle": ("left_knee", (9, 8, 0)),
    "right_hip": ("hips", (-9, 93, 0)),
    "right_knee": ("right_hip", (-9, 50, 0)),
    "right_ankle": ("right_knee", (-9, 8, 0)),
}
JOINTS = list(T_POSE)
PLACES = np.array([place for _, place in T_POSE.values()], float)
PARENTS = [JOINTS.index(parent) if parent else -1 for parent, _ in T_POSE.values()]

_SIDED = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def _names(
    pattern: str, sides: tuple[str, str], sided: tuple[str, ...], *middle: str
) -> dict[str, str]:
    names: dict[str, str] = dict(zip(("hips", "spine", "head"), middle, strict=True))
    for side, mark in zip(("left", "right"), sides, strict=True):
        for joint, name in zip(_SIDED, sided, strict=True):
            names[f"{side}_{joint}"] = pattern.format(side=mark, name=name)
    return names


# How programs call these joints.
PROGRAMS: dict[str, dict[str, str]] = {
    "mixamo": _names(
        "mixamorig:{side}{name}", ("Left", "Right"),
        ("Shoulder", "Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot"),
        "mixamorig:Hips", "mixamorig:Spine", "mixamorig:Head",
    ),
    "cmu": _names(
        "{side}{name}", ("Left", "Right"),
        ("Shoulder", "Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot"),
        "Hips", "LowerBack", "Head",
    ),
    "daz": _names(
        "{side}{name}", ("l", "r"),
        ("Collar", "ShldrBend", "ForearmBend", "Hand", "ThighBend", "Shin", "Foot"),
        "hip", "abdomenLower", "head",
    ),
    "poser": _names(
        "{side} {name}", ("Left", "Right"),
        ("Collar", "Shoulder", "Forearm", "Hand", "Thigh", "Shin", "Foot"),
        "Body", "Abdomen", "Head",
    ),
    "biped": _names(
        "Bip01 {side} {name}", ("L", "R"),
        ("Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot"),
        "Bip01", "Bip01 Spine", "Bip01 Head",
    ),
    "xsens": _names(
        "{side}{name}", ("Left", "Right"),
        ("Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle"),
        "Hips", "Chest", "Head",
    ),
    "rokoko": _names(
        "{side}{name}", ("Left", "Right"),
        ("Shoulder", "Arm", "ForeArm", "Hand", "Thigh", "Shin", "Foot"),
        "Hips", "Spine", "Head",
    ),
    "unreal": _names(
        "{name}_{side}", ("l", "r"),
        ("clavicle", "upperarm", "lowerarm", "hand", "thigh", "calf", "foot"),
        "pelvis", "spine_01", "head",
    ),
    "blender": _names(
        "{name}.{side}", ("L", "R"),
        ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot"),
        "spine", "spine.001", "head",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A movement: how each joint is turned seen from its parent, and where the hips are."""

    turns: Rotation
    """(T * J,) rotations, frame after frame."""
    hips: np.ndarray
    """(T, 3)."""
    offsets: np.ndarray
    """(J, 3)."""

    @property
    def local(self) -> np.ndarray:
        """(T, J, 3, 3)."""
        return self.turns.as_matrix().reshape(len(self.hips), len(JOINTS), 3, 3)

    def places(self) -> np.ndarray:
        """Where the joints are, (T, J, 3), one frame and joint after the other."""
        local, found = self.local, np.zeros((len(self.hips), len(JOINTS), 3))
        for t in range(len(self.hips)):
            world: list[Rotation] = []
            for j, parent in enumerate(PARENTS):
                turn = Rotation.from_matrix(local[t, j])
                above = world[parent] if parent >= 0 else Rotation.identity()
                world.append(above * turn)
                start = found[t, parent] if parent >= 0 else self.hips[t]
                found[t, j] = start + above.apply(self.offsets[j] if parent >= 0 else np.zeros(3))
        return found

    def with_frames(self, frames: Rotation) -> "Person":
        """The same movement with bones (J rotations) that lie another way at rest."""
        own = frames.as_matrix()
        above = np.array([own[p] if p >= 0 else np.eye(3) for p in PARENTS])
        local = np.einsum("jba,tjbc,jcd->tjad", above, self.local, own)
        offsets = np.einsum("jba,jb->ja", above, self.offsets)
        return replace(self, turns=Rotation.from_matrix(local.reshape(-1, 3, 3)), offsets=offsets)

    def turned(self, turn: Rotation) -> "Person":
        """The same movement somewhere else in the world; the rest pose stays."""
        local = self.local.copy()
        local[:, 0] = turn.as_matrix() @ local[:, 0]
        return replace(
            self,
            turns=Rotation.from_matrix(local.reshape(-1, 3, 3)),
            hips=turn.apply(self.hips),
        )


def moving(turns: Mapping[str, np.ndarray], frames: int) -> Person:
    """A person at rest in a T-pose but for some joints, turned by rotation vectors (T, 3)."""
    vectors = np.zeros((frames, len(JOINTS), 3))
    for joint, vector in turns.items():
        vectors[:, JOINTS.index(joint)] = vector
    above = np.array([PLACES[p] if p >= 0 else np.zeros(3) for p in PARENTS])
    return Person(
        Rotation.from_rotvec(vectors.reshape(-1, 3)),
        np.tile(PLACES[0], (frames, 1)),
        PLACES - above,
    )


def bvh_text(
    person: Person,
    names: Mapping[str, str],
    order: str = "ZXY",
    seconds: float = 1 / 30,
    positions: str = "root",
    without: tuple[str, ...] = (),
) -> str:
    """Write a movement as BVH.

    Args:
        person: who moves.
        names: of the joints.
        order: of the turns.
        seconds: of a frame.
        positions: "root" only, or of all joints "instead" of their offsets or "beside" them.
        without: joints that the skeleton lacks, with all that hangs on them.
    """
    kept = [j for j in range(len(JOINTS)) if not _hangs_on(j, without)]
    angles = person.turns.as_euler(order, degrees=True).reshape(len(person.hips), -1, 3)
    columns = []
    for j in kept:
        if PARENTS[j] < 0:
            columns.append(person.hips)
        elif positions != "root":
            columns.append(np.tile(person.offsets[j] * (positions == "instead"), (len(angles), 1)))
        columns.append(angles[:, j])
    rows = np.concatenate(columns, axis=1)
    numbers = "\n".join(" ".join(f"{value:.9f}" for value in row) for row in rows)
    skeleton = _braces(person, names, order, positions, kept, 0, "")
    return (
        f"HIERARCHY\n{skeleton}MOTION\nFrames: {len(rows)}\nFrame Time: {seconds:.7f}\n{numbers}\n"
    )


def _hangs_on(joint: int, without: tuple[str, ...]) -> bool:
    return joint >= 0 and (JOINTS[joint] in without or _hangs_on(PARENTS[joint], without))


def _braces(
    person: Person,
    names: Mapping[str, str],
    order: str,
    positions: str,
    kept: list[int],
    joint: int,
    indent: str,
) -> str:
    root = PARENTS[joint] < 0
    channels = [f"{axis}rotation" for axis in order]
    if root or positions != "root":
        channels = ["Xposition", "Yposition", "Zposition", *channels]
    children = [j for j in kept if PARENTS[j] == joint]
    inner = indent + "\t"
    offset = " ".join(f"{value:.9f}" for value in person.offsets[joint])
    below = (
        "".join(_braces(person, names, order, positions, kept, j, inner) for j in children)
        or f"{inner}End Site\n{inner}{{\n{inner}\tOFFSET 0 1 0\n{inner}}}\n"
    )
    return (
        f"{indent}{'ROOT' if root else 'JOINT'} {names[JOINTS[joint]]}\n{indent}{{\n"
        f"{inner}OFFSET {offset}\n{inner}CHANNELS {len(channels)} {' '.join(channels)}\n"
        f"{below}{indent}}}\n"
    )
