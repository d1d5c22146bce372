"""Driving poses brought to the body and the place of another person.

Every bone keeps the direction and the foreshortening that it has in the driving pose; its length is
scaled by the ratio of the two persons' bones. The feet stay on the other person's floor. All of it
happens in the picture plane: no camera is needed.
"""

import numpy as np

from hueman.errors import HuemanError
from hueman.features.pose import body_scale, check_poses, present
from hueman.features.skeleton import JOINT

# Bones as parent and child, parents first. Left and right bones share their ratio.
BONES = (
    ("neck", "nose"), ("nose", "right_eye"), ("nose", "left_eye"),
    ("right_eye", "right_ear"), ("left_eye", "left_ear"),
    ("neck", "right_shoulder"), ("neck", "left_shoulder"),
    ("right_shoulder", "right_elbow"), ("left_shoulder", "left_elbow"),
    ("right_elbow", "right_wrist"), ("left_elbow", "left_wrist"),
    ("neck", "right_hip"), ("neck", "left_hip"),
    ("right_hip", "right_knee"), ("left_hip", "left_knee"),
    ("right_knee", "right_ankle"), ("left_knee", "left_ankle"),
)  # fmt: skip

HEAD = BONES.index(("neck", "nose"))
"""Compared where it is longest: somebody who bows looks like somebody upright with a shorter neck,
so the poses most alike would be the wrong ones."""
LONGEST = 0.95
"""Quantile of the poses in which it is as long as it gets, but for errors."""

NEAREST = 5
"""With how many of the driving poses most like it a content pose is compared."""

PROPORTION_LIMIT = 1.25
"""People differ in size, but a bone's ratio seldom leaves that of the body by more than this.

What does is a bone that points at the camera in one person's poses and not in the other's.
"""

ANKLES = [JOINT["right_ankle"], JOINT["left_ankle"]]
NECK = JOINT["neck"]


def retarget(driving: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Bring driving poses to the limb lengths and the standing place of the content person.

    The first driving pose comes to stand where the first content pose stands; from there the path
    is scaled by the ratio of the bodies. Joints missing from a driving pose stay missing.

    Args:
        driving: float (T, 18, 3), x and y in pixels, confidence 0..1.
        content: float (18, 3), or (K, 18, 3): more poses of the same person give better lengths.

    Returns:
        float32 (T, 18, 3), in pixels of the content's frame.

    Raises:
        ValueError: a shape is wrong.
        HuemanError: no neck is visible in the driving poses or in the first content pose.
    """
    driving = check_poses(driving, dimensions=3)
    content = np.asarray(content)
    content = check_poses(content[None] if content.ndim == 2 else content, dimensions=3)
    _require_neck(driving, "the driving poses")
    _require_neck(content[:1], "the content frame")
    ratios, body_ratio = _bone_ratios(driving, content)
    relative = _resize_bones(driving, ratios)
    path = _neck_path(driving, content[0], relative, body_ratio)
    result = driving.astype(np.float32)
    result[..., :2] = np.where(present(driving)[..., None], path[:, None] + relative, 0)
    return result


def _require_neck(poses: np.ndarray, name: str) -> None:
    if not present(poses)[:, NECK].any():
        raise HuemanError(
            f"No person is seen in {name}: no neck was found; choose a clip that shows the body."
        )


def _bone_ratios(driving: np.ndarray, content: np.ndarray) -> tuple[np.ndarray, float]:
    """Return each bone's length in the content over that in the driver, (17,), and the body's.

    Seen lengths change with the pose: bones point at the camera, and the neck rises with the arms.
    So each content pose is compared with the driving poses that are most like it; but see `HEAD`.
    """
    nearest = np.argsort(_pose_distances(content, driving), axis=1)[:, :NEAREST]
    driver_lengths = _bone_lengths(driving)[nearest]  # (K, n, 17)
    content_lengths = np.broadcast_to(_bone_lengths(content)[:, None], driver_lengths.shape)
    both = np.isfinite(driver_lengths) & np.isfinite(content_lengths)
    driver_total = np.where(both, driver_lengths, 0).sum(axis=(0, 1))
    content_total = np.where(both, content_lengths, 0).sum(axis=(0, 1))
    if not driver_total.sum() > 0:
        return np.ones(len(BONES)), 1.0
    body_ratio = float(content_total.sum() / driver_total.sum())
    mirror = [BONES.index(_mirror(bone)) for bone in BONES]
    driver_total, content_total = (t + t[mirror] for t in (driver_total, content_total))
    ratios = np.full(len(BONES), body_ratio)
    np.divide(content_total, driver_total, out=ratios, where=driver_total > 0)
    heads = [_bone_lengths(poses)[:, HEAD] for poses in (content, driving)]
    if all((lengths > 0).any() for lengths in heads):
        longest = [float(np.nanquantile(lengths, LONGEST)) for lengths in heads]
        ratios[HEAD] = longest[0] / longest[1]
    limits = body_ratio / PROPORTION_LIMIT, body_ratio * PROPORTION_LIMIT
    return np.clip(ratios, *limits), body_ratio


def _bone_lengths(poses: np.ndarray) -> np.ndarray:
    """Return the length in pixels of every bone, (T, 17); NaN where an end is missing."""
    parents = [JOINT[parent] for parent, _ in BONES]
    children = [JOINT[child] for _, child in BONES]
    bones = poses[:, children, :2] - poses[:, parents, :2]
    found = present(poses)
    return np.where(
        found[:, parents] & found[:, children], np.hypot(*np.moveaxis(bones, 2, 0)), np.nan
    )


def _mirror(bone: tuple[str, str]) -> tuple[str, str]:
    """Return the same bone of the body's other side."""
    other = {"right": "left", "left": "right"}
    parent, child = ("_".join(other.get(word, word) for word in end.split("_")) for end in bone)
    return parent, child


def _pose_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return how unlike each pose of (K, 18, 3) is to each of (T, 18, 3), whatever their sizes.

    The mean distance of the joints that both have, seen from the neck in units of `body_scale`.
    """
    rows = []
    second_shape, second_known = _shapes(second)
    # One row at a time: clips may have thousands of frames.
    for shape, known in zip(*_shapes(first), strict=True):
        both = known & second_known
        total = np.where(both, np.linalg.norm(shape - second_shape, axis=2), 0).sum(axis=1)
        mean = total / np.maximum(both.sum(axis=1), 1)
        rows.append(np.where(both.any(axis=1), mean, np.inf))
    return np.stack(rows)


def _shapes(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return joints from the neck in units of `body_scale`, (T, 18, 2), and which are known."""
    scale = np.array([body_scale(pose) for pose in poses])
    offset = (poses[..., :2] - poses[:, NECK : NECK + 1, :2]) / scale[:, None, None]
    known = present(poses) & present(poses)[:, NECK : NECK + 1]
    return np.where(known[..., None], offset, 0), known


def _resize_bones(driving: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """Return joints relative to the neck with each bone scaled by its ratio, (T, 18, 2).

    A missing joint lies where its parent lies, so that its children hang on the parent.
    """
    points = _filled_points(driving)
    relative = np.zeros_like(points)
    for (parent, child), ratio in zip(BONES, ratios, strict=True):
        bone = points[:, JOINT[child]] - points[:, JOINT[parent]]
        relative[:, JOINT[child]] = relative[:, JOINT[parent]] + ratio * bone
    return relative


def _filled_points(poses: np.ndarray) -> np.ndarray:
    """Return (T, 18, 2): a missing neck moves evenly between its neighbours in time, and any other
    missing joint lies where its parent lies.
    """
    found = present(poses)
    points = poses[..., :2].astype(np.float64)
    times = np.arange(len(poses))
    seen = found[:, NECK]
    for axis in (0, 1):
        points[:, NECK, axis] = np.interp(times, times[seen], points[seen, NECK, axis])
    for parent, child in BONES:
        missing = ~found[:, JOINT[child]]
        points[missing, JOINT[child]] = points[missing, JOINT[parent]]
    return points


def _neck_path(
    driving: np.ndarray, content: np.ndarray, relative: np.ndarray, body_ratio: float
) -> np.ndarray:
    """Return where the neck goes, (T, 2), so that the feet keep to the content's floor.

    Seen from the place where the first pose stands, the path grows with the body. What is left is
    the difference between the whole body's ratio and that of torso and legs: without it the feet
    would hang above the floor or sink into it.
    """
    neck = _filled_points(driving)[:, NECK]
    has_feet = present(driving)[:, ANKLES].all(axis=1)
    on_feet = has_feet.any() and present(content)[ANKLES].all()
    place = _standing_place if on_feet else _neck_place
    first = driving[has_feet.argmax() if on_feet else present(driving)[:, NECK].argmax()]

    def on_stage(points: np.ndarray) -> np.ndarray:
        return place(content) + body_ratio * (points - place(first))

    path = on_stage(neck)
    if on_feet:
        driver_feet = on_stage(driving[has_feet][:, ANKLES, :2])[..., 1].max(axis=1)
        feet = path[has_feet, 1] + relative[has_feet][:, ANKLES, 1].max(axis=1)
        times = np.arange(len(driving))
        path[:, 1] += np.interp(times, times[has_feet], driver_feet - feet)
    return path


def _standing_place(pose: np.ndarray) -> np.ndarray:
    """Return the point of the floor between the feet."""
    return np.array([pose[ANKLES, 0].mean(), pose[ANKLES, 1].max()])


def _neck_place(pose: np.ndarray) -> np.ndarray:
    return pose[NECK, :2]
