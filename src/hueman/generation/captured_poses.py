"""From a motion-captured skeleton to poses, as a camera in front of the person would see them.

Joints are known by their names, which every program has its own for. The camera looks straight at
the person of the first frame, from so far away that nobody gets larger by coming nearer.
"""

import re
from collections.abc import Sequence

import numpy as np

from hueman.errors import HuemanError
from hueman.features.skeleton import JOINT, JOINTS
from hueman.generation.bvh import MotionCapture

# What programs call the joint where a bone begins, surest names first: a "shoulder" is the collar
# bone where there is an upper arm, and a "hand" begins at the wrist.
ALIASES = {
    "shoulder": ("upperarm", "uparm", "arm", "shldrbend", "shldr", "humerus", "shoulder"),
    "elbow": ("elbow", "lowerarm", "lowarm", "forearmbend", "forearm", "radius"),
    "wrist": ("wrist", "hand"),
    "hip": ("upperleg", "upleg", "thighbend", "thigh", "femur", "hip"),
    "knee": ("knee", "lowerleg", "lowleg", "shin", "calf", "tibia", "leg"),
    "ankle": ("ankle", "foot"),
}
SIDES = {"left": ("left", "l"), "right": ("right", "r")}
HEAD = "head"
PREFIXES = re.compile(r"^(?:.*:)?(?:.*bip(?:ed)?\d*|mixamorig\d*|character\d+)?", re.DOTALL)

TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
TRUNK_PIXELS = 79.0
"""From neck to hips of somebody about 300 pixels tall."""
MARGIN = 20.0
"""Pixels between the movement and the frame."""
LARGEST_FRAME = 100_000.0
"""Pixels; nobody walks further."""
WIDE = 0.3
"""Share of the trunk's length: somebody so wide from left to right does not lie on one side."""

# Where a face is, seen from the neck, in lengths of the trunk: to the person's left, up, and to the
# front. Means of the adults in choreography/cast.py.
FACE = {
    "nose": (0.0, 0.43, 0.31),
    "right_eye": (-0.063, 0.51, 0.25),
    "left_eye": (0.063, 0.51, 0.25),
    "right_ear": (-0.185, 0.50, 0.035),
    "left_ear": (0.185, 0.50, 0.035),
}


def captured_poses(capture: MotionCapture) -> np.ndarray:
    """Return the poses of a motion-captured person who faces the camera in the first frame.

    Args:
        capture: of a skeleton with shoulders and hips. Other joints that it lacks are missing.

    Returns:
        float32 (T, 18, 3), x and y in pixels, confidence 1 or 0; the person is about 300 pixels
        tall.

    Raises:
        HuemanError: shoulders or hips are not recognised, lie at one place, or go too far away.
    """
    numbers = find_joints([joint.name for joint in capture.joints])
    _require_trunk(capture, numbers)
    places, rotations = capture.moved()
    points = _body(numbers, places)
    length = float(np.median(np.linalg.norm(_trunk(points), axis=1)))
    if not min(length, np.linalg.norm(_across(points), axis=1).max()) > 0:
        raise HuemanError(
            f"The shoulders and hips of {capture.path} lie at one place; export it once more, with "
            "the lengths of the bones."
        )
    known = ["neck", *(joint for joint in numbers if joint != HEAD)]
    if HEAD in numbers:
        known += FACE
        face = _faces(capture, numbers, places, rotations[:, numbers[HEAD]], length)
        points[:, [JOINT[joint] for joint in FACE]] = face
    chosen = [JOINT[joint] for joint in known]
    seen = _projected(points, length)[:, chosen]
    seen += MARGIN - seen.min(axis=(0, 1))
    if not seen.max() <= LARGEST_FRAME:
        raise HuemanError(
            f"The person in {capture.path} moves {seen.max() / TRUNK_PIXELS:.0f} times the length "
            "of the body; export it once more, or cut out the part in which they stay near."
        )
    pose = np.zeros((len(points), len(JOINTS), 3), np.float32)
    pose[:, chosen, :2], pose[:, chosen, 2] = seen, 1
    return pose


def find_joints(names: Sequence[str]) -> dict[str, int]:
    """Find our joints, and the head, among the names of a skeleton's joints.

    Args:
        names: of all joints, parents first; of equal names the first one counts.

    Returns:
        The number of each that was found, by our name (features/skeleton.py) or "head".
    """
    plain = [_plain(name) for name in names]
    found = {}
    for side, marks in SIDES.items():
        for joint, aliases in ALIASES.items():
            spelled = [
                word for alias in aliases for mark in marks for word in (mark + alias, alias + mark)
            ]
            matches = [plain.index(word) for word in spelled if word in plain]
            if matches:
                found[f"{side}_{joint}"] = matches[0]
    if HEAD in plain:
        found[HEAD] = plain.index(HEAD)
    return found


def _plain(name: str) -> str:
    """Return a name without namespace, in small letters and nothing but letters."""
    return re.sub(r"[\W\d_]", "", PREFIXES.sub("", name.strip().lower().replace("_", " ")))


def _require_trunk(capture: MotionCapture, numbers: dict[str, int]) -> None:
    lacking = [joint.replace("_", " ") for joint in TRUNK if joint not in numbers]
    if lacking:
        names = [joint.name for joint in capture.joints if joint.name]
        raise HuemanError(
            f"No {' or '.join(lacking)} is recognised in {capture.path}, whose joints are called "
            f"{', '.join(names[:12])}{', ...' if len(names) > 12 else ''}; rename them as in "
            "LeftArm, RightArm, LeftUpLeg, RightUpLeg."
        )


def _body(numbers: dict[str, int], places: np.ndarray) -> np.ndarray:
    """Return our joints in space, (..., 18, 3), of a skeleton's (..., J, 3); 0 if lacking."""
    points = np.zeros((*places.shape[:-2], len(JOINTS), 3))
    for joint, number in numbers.items():
        if joint != HEAD:
            points[..., JOINT[joint], :] = places[..., number, :]
    points[..., JOINT["neck"], :] = _middle(points, "shoulder")
    return points


def _middle(points: np.ndarray, joint: str) -> np.ndarray:
    """Return the middle (..., 3) of the left and the right of a joint."""
    return (points[..., JOINT[f"left_{joint}"], :] + points[..., JOINT[f"right_{joint}"], :]) / 2


def _trunk(points: np.ndarray) -> np.ndarray:
    """Return the way from the middle of the hips to the neck, (..., 3)."""
    return _middle(points, "shoulder") - _middle(points, "hip")


def _across(points: np.ndarray) -> np.ndarray:
    """Return the way through the trunk from its right to its left, (..., 3)."""
    left = points[..., JOINT["left_shoulder"], :] + points[..., JOINT["left_hip"], :]
    right = points[..., JOINT["right_shoulder"], :] + points[..., JOINT["right_hip"], :]
    return left - right


def _faces(
    capture: MotionCapture,
    numbers: dict[str, int],
    places: np.ndarray,
    turned: np.ndarray,
    length: float,
) -> np.ndarray:
    """Return where the points of FACE are, (T, 5, 3): they move rigidly with the head.

    Where they are seen from the head is known from a moment in which it looks straight ahead. That
    is the rest pose, if somebody stands there: some programs lay all bones along one axis instead.
    Then it is the first frame.
    """
    rest = capture.at_rest()
    body, head, turn = _body(numbers, rest), rest[numbers[HEAD]], np.eye(3)
    if not _stands(body, numbers):
        body, head, turn = _body(numbers, places[0]), places[0, numbers[HEAD]], turned[0]
    up = _unit(_trunk(body))
    left = _unit(_across(body) - (_across(body) @ up) * up)
    axes = np.array([left, up, np.cross(left, up)])
    face = _middle(body, "shoulder") + length * np.array(list(FACE.values())) @ axes
    from_head = (face - head) @ turn
    return places[:, None, numbers[HEAD]] + np.einsum("tij,fj->tfi", turned, from_head)


def _stands(body: np.ndarray, numbers: dict[str, int]) -> bool:
    """Tell whether a body (18, 3) has straight legs below an upright trunk."""
    if not {"left_knee", "right_knee"} <= numbers.keys():
        return False
    thighs = _unit(_middle(body, "knee") - _middle(body, "hip"))
    trunk, across = _unit(_trunk(body)), _unit(_across(body))
    return bool(thighs @ trunk < -0.8 and abs(across @ trunk) < 0.3)


def _projected(points: np.ndarray, length: float) -> np.ndarray:
    """Look at points (T, N, 3) from the front; return pixels (T, N, 2), x right and y down."""
    # People are upright most of the time; the rest pose may have another axis than the movement.
    upright = _trunk(points).mean(axis=0)
    axis = int(np.abs(upright).argmax())
    up = np.sign(upright[axis]) * np.eye(3)[axis]
    across = _across(points)
    across[:, axis] = 0
    width = np.linalg.norm(across, axis=1)
    # Somebody who lies on one side in the first frame faces the camera once they turn.
    wide = width > min(WIDE * length, width.max() / 2)
    left = _unit(across[wide.argmax()])
    return np.stack([points @ left, -(points @ up)], axis=2) * (TRUNK_PIXELS / length)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), np.finfo(float).tiny)
