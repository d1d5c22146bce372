"""What a visitor uploads, from files to frames and poses, in bounded memory and time."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from hueman.clips.pictures import MAX_PICTURE_PIXELS, check_picture, is_picture
from hueman.clips.video import VIDEO_SUFFIXES, Video
from hueman.errors import HuemanError
from hueman.generation.motion import fill_gaps
from hueman.perception.base import pose_estimator
from hueman.perception.smoothing import smooth_poses
from hueman.studio.limits import Limits

PERSON_FRAMES = 12
"""Of a clip of a person, so many are looked at."""
PERSON_SIDE = 1024
"""Pixels of the longer side at which they are kept."""
MOVEMENT_SIDE = 480
"""Pixels of the longer side of the frames in which poses are seen."""
MOVEMENT_FPS = 25.0
"""Frames a second of a movement at most."""

Movement = tuple[np.ndarray, float]
"""Poses, float32 (T, 18, 3), and frames a second."""


def open_upload(path: Path, limits: Limits, fps: float | None = None) -> Video:
    """Open a picture or a clip.

    Args:
        path: of the file.
        limits: for its length and size.
        fps: frames a second at most.

    Raises:
        HuemanError: it is neither, it is damaged, or beyond the limits.
    """
    if is_picture(path):
        check_picture(path, path.name)
        return Video(path, max_pixels=MAX_PICTURE_PIXELS)
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise HuemanError(
            f"{path.name} is neither a picture nor a clip; choose a .jpg, .png or "
            f"{', '.join(VIDEO_SUFFIXES)} file."
        )
    info = Video(path).info
    limits.check_length(path, info)
    rate = min(info.fps, fps or info.fps)
    # A file may be longer than it says.
    return Video(path, fps=rate, max_frames=int((limits.max_seconds + 1) * rate) + 1)


def read_person(path: Path, limits: Limits) -> np.ndarray:
    """Read frames that show a person: the first, and others evenly spread over a clip.

    Returns:
        uint8 (T, H, W, 3), RGB, T up to PERSON_FRAMES.

    Raises:
        HuemanError: as `open_upload`.
    """
    video = open_upload(path, limits)
    every = max(1, -(-video.info.frames // PERSON_FRAMES))
    return np.stack(list(_shrunk(video, PERSON_SIDE, every))[:PERSON_FRAMES])


def read_movement(path: Path, limits: Limits) -> Movement:
    """See the poses in a clip.

    Raises:
        HuemanError: as `open_upload`, or it does not move, or shows nobody.
    """
    video = open_upload(path, limits, MOVEMENT_FPS)
    frames = np.stack(list(_shrunk(video, MOVEMENT_SIDE)))
    if len(frames) < 2:
        raise HuemanError(f"{path.name} is a single picture and does not move; choose a clip.")
    pose = pose_estimator("blazepose")(frames).pose
    if not (pose[..., 2] > 0).any():
        raise HuemanError(f"{path.name} shows nobody; choose a clip of one whole person in view.")
    fps = video.info.fps
    return fill_gaps(smooth_poses(pose, fps), fps), fps


def _shrunk(video: Video, side: int, every: int = 1) -> Iterator[np.ndarray]:
    """Yield each so many frames, with a longer side of at most `side` pixels."""
    scale = min(1.0, side / max(video.info.width, video.info.height))
    size = round(video.info.width * scale), round(video.info.height * scale)
    for number, frame in enumerate(video):
        if number % every == 0:
            yield cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame
