"""Driving poses: from a video, a prepared clip, a NumPy archive or a folder of OpenPose's JSON."""

import zipfile
from pathlib import Path

import numpy as np

from hueman.clips.pictures import list_pictures
from hueman.clips.store import read_clip
from hueman.clips.video import VIDEO_SUFFIXES, Video
from hueman.errors import HuemanError
from hueman.perception.base import pose_estimator
from hueman.perception.openpose_json import read_openpose_json, write_openpose_json
from hueman.perception.smoothing import smooth_poses

POSE_FPS = 25.0
"""Frames a second of poses whose file does not tell."""


def driving_poses(path: Path | str, estimator: str = "blazepose") -> tuple[np.ndarray, float]:
    """Read the poses of an action from a file of poses, or see them in a video.

    Args:
        path: as for `read_driving_poses`, or a video, or a folder of pictures.
        estimator: what sees them there, see `pose_estimator`.

    Returns:
        As `read_driving_poses`, and frames a second.

    Raises:
        HuemanError: the file cannot be used, or it shows nobody.
    """
    path = Path(path)
    if path.suffix.lower() in VIDEO_SUFFIXES or _holds_pictures(path):
        return perceive_poses(path, estimator)
    fps = read_clip(path, slice(0, 1)).fps if path.suffix == ".h5" else POSE_FPS
    return read_driving_poses(path), fps


def perceive_poses(path: Path, estimator: str = "blazepose") -> tuple[np.ndarray, float]:
    """See the poses in a video or a folder of pictures, smoothed over time.

    Returns:
        float32 (T, 18, 3) in pixels of its frames, and frames a second.

    Raises:
        HuemanError: the video cannot be read, or it shows nobody.
    """
    video = Video(path)
    pose = pose_estimator(estimator)(video.read()).pose
    if not (pose[..., 2] > 0).any():
        raise HuemanError(f"{path} shows nobody; choose a clip of one whole person in view.")
    return smooth_poses(pose, video.info.fps), video.info.fps


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
        with np.load(path) as arrays:
            poses = np.asarray(arrays["pose"], dtype=np.float32)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise HuemanError(
            f"{path} cannot be read as poses ({error}); it needs an array 'pose' (T, 18, 3)."
        ) from error
    if poses.ndim == 3 and poses.shape[1:] == (18, 2):
        poses = np.concatenate([poses, np.ones_like(poses[..., :1])], axis=2)
    if poses.ndim != 3 or poses.shape[1:] != (18, 3):
        raise HuemanError(f"{path} has 'pose' of shape {poses.shape}; it must be (T, 18, 3).")
    if not np.isfinite(poses[poses[..., 2] != 0]).all():
        raise HuemanError(
            f"{path} has poses that are not finite numbers; give missing joints confidence 0."
        )
    return poses
