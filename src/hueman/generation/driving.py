"""Driving poses, from whatever shows a movement."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from hueman.clips.archives import read_archive
from hueman.clips.joints import check_joints
from hueman.clips.pictures import list_pictures
from hueman.clips.store import read_clip
from hueman.clips.video import VIDEO_SUFFIXES, Video
from hueman.errors import HuemanError
from hueman.generation.actions import ACTION_FPS, read_action
from hueman.generation.bvh import read_bvh
from hueman.generation.camera import is_camera, watch
from hueman.generation.captured_poses import captured_poses
from hueman.overlap import ahead
from hueman.perception.base import pose_estimator
from hueman.perception.openpose_json import read_openpose_json, write_openpose_json
from hueman.perception.smoothing import smooth_poses

POSE_FPS = 25.0
"""Frames a second of poses whose file does not tell."""


def driving_poses(
    drive: Path | str, estimator: str = "blazepose", seconds: float = 5.0, smooth: bool = False
) -> tuple[np.ndarray, float]:
    """Read the poses of a movement, or see them.

    Args:
        drive: what `read_driving_poses` reads, or a video, a folder of pictures, BVH motion capture
            (.bvh), a camera (see `watch`), or the name of one of the `builtin_actions`. What exists
            as a file or folder is not taken for a camera or a name.
        estimator: what sees poses in pictures, see `pose_estimator`.
        seconds: how long a camera is watched, 0.5 to 30.
        smooth: smooth poses from OpenPose's JSON and from .npz too. What is seen here always is;
            those files come from 'hueman poses', which has smoothed them, or were made by hand.

    Returns:
        float32 (T, 18, 3), x and y in pixels, confidence 0..1, and frames a second.

    Raises:
        HuemanError: it cannot be used, or shows nobody.
    """
    path = Path(drive)
    if not path.exists():
        if is_camera(str(drive)):
            return _seen(*watch(str(drive), seconds), str(drive), estimator)
        if not path.suffix and len(path.parts) == 1:
            return read_action(str(drive)), ACTION_FPS
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES or _holds_pictures(path):
        return perceive_poses(path, estimator)
    if suffix == ".bvh":
        capture = read_bvh(path)
        return captured_poses(capture), capture.fps
    poses = read_driving_poses(path)
    if suffix == ".h5":
        return poses, read_clip(path, slice(0, 1)).fps
    return smooth_poses(poses, POSE_FPS) if smooth else poses, POSE_FPS


def perceive_poses(path: Path, estimator: str = "blazepose") -> tuple[np.ndarray, float]:
    """See the poses in a video or a folder of pictures, smoothed over time.

    Returns:
        float32 (T, 18, 3) in pixels of its frames, and frames a second.

    Raises:
        HuemanError: the video cannot be read, or it shows nobody.
    """
    video = Video(path)
    return _seen(ahead(video), video.info.fps, str(path), estimator)


def _seen(
    frames: Iterable[np.ndarray], fps: float, name: str, estimator: str
) -> tuple[np.ndarray, float]:
    pose = pose_estimator(estimator, torch.get_num_threads()).poses(frames)
    if not (pose[..., 2] > 0).any():
        raise HuemanError(f"{name} shows nobody; choose a clip of one whole person in view.")
    return smooth_poses(pose, fps), fps


def write_poses(video: Path, out: Path, estimator: str = "blazepose") -> int:
    """Write the poses seen in a video as a folder of OpenPose's JSON; return how many.

    Raises:
        HuemanError: the video cannot be read or shows nobody, or the folder cannot be written.
    """
    pose, _ = perceive_poses(video, estimator)
    write_openpose_json(out, pose)
    return len(pose)


def _holds_pictures(path: Path) -> bool:
    return path.is_dir() and bool(list_pictures(path))


def read_driving_poses(path: Path | str) -> np.ndarray:
    """Read the poses of an action.

    Args:
        path: a prepared clip (`.h5`), a NumPy archive (`.npz`) whose array `pose` is (T, 18, 3), or
            (T, 18, 2) if all joints are known, or a folder with OpenPose's JSON, a file a frame.

    Returns:
        float32 (T, 18, 3), x and y in pixels of the frames they were made from, confidence 0..1.

    Raises:
        HuemanError: there is nothing at `path`, or it holds no poses.
    """
    path = Path(path)
    if path.is_dir():
        poses = read_openpose_json(path)
    elif not path.is_file():
        raise HuemanError(f"There are no driving poses at {path}; check the path.")
    elif path.suffix == ".h5":
        poses = read_clip(path).pose
    elif path.suffix == ".npz":
        poses = _read_archive(path)
    else:
        raise HuemanError(
            f"{path} is not a file with poses; give a prepared clip (.h5), a NumPy archive (.npz) "
            "or a folder with OpenPose's JSON."
        )
    if not (poses[..., 2] > 0).any():
        raise HuemanError(f"{path} shows nobody: no pose has a joint; choose another clip.")
    return poses


def _read_archive(path: Path) -> np.ndarray:
    try:
        poses = read_archive(path, "pose").astype(np.float32)
    except (OSError, LookupError, ValueError) as error:
        raise HuemanError(
            f"{path} cannot be read as poses ({error}); it needs an array 'pose' (T, 18, 3)."
        ) from error
    if poses.ndim == 3 and poses.shape[1:] == (18, 2):
        poses = np.concatenate([poses, np.ones_like(poses[..., :1])], axis=2)
    if poses.ndim != 3 or poses.shape[1:] != (18, 3):
        raise HuemanError(f"{path} has 'pose' of shape {poses.shape}; it must be (T, 18, 3).")
    try:
        check_joints(poses)
    except ValueError as error:
        raise HuemanError(f"{path} cannot be read as poses: {error}.") from error
    return poses
