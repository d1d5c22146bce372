"""Ten body parts from a pose and a person mask (paper, section 2.2).

Every part is a union of capsules (line segments with a radius that may change along them) between
joints, sized by the proportions of the human body. The person mask cuts them, so they need only
be right where parts meet. A pixel of the person that no capsule covers goes to the nearest one.
"""

from dataclasses import dataclass

import numpy as np

from hueman.features.pose import body_scale, check_poses, present
from hueman.features.skeleton import BODY_PARTS, JOINT

PERSON_THRESHOLD = 128
"""Mask values from here on are person."""

REACH = 0.6
"""Pixels farther than this from every part are none of them; in units of `body_scale`."""

FACE = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")


@dataclass(frozen=True)
class Capsule:
    """A segment with round ends. Lengths in units of `body_scale` (about neck to mid hip)."""

    part: str
    start: str
    end: str
    start_radius: float
    end_radius: float
    front: bool = False
    """Parts in front win where they overlap others: arms are seen before the torso."""


def _sided(side: str) -> tuple[Capsule, ...]:
    """Return the capsules of the arm and the leg of one side."""
    return (
        Capsule(f"{side}_upper_arm", f"{side}_shoulder", f"{side}_elbow", 0.11, 0.11, True),
        Capsule(f"{side}_lower_arm", f"{side}_elbow", f"{side}_fingers", 0.12, 0.10, True),
        Capsule("torso", f"{side}_shoulder", f"{side}_hip", 0.14, 0.16),
        Capsule(f"{side}_upper_leg", f"{side}_hip", f"{side}_knee", 0.16, 0.165),
        Capsule(f"{side}_lower_leg", f"{side}_knee", f"{side}_toes", 0.15, 0.13),
    )


# The radii and the points beyond joints were fitted to two rendered actors.
CAPSULES = (
    Capsule("head", "neck", "crown", 0.10, 0.30),
    Capsule("torso", "neck", "crotch", 0.27, 0.05),
    *_sided("left"),
    *_sided("right"),
)


def label_body_parts(pose: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Label every person pixel with the body part it belongs to.

    Hands belong to the lower arms, feet to the lower legs, hair and neck to the head. A part
    whose joints are missing is absent, and its pixels go to its neighbours.

    Args:
        pose: float (18, 3), x and y in pixels, confidence 0..1.
        person: uint8 (H, W), 255 where a person is certain.

    Returns:
        uint8 (H, W): 0 for none, i + 1 for `BODY_PARTS[i]`; left and right are the person's own.

    Raises:
        ValueError: a shape is wrong.
    """
    pose = check_poses(pose, dimensions=2)
    if person.ndim != 2:
        raise ValueError(f"person must be (H, W), got {person.shape}")
    labels = np.zeros(person.shape, np.uint8)
    points = _landmarks(pose)
    capsules = [c for c in CAPSULES if c.start in points and c.end in points]
    rows, columns = np.nonzero(person >= PERSON_THRESHOLD)
    if not capsules or not len(rows):
        return labels
    unit = body_scale(pose)
    pixels = np.stack([columns, rows], axis=1).astype(np.float32)
    distances = np.stack([_signed_distance(pixels, c, points, unit) for c in capsules])
    # Covering parts in front beat all others, by more than any distance inside a capsule.
    front = np.array([c.front for c in capsules])
    ranked = np.where(front[:, None] & (distances < 0), distances - unit, distances)
    nearest = ranked.argmin(axis=0)
    part_labels = np.array([BODY_PARTS.index(c.part) + 1 for c in capsules], np.uint8)
    within_reach = distances.min(axis=0) < REACH * unit
    labels[rows, columns] = np.where(within_reach, part_labels[nearest], 0)
    return labels


def _landmarks(pose: np.ndarray) -> dict[str, np.ndarray]:
    """Return the present joints by name, and the points that capsules need between them."""
    found = present(pose)
    points = {name: pose[index, :2] for name, index in JOINT.items() if found[index]}
    face = [points[name] for name in FACE if name in points]
    if face and "neck" in points:
        points["crown"] = _beyond(points["neck"], np.mean(face, axis=0), 0.1)
    if "left_hip" in points and "right_hip" in points and "neck" in points:
        middle = (points["left_hip"] + points["right_hip"]) / 2
        points["crotch"] = _beyond(points["neck"], middle, 0.1)
    for side in ("left", "right"):
        for name, start, end, share in (
            ("fingers", "elbow", "wrist", 0.55),
            ("toes", "knee", "ankle", 0.2),
        ):
            ends = f"{side}_{start}", f"{side}_{end}"
            if all(joint in points for joint in ends):
                points[f"{side}_{name}"] = _beyond(points[ends[0]], points[ends[1]], share)
    return points


def _beyond(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Go from `start` to `end` and on by this share of the way."""
    return end + share * (end - start)


def _signed_distance(
    pixels: np.ndarray, capsule: Capsule, points: dict[str, np.ndarray], unit: float
) -> np.ndarray:
    """Return the distance in pixels from each pixel (P, 2) to a capsule, negative inside."""
    start = points[capsule.start]
    axis = points[capsule.end] - start
    offset = pixels - start
    along = np.clip(offset @ axis / max(axis @ axis, 1e-6), 0, 1)
    distance = np.hypot(offset[:, 0] - along * axis[0], offset[:, 1] - along * axis[1])
    radius = capsule.start_radius + along * (capsule.end_radius - capsule.start_radius)
    return distance - unit * radius
