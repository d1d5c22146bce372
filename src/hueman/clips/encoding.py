"""Writing of video files, through FFmpeg (PyAV)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from hueman.clips.video import BT709, UNBIASED
from hueman.errors import HuemanError
from hueman.files import atomic_file

LIMITED_RANGE = 1
NEAR_LOSSLESS = 14


def write_video(
    path: Path | str,
    frames: Iterable[np.ndarray],
    fps: float,
    reproducible: bool = False,
    crf: int = NEAR_LOSSLESS,
) -> None:
    """Write frames to `path`, atomically.

    The suffix chooses the format: `.mp4` or `.mov` (H.264, near lossless, tagged BT.709, starts
    before it is fully loaded), `.webm` (VP9), or `.gif` (a palette for each frame). Video codecs
    need even sizes: an odd width or height is padded by repeating the last column or row.

    Args:
        path: the file to write; an existing one is replaced.
        frames: uint8 (H, W, 3) RGB, all equally large; taken one at a time.
        fps: frames a second.
        reproducible: give the same bytes for the same frames, whatever the number of CPU cores;
            slower, and about a tenth larger.
        crf: constant rate factor of H.264, 0 (lossless) to 51; VP9 has its own.

    Raises:
        HuemanError: the suffix is not one of these, or the file cannot be written.
        ValueError: no frames, or frames of a wrong or changing shape or dtype.
    """
    path = Path(path)
    write = {
        ".mp4": partial(_write_h264, reproducible=reproducible, crf=crf),
        ".mov": partial(_write_h264, reproducible=reproducible, crf=crf),
        ".webm": partial(_write_vp9, reproducible=reproducible),
        ".gif": _write_gif,
    }
    if path.suffix.lower() not in write:
        raise HuemanError(f"{path} cannot be written: name it .mp4, .mov, .webm or .gif.")
    if not fps > 0:
        raise ValueError(f"fps must be positive, got {fps}")
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise ValueError("a video needs at least one frame, got none")
    checked = (_check_frame(frame, first.shape) for frame in chain([first], iterator))
    rate = Fraction(fps).limit_denominator(1001)
    with atomic_file(path) as temporary:
        write[path.suffix.lower()](temporary, checked, first.shape, rate)


def _check_frame(frame: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
        raise ValueError(
            f"frames must be uint8 (H, W, 3) and equally large, the first is {shape}, "
            f"got {frame.dtype} {frame.shape}"
        )
    return np.ascontiguousarray(frame)


def _write_h264(
    path: Path,
    frames: Iterator[np.ndarray],
    shape: tuple[int, ...],
    rate: Fraction,
    reproducible: bool,
    crf: int,
) -> None:
    options = {"crf": str(crf), "preset": "medium"}
    if reproducible:  # x264's macroblock tree reads beyond its memory at some widths
        options |= {"threads": "1", "mbtree": "0"}
    _write_yuv(path, frames, shape, rate, "libx264", options, {"movflags": "+faststart"})


def _write_vp9(
    path: Path,
    frames: Iterator[np.ndarray],
    shape: tuple[int, ...],
    rate: Fraction,
    reproducible: bool,
) -> None:
    options = {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4"}
    if reproducible:
        options["threads"] = "1"
    _write_yuv(path, frames, shape, rate, "libvpx-vp9", options, {})


def _write_yuv(
    path: Path,
    frames: Iterator[np.ndarray],
    shape: tuple[int, ...],
    rate: Fraction,
    codec: str,
    codec_options: dict[str, str],
    container_options: dict[str, str],
) -> None:
    height, width = (size + size % 2 for size in shape[:2])
    padding = ((0, height - shape[0]), (0, width - shape[1]), (0, 0))
    with av.open(str(path), "w", options=container_options) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate, codec_options))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for name in ("colorspace", "color_primaries", "color_trc"):
            setattr(stream.codec_context, name, BT709)
        stream.codec_context.color_range = LIMITED_RANGE
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.pad(frame, padding, "edge"), format="rgb24")
            picture = picture.reformat(
                format="yuv420p",
                dst_colorspace="ITU709",
                dst_color_range="MPEG",
                interpolation=UNBIASED,
            )
            picture.pts, picture.time_base = index, 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _write_gif(
    path: Path, frames: Iterator[np.ndarray], shape: tuple[int, ...], rate: Fraction
) -> None:
    height, width = shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        graph = _palette_graph(width, height, rate)
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts, picture.time_base = index, 1 / rate
            graph.vpush(picture)
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode(None))


def _palette_graph(width: int, height: int, rate: Fraction) -> Graph:
    """Return a filter graph that reduces each frame to the best 256 colours of its own."""
    graph = Graph()
    rgb = VideoFormat("rgb24")
    source = graph.add_buffer(width=width, height=height, format=rgb, time_base=1 / rate)
    split = graph.add("split")
    palette = graph.add("palettegen", "stats_mode=single")
    apply = graph.add("paletteuse", "new=1:dither=sierra2_4a")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0)
    split.link_to(apply, 1, 0)
    palette.link_to(apply, 0, 1)
    apply.link_to(sink)
    graph.configure()
    return graph
