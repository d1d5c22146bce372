"""Reading of video: files, through FFmpeg (PyAV), and folders of pictures.

Its counterpart is `encoding.write_video`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from hueman.clips.pictures import is_picture, list_pictures, read_picture
from hueman.errors import HuemanError
from hueman.files import require_file

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".webm", ".mkv", ".gif")

MAX_FRAMES = 20_000
MAX_BYTES = 16_000_000_000
MAX_PIXELS = 4096 * 2304
MOST_STRETCHED = 16
"""Pixels are at most so many times wider than high, or higher than wide."""
PICTURES_FPS = 25.0
# A higher declared rate is the clock of the file and not the rate of its frames.
HIGHEST_FPS = 240.0

# Only these demuxers, and only local files: a playlist that calls itself .mp4 opens nothing.
_INPUT_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif",
    "protocol_whitelist": "file",
    # Frames are decoded while a file is opened; rows are padded, and frames may lie on their side.
    "max_pixels": str(2 * MAX_PIXELS),
}
# FFmpeg's default rounding darkens every channel by one to three levels.
UNBIASED = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)
BT709 = 1
_UNSPECIFIED = 2


@dataclass(frozen=True)
class VideoInfo:
    """What is known of a video before all of it is decoded."""

    width: int
    """Pixels, after rotation and with square pixels."""
    height: int
    """Pixels, after rotation and with square pixels."""
    fps: float
    """Frames a second, constant."""
    frames: int
    """Number of frames, as the file declares it; decoding may give a few more or less."""
    duration: float
    """Seconds, as the file declares it."""


class FrameSequence(Protocol):
    """Frames of a clip, to be gone through as often as need be."""

    @property
    def info(self) -> VideoInfo:
        """What is known of them."""
        ...

    @property
    def path(self) -> Path:
        """Where they come from, for messages."""
        ...

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all frames: uint8 (H, W, 3), RGB."""
        ...


class FramesInMemory:
    """A clip, or a single frame, that is in memory already.

    Args:
        frames: uint8 (T, H, W, 3) or (H, W, 3), RGB.
        fps: frames a second.
        name: of the clip, for messages.

    Raises:
        HuemanError: the array has another shape or type, or no frames.
    """

    def __init__(self, frames: np.ndarray, fps: float = PICTURES_FPS, name: str = "the frames"):
        frames = frames[None] if frames.ndim == 3 else frames
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or not frames.size:
            raise HuemanError(
                f"Frames are {frames.dtype} {frames.shape}; give uint8 (T, H, W, 3) or (H, W, 3), "
                "RGB, at least one."
            )
        if not 0 < fps <= HIGHEST_FPS:
            raise HuemanError(f"Frames a second are {fps}; give a number up to {HIGHEST_FPS:g}.")
        self._frames = frames
        self.path = Path(name)
        count, height, width = frames.shape[:3]
        self.info = VideoInfo(width, height, fps, count, count / fps)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all frames."""
        return iter(self._frames)


class Video:
    """A video file, a folder of pictures, or one picture, as a stream of upright RGB frames.

    Iterating yields uint8 (H, W, 3) frames at a constant rate, one in memory at a time, and can be
    repeated. Frames are turned upright by the file's rotation, stretched to square pixels, and
    where the frame rate varies taken or repeated by their timestamps. Colours follow the file's
    own matrix and range; HDR is not tone-mapped.

    Args:
        path: a file with one of VIDEO_SUFFIXES, or a folder of equally large png or jpg pictures,
            which are taken in natural order (9.png before 10.png), or one such picture.
        fps: frames a second to resample to; None keeps a file's own average rate. A folder of
            pictures is played at this rate (PICTURES_FPS if None), never resampled.
        max_frames: refuse longer videos.
        max_pixels: refuse larger frames.

    Raises:
        HuemanError: missing, empty, no video, damaged, cut off, or beyond the limits. Damage in
            the middle is raised while iterating, so a whole iteration means a whole clip.
    """

    def __init__(
        self,
        path: Path | str,
        fps: float | None = None,
        max_frames: int = MAX_FRAMES,
        max_pixels: int = MAX_PIXELS,
    ):
        if fps is not None and not fps > 0:
            raise ValueError(f"fps must be positive, got {fps}")
        self.path = Path(path)
        self._max_frames = max_frames
        self._max_pixels = max_pixels
        if not self.path.exists():
            raise HuemanError(f"{self.path} does not exist; check the path.")
        if self.path.is_dir():
            self._pictures = list_pictures(self.path)
        else:
            self._pictures = [self.path] if is_picture(self.path) else []
        of_pictures = self.path.is_dir() or self._pictures
        self.info = self._probe_pictures(fps) if of_pictures else self._probe_file(fps)
        if self.info.frames > max_frames:
            raise self._too_long()

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all frames: uint8 (H, W, 3), RGB."""
        frames = self._iterate_pictures() if self._pictures else self._iterate_file()
        for count, frame in enumerate(frames):
            if count >= self._max_frames:
                raise self._too_long()
            yield frame

    def read(self) -> np.ndarray:
        """Return all frames at once: uint8 (T, H, W, 3)."""
        return np.stack(list(self))

    def _too_long(self) -> HuemanError:
        return HuemanError(
            f"{self.path} has more than {self._max_frames} frames; cut it into shorter clips."
        )

    def _check_size(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise HuemanError(
                f"{self.path} has frames of {width} x {height}, more than the limit of "
                f"{self._max_pixels} pixels; scale it down first."
            )

    def _probe_pictures(self, fps: float | None) -> VideoInfo:
        if not self._pictures:
            raise HuemanError(f"{self.path} holds no png or jpg pictures; choose another folder.")
        height, width = read_picture(self._pictures[0]).shape[:2]
        self._check_size(width, height)
        rate = fps or PICTURES_FPS
        count = len(self._pictures)
        return VideoInfo(width, height, rate, count, count / rate)

    def _iterate_pictures(self) -> Iterator[np.ndarray]:
        size = (self.info.height, self.info.width)
        for path in self._pictures:
            frame = read_picture(path)
            if frame.shape[:2] != size:
                raise HuemanError(
                    f"{path} is {frame.shape[1]} x {frame.shape[0]} but the first picture is "
                    f"{size[1]} x {size[0]}; make all pictures of a clip equally large."
                )
            yield frame

    def _probe_file(self, fps: float | None) -> VideoInfo:
        with _open_video(self.path) as (container, stream):
            self._check_size(stream.width, stream.height)
            frame = next(container.decode(stream), None)
            if frame is None:
                raise HuemanError(f"{self.path} has no frames; choose another file.")
            height, width = _upright_rgb(frame, stream.sample_aspect_ratio).shape[:2]
            rate = float(stream.average_rate or 0)
            duration = _declared_duration(container, stream)
        if not (0 < rate <= HIGHEST_FPS and duration):
            rate, duration = _measure(self.path)
        rate = fps or rate
        return VideoInfo(width, height, rate, max(1, round(duration * rate)), duration)

    def _iterate_file(self) -> Iterator[np.ndarray]:
        with _open_video(self.path) as (container, stream):
            yield from at_constant_rate(self._decode(container, stream), self.info.fps)

    def _decode(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Yield (seconds, frame), and raise if the file ends before it should."""
        times: list[float] = []
        for packet in container.demux(stream):
            frames = packet.decode()
            if packet.is_corrupt or any(frame.is_corrupt for frame in frames):
                raise _damaged(self.path)
            for frame in frames:
                # Old avi files have no timestamps of their own.
                times.append(len(times) / self.info.fps if frame.time is None else frame.time)
                rgb = _upright_rgb(frame, stream.sample_aspect_ratio)
                if rgb.shape[:2] != (self.info.height, self.info.width):
                    raise HuemanError(
                        f"{self.path} changes its frame size on the way; convert it to one size."
                    )
                yield times[-1], rgb
        if not times or _ends_early(self.path, times, _declared_duration(container, stream)):
            raise _damaged(self.path)


def at_constant_rate(
    timed_frames: Iterable[tuple[float, np.ndarray]], fps: float
) -> Iterator[np.ndarray]:
    """Resample frames with timestamps in seconds to `fps` frames a second.

    Each frame goes to the nearest tick after the first frame's; a tick without a frame repeats the
    one before, and of several frames at one tick the first is kept.
    """
    start, tick, held = 0.0, 0, None
    for time, frame in timed_frames:
        if held is None:
            start, held = time, frame
            continue
        # A little off the half, so that timestamps rounded to milliseconds fall evenly.
        next_tick = int((time - start) * fps + 0.499)
        for _ in range(tick, next_tick):
            yield held
        if next_tick > tick:
            tick, held = next_tick, frame
    if held is not None:
        yield held


@contextmanager
def _open_video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file and yield (container, first video stream); damage becomes a HuemanError."""
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise HuemanError(
            f"{path} is not a video; its name must end in one of {' '.join(VIDEO_SUFFIXES)}."
        )
    try:
        # "file:" keeps names with a colon from being taken for a protocol.
        require_file(path)
        if path.stat().st_size > MAX_BYTES:
            raise HuemanError(
                f"{path} has more than {MAX_BYTES // 10**9} GB; cut it into shorter clips."
            )
        with av.open(
            f"file:{path}", options=_INPUT_OPTIONS, metadata_errors="replace"
        ) as container:
            streams = [
                s for s in container.streams.video if not s.disposition & Disposition.attached_pic
            ]
            if not streams:
                raise HuemanError(f"{path} has no video in it (only sound?); choose another file.")
            # A file may change its size on the way to one that takes all memory.
            streams[0].codec_context.options = {"max_pixels": _INPUT_OPTIONS["max_pixels"]}
            yield container, streams[0]
    except PermissionError as error:
        raise HuemanError(f"{path} may not be read; change its permissions.") from error
    except (FFmpegError, OSError, ValueError, ArithmeticError, MemoryError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> HuemanError:
    return HuemanError(
        f"{path} is damaged, cut off, or no video; copy or download it again, or convert it anew."
    )


def _measure(path: Path) -> tuple[float, float]:
    """Return frames a second and seconds, from the timestamps of all packets."""
    with _open_video(path) as (container, stream):
        times = [p.pts * p.time_base for p in container.demux(stream) if p.pts is not None]
    span = float(max(times) - min(times)) if times else 0.0
    rate = (len(times) - 1) / span if span else PICTURES_FPS
    return rate, len(times) / rate


def _declared_duration(container: InputContainer, stream: VideoStream) -> float:
    """Return the seconds of video that a file says it has, 0 if it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return container.duration / av.time_base
    return 0.0


def _ends_early(path: Path, times: list[float], duration: float) -> bool:
    """Whether the last frame comes well before the declared end (0 if none is declared)."""
    if path.suffix.lower() == ".gif":  # declares no duration but ends with a mark
        return not path.read_bytes().rstrip(b"\0").endswith(b";")
    longest_frame = max(np.diff(times), default=duration)
    return times[-1] - times[0] + 1.5 * longest_frame + 0.1 < duration


def _upright_rgb(frame: VideoFrame, pixel_aspect: Fraction | None) -> np.ndarray:
    """Convert to RGB with square pixels and turn by the display matrix."""
    if frame.colorspace == _UNSPECIFIED and (frame.width >= 1280 or frame.height > 576):
        frame.colorspace = BT709  # what players take for untagged high definition
    aspect = float(pixel_aspect or 1)
    if not 1 / MOST_STRETCHED <= aspect <= MOST_STRETCHED:
        raise ValueError(f"pixels are {aspect:g} times wider than high")
    width = max(1, round(frame.width * aspect))
    rgb = frame.to_ndarray(format="rgb24", width=width, interpolation=UNBIASED)
    return np.ascontiguousarray(np.rot90(rgb, round(frame.rotation / 90)))
