"""A camera as the source of a movement, read by OpenCV."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import cv2
import numpy as np

from hueman.clips.video import at_constant_rate
from hueman.errors import HuemanError
from hueman.generation.settings import SECONDS, check_within
from hueman.progress import progress_bar

PREFIX = "camera:"
SHORTER_SIDE = 384
"""Pixels; larger frames are made smaller at once, since all of them are held in memory."""
CLOSEST = 1 / 40
"""Seconds between frames that are kept: half of a fast camera's are enough."""
TIMEOUTS = [
    cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 10_000,
    cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5_000,
]  # fmt: skip
"""How long a camera in a network may be silent."""


def is_camera(drive: str) -> bool:
    """Tell whether a text names a camera: camera:0, camera:/dev/video2, camera:rtsp://..."""
    return drive.startswith(PREFIX)


def watch(camera: str, seconds: float) -> tuple[np.ndarray, float]:
    """Watch a camera for a while.

    The rate of a live camera is measured: what cameras declare is what they do in good light. A
    recording given as a camera keeps its own rate, and is read as fast as it can be.

    Args:
        camera: "camera:" and a number, a device, an address, or a recording: whatever OpenCV opens.
        seconds: how long, 0.5 to 30.

    Returns:
        uint8 (T, H, W, 3) RGB, the shorter side at most SHORTER_SIDE, and frames a second.

    Raises:
        HuemanError: it cannot be opened or gives no frames, or seconds is out of range.
    """
    check_within("seconds", seconds, SECONDS)
    with _opened(camera) as capture:
        timed = list(_frames(capture, seconds))
    if len(timed) < 2:
        raise HuemanError(
            f"{camera} gave {len(timed)} frames within {seconds:g} seconds; check the camera with "
            "another program, or choose another one."
        )
    fps = (len(timed) - 1) / (timed[-1][0] - timed[0][0])
    return np.stack(list(at_constant_rate(timed, fps))), fps


@contextmanager
def _opened(camera: str) -> Iterator[cv2.VideoCapture]:
    capture = cv2.VideoCapture()
    try:
        if not _open(capture, camera.removeprefix(PREFIX)):
            raise HuemanError(
                f"{camera} cannot be opened; check its number or address, that it is connected, "
                "and that no other program uses it."
            )
        yield capture
    finally:
        capture.release()


def _open(capture: cv2.VideoCapture, source: str) -> bool:
    # What OpenCV's backends print when they do not fit would drown our own message.
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        if source.isdecimal():
            return capture.open(int(source))
        if "://" in source:
            return capture.open(source, cv2.CAP_FFMPEG, TIMEOUTS)
        return capture.open(source)
    except (cv2.error, OverflowError):
        return False
    finally:
        cv2.utils.logging.setLogLevel(level)


def _frames(capture: cv2.VideoCapture, seconds: float) -> Iterator[tuple[float, np.ndarray]]:
    """Yield (seconds, frame) of what is kept, frames uint8 (H, W, 3) RGB of one size."""
    kept, size = -np.inf, None
    with progress_bar("Watching (seconds)", total=round(seconds)) as bar:
        for now in _times(capture):
            if now >= seconds:
                return
            if now - kept < CLOSEST:
                continue
            whole, picture = capture.retrieve()
            if not whole:
                continue
            bar.advance(int(now) - int(max(kept, 0)))
            kept, size = now, size or _small_size(picture)
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            yield now, cv2.cvtColor(small, cv2.COLOR_BGR2RGB)


def _times(capture: cv2.VideoCapture) -> Iterator[float]:
    """Take frame after frame and yield the seconds since the first; they can be retrieved then."""
    rate = capture.get(cv2.CAP_PROP_FPS)
    # Only what has an end is a recording.
    recorded = rate > 0 and capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0
    start = None
    for number in count():
        if not capture.grab():
            return
        now = number / rate if recorded else time.monotonic()
        start = now if start is None else start
        yield now - start


def _small_size(picture: np.ndarray) -> tuple[int, int]:
    """Return width and height with the shorter side at most SHORTER_SIDE."""
    height, width = picture.shape[:2]
    scale = min(1.0, SHORTER_SIDE / min(height, width))
    return round(width * scale), round(height * scale)
