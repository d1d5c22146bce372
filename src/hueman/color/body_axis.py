"""Where on the body a pixel lies: how far along the trunk and the legs, or along an arm.

Garments end somewhere along these two axes (necks, hems, sleeves), and they end there in every
frame of a clip, however the person moves.

    head:  0 nose, 1 neck, below 0: forehead and hair
    down:  0 neck, 1 hips, 2 knees, 3 ankles, beyond: feet
    out:   0 shoulder, 1 elbow, 2 wrist, beyond: hand
"""

import re

import numpy as np

from hueman.features.skeleton import BODY_PARTS, JOINT, PART_JOINTS

HEAD, DOWN, OUT = 1, 2, 3
"""Region of a pixel: on the head, on the axis down, on the axis out; 0 is none."""

# For each part: its region, the axis value at its first end and the values it may take.
_PLACES = {
    "head": (HEAD, 0.0, (-2.0, 2.0)),
    "torso": (DOWN, 0.0, (-0.4, 1.2)),
    "upper_arm": (OUT, 0.0, (-0.4, 1.0)),
    "lower_arm": (OUT, 1.0, (1.0, 3.0)),
    "upper_leg": (DOWN, 1.0, (0.8, 2.0)),
    "lower_leg": (DOWN, 2.0, (2.0, 4.0)),
}


def body_axes(pose: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place every pixel of one frame on the body.

    Args:
        pose: (18, 3), x, y, confidence.
        parts: (H, W), labels 0..10 of `hueman.features.skeleton`.

    Returns:
        region uint8 (H, W), one of HEAD, DOWN, OUT, or 0; position float32 (H, W) on the axis.
        A part whose axis is not known, since a joint is missing, has region 0.
    """
    region = np.zeros(parts.size, np.uint8)
    position = np.zeros(parts.size, np.float32)
    labelled = np.flatnonzero(parts)
    labels = parts.reshape(-1)[labelled]
    for label, (name, joints) in enumerate(zip(BODY_PARTS, PART_JOINTS, strict=True), start=1):
        ends = _axis_ends(pose, name, joints)
        if ends is None:
            continue
        own = labelled[labels == label]
        rows, columns = np.divmod(own, parts.shape[1])
        kind, offset, (lowest, highest) = _PLACES[re.sub("^(left|right)_", "", name)]
        start, along = ends[0], ends[1] - ends[0]
        share = ((columns - start[0]) * along[0] + (rows - start[1]) * along[1]) / max(
            float(along @ along), 1.0
        )
        region[own] = kind
        position[own] = np.clip(offset + share, lowest, highest)
    return region.reshape(parts.shape), position.reshape(parts.shape)


def _axis_ends(
    pose: np.ndarray, part: str, joints: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Both ends of a part's axis, (2,) each; None where a joint is missing."""
    if part == "head":
        groups = (JOINT["nose"],), (JOINT["neck"],)
    elif part == "torso":
        groups = (JOINT["neck"],), (JOINT["right_hip"], JOINT["left_hip"])
    else:
        groups = joints[:1], joints[1:]
    known = [pose[[joint for joint in group if pose[joint, 2] > 0], :2] for group in groups]
    if not all(len(points) for points in known):
        return None
    return known[0].mean(axis=0), known[1].mean(axis=0)
