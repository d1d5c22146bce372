"""Writing of video: files, through FFmpeg (PyAV), and folders of pictures."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from hueman.clips.picture_sequence import check_sequence_folder, write_sequence
from hueman.clips.video import BT709, UNBIASED
from hueman.errors import HuemanError
from hueman.files import atomic_file

LIMITED_RANGE = 1
NEAR_LOSSLESS = 14

_SUFFIXES = (".mp4", ".mov", ".webm", ".gif")
_SUFFIXES_WITH_ALPHA = (".webm", ".mov")
_RAW_FORMATS = {3: "rgb24", 4: "rgba"}
"""FFmpeg's name of frames, by their number of channels."""


@dataclass(frozen=True)
class _Codec:
    """How FFmpeg makes a video file."""

    name: str
    pixel_format: str
    options: dict[str, str]
    container_options: dict[str, str] = field(default_factory=dict)


def write_video(
    path: Path | str,
    frames: Iterable[np.ndarray],
    fps: float,
    reproducible: bool = False,
    crf: int = NEAR_LOSSLESS,
) -> None:
    """Write frames to `path`, atomically.

    The suffix chooses the format: `.mp4` or `.mov` (H.264, near lossless, tagged BT.709, starts
    before it is fully loaded), `.webm` (VP9), or `.gif` (a palette for each frame); without a
    suffix it is a folder of PNG pictures, 0001.png and so on. Frames with alpha go into `.webm`
    (VP9), `.mov` (ProRes 4444) or such a folder. Video codecs need even sizes: an odd width or
    height is padded by repeating the last column or row.

    Args:
        path: the file to write; an existing one is replaced.
        frames: uint8 (H, W, 3) RGB, or (H, W, 4) RGBA with colours that are not multiplied by
            alpha, all equally large; taken one at a time. A generator is closed in the end.
        fps: frames a second; pictures in a folder do not keep it.
        reproducible: give the same bytes for the same frames, whatever the number of CPU cores;
            slower, and about a tenth larger.
        crf: constant rate factor of H.264, 0 (lossless) to 51; other codecs have their own.

    Raises:
        HuemanError: see `check_output`, or the file cannot be written.
        ValueError: no frames, or frames of a wrong or changing shape or dtype.
    """
    path = Path(path)
    check_output(path)
    if not fps > 0:
        raise ValueError(f"fps must be positive, got {fps}")
    with _closed(iter(frames)) as iterator:
        first = next(iterator, None)
        if first is None:
            raise ValueError("a video needs at least one frame, got none")
        checked = (_check_frame(frame, first.shape) for frame in chain([first], iterator))
        transparent = first.shape[2:] == (4,)
        check_output(path, transparent)
        if not path.suffix:
            write_sequence(path, checked)
            return
        rate = Fraction(fps).limit_denominator(1001)
        with atomic_file(path) as temporary:
            if path.suffix.lower() == ".gif":
                _write_gif(temporary, checked, first.shape, rate)
            else:
                codec = _choose_codec(path.suffix.lower(), transparent, reproducible, crf)
                _write_yuv(temporary, checked, first.shape, rate, codec)


@contextmanager
def _closed(frames: Iterator[np.ndarray]) -> Iterator[Iterator[np.ndarray]]:
    """Close a generator of frames whatever happens: its progress bar holds a thread."""
    try:
        yield frames
    finally:
        if isinstance(frames, Generator):
            frames.close()


def check_output(path: Path, transparent: bool = False) -> None:
    """Refuse a path to which `write_video` could not write, before any work is done for it.

    Raises:
        HuemanError: the suffix is not known, or its format has no alpha and `transparent` frames
            need it, or a folder of that name holds other things.
    """
    suffixes = _SUFFIXES_WITH_ALPHA if transparent else _SUFFIXES
    if not path.suffix:
        check_sequence_folder(path)
    elif path.suffix.lower() not in suffixes:
        what = "transparent" if path.suffix.lower() in _SUFFIXES else "written"
        raise HuemanError(
            f"{path} cannot be {what}: name it {', '.join(suffixes)}, or without a suffix for a "
            "folder of PNG pictures."
        )


def _check_frame(frame: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    right = frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] in _RAW_FORMATS
    if not right or frame.shape != shape:
        raise ValueError(
            f"frames must be uint8 (H, W, 3 or 4) and equally large, the first is {shape}, "
            f"got {frame.dtype} {frame.shape}"
        )
    return np.ascontiguousarray(frame)


def _choose_codec(suffix: str, transparent: bool, reproducible: bool, crf: int) -> _Codec:
    one_thread = {"threads": "1"} if reproducible else {}
    if suffix == ".webm":
        options = {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "4"}
        return _Codec("libvpx-vp9", "yuva420p" if transparent else "yuv420p", options | one_thread)
    if transparent:  # what video editors exchange; H.264 has no alpha
        return _Codec("prores_ks", "yuva444p10le", {"profile": "4444"} | one_thread)
    options = {"crf": str(crf), "preset": "medium"}
    if reproducible:  # x264's macroblock tree reads beyond its memory at some widths
        options |= one_thread | {"mbtree": "0"}
    return _Codec("libx264", "yuv420p", options, {"movflags": "+faststart"})


def _write_yuv(
    path: Path,
    frames: Iterator[np.ndarray],
    shape: tuple[int, ...],
    rate: Fraction,
    codec: _Codec,
) -> None:
    height, width = (size + size % 2 for size in shape[:2])
    padding = ((0, height - shape[0]), (0, width - shape[1]), (0, 0))
    with av.open(str(path), "w", options=codec.container_options) as container:
        stream = cast(VideoStream, container.add_stream(codec.name, rate, codec.options))
        stream.width, stream.height, stream.pix_fmt = width, height, codec.pixel_format
        for name in ("colorspace", "color_primaries", "color_trc"):
            setattr(stream.codec_context, name, BT709)
        stream.codec_context.color_range = LIMITED_RANGE
        for index, frame in enumerate(frames):
            padded = np.pad(frame, padding, "edge")
            picture = av.VideoFrame.from_ndarray(padded, format=_RAW_FORMATS[shape[2]])
            picture = picture.reformat(
                format=codec.pixel_format,
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
