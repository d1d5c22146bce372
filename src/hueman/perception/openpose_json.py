"""Poses as OpenPose's JSON: a folder with one NAME_NUMBER_keypoints.json for each frame.

Read are OpenPose's models COCO (18 joints, our own order) and BODY_25; written is COCO.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from hueman.clips.joints import check_joints
from hueman.errors import HuemanError
from hueman.features.skeleton import JOINTS
from hueman.files import atomic_folder, read_json
from hueman.perception.one_person import prominence

_SUFFIX = "_keypoints.json"

# Where our joints are among BODY_25's, which has a middle of the hips and feet besides.
_BODY_25_ORDER = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_BODY_25_JOINTS = 25


def read_openpose_json(folder: Path | str) -> np.ndarray:
    """Read the poses of a clip, in the order of the files' numbers.

    Of several people in a frame the one that is large and surely seen is taken: the size of their
    box times the sum of their confidences decides. In a frame without people all are missing.

    Returns:
        float32 (T, 18, 3): x, y as in the files, which are pixels unless OpenPose was told to
        scale them; confidence 0..1.

    Raises:
        HuemanError: the folder has no such files, or one of them is malformed.
    """
    folder = Path(folder)
    files = sorted(folder.glob(f"*{_SUFFIX}"), key=_frame_number)
    if not files:
        raise HuemanError(
            f"{folder} holds no files *{_SUFFIX}; give the folder that OpenPose wrote with "
            "--write_json."
        )
    return np.stack([_read_frame(file) for file in files])


def write_openpose_json(folder: Path | str, pose: np.ndarray) -> None:
    """Write the poses of a clip, float32 (T, 18, 3), as a new folder in OpenPose's COCO format.

    Raises:
        ValueError: a wrong shape.
        HuemanError: the folder cannot be written.
    """
    if pose.ndim != 3 or pose.shape[1:] != (len(JOINTS), 3):
        raise ValueError(f"pose must be (T, 18, 3), got {pose.shape}")
    with atomic_folder(Path(folder)) as temporary:
        for number, joints in enumerate(pose):
            people = []
            if (joints[:, 2] > 0).any():
                numbers = np.where(joints[:, 2:] > 0, joints, 0).round(4).ravel().tolist()
                people.append({"person_id": [-1], "pose_keypoints_2d": numbers})
            content = json.dumps({"version": 1.3, "people": people})
            file = temporary / f"frame_{number:012d}{_SUFFIX}"
            file.write_text(content, encoding="utf-8")


def _frame_number(file: Path) -> tuple[int, str]:
    """Sort by the number before the suffix, whether it is padded with zeros or not."""
    match = re.search(r"(\d+)$", file.name.removesuffix(_SUFFIX))
    return (int(match[1]) if match else 0, file.name)


def _read_frame(file: Path) -> np.ndarray:
    try:
        people = read_json(file)["people"]
        poses = [_person(person["pose_keypoints_2d"]) for person in people]
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise HuemanError(
            f"{file} is not a frame of OpenPose's JSON ({type(error).__name__}: {error}); "
            "write it again with OpenPose's COCO or BODY_25 model."
        ) from error
    if not poses:
        return np.zeros((len(JOINTS), 3), np.float32)
    return max(poses, key=prominence)


def _person(numbers: list[Any]) -> np.ndarray:
    """Return the 18 joints from x, y, confidence of 18 or 25 joints one after the other."""
    joints = np.array(numbers, np.float32)
    if joints.shape == (_BODY_25_JOINTS * 3,):
        joints = joints.reshape(-1, 3)[list(_BODY_25_ORDER)]
    elif joints.shape == (len(JOINTS) * 3,):
        joints = joints.reshape(-1, 3)
    else:
        raise ValueError(f"a person has {joints.size} numbers, expected 54 or 75")
    check_joints(joints)
    joints[~(joints[:, 2] > 0)] = 0
    joints[:, 2] = np.minimum(joints[:, 2], 1)
    return joints
