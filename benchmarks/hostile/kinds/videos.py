"""Videos: those that are seen, uploaded, or that poses are read from."""

import struct
from pathlib import Path

import numpy as np

from ..crafting import PLAYLIST, Crafted, png, raw, text
from ..entries import command, upload, video
from ..kind import Kind


def _gif(width: int, height: int) -> Crafted:
    def write(path: Path) -> None:
        data = bytearray(path.read_bytes())
        if data[:3] == b"GIF":
            data[6:10] = struct.pack("<HH", width, height)
        path.write_bytes(data)

    return write


def _boxes(name: bytes, value: bytes, offset: int = 0) -> Crafted:
    """Overwrite what comes after the name of a box of an mp4 or mov file, or append it."""

    def write(path: Path) -> None:
        data = bytearray(path.read_bytes())
        place = data.find(name)
        if place < 0:
            data += name + value
        else:
            start = place + len(name) + offset
            data[start : start + len(value)] = value
        path.write_bytes(data)

    return write


def _frames_of(
    width: int, height: int, aspect: tuple[int, int] | None = None, count: int = 3
) -> Crafted:
    """A real video of an uncommon form."""

    def write(path: Path) -> None:
        from fractions import Fraction

        import av

        with av.open(str(path), "w", format="matroska") as container:
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            if aspect:
                stream.codec_context.sample_aspect_ratio = Fraction(*aspect)
            for _ in range(count):
                picture = np.zeros((height, width, 3), np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            container.mux(stream.encode())

    return write


def _far_timestamps(path: Path) -> None:
    """Two frames with centuries between them."""
    import av

    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 96, "yuvj420p"
        for number in range(2):
            frame = av.VideoFrame.from_ndarray(np.zeros((96, 64, 3), np.uint8), "rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                packet.pts = packet.dts = number * 10**11
                container.mux(packet)


def _bad_words(path: Path) -> None:
    """A video whose title is not UTF-8."""
    import av

    with av.open(str(path), "w", format="matroska") as container:
        container.metadata["title"] = "TITLETITLE"
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 96, "yuv420p"
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((96, 64, 3), np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    path.write_bytes(path.read_bytes().replace(b"TITLETITLE", b"\xff\xfe\xfd\x80TITLE\xff"))


def _poses(file: Path, out: Path) -> None:
    command("poses", str(file), "--out", str(out / "poses"))


VIDEOS = Kind(
    "videos",
    ("clip.mp4", "clip.webm", "clip.gif", "clip.mov"),
    {"Video": video, "open_upload": upload, "hueman poses": _poses},
    share=4,
    crafted={
        "a playlist": text(PLAYLIST),
        "a playlist of addresses": text(PLAYLIST.replace("file:///etc/passwd", "http://[::1]:9")),
        "a list of files": text("ffconcat version 1.0\nfile /etc/passwd\n"),
        "a picture of terapixels": raw(png(2**31 - 1, 2**31 - 1)),
        "frames of 65535 x 65535": _gif(65535, 65535),
        "boxes of exabytes": _boxes(b"moov", b"\xff" * 16, -8),
        "4 billion samples": _boxes(b"stsz", b"\xff" * 8, 8),
        "4 billion times": _boxes(b"stts", b"\0\0\0\0\x7f\xff\xff\xff\x7f\xff\xff\xff"),
        "a size of 65535": _boxes(b"avc1", b"\xff\xff\xff\xff", 24),
        "pixels a million wide": _frames_of(64, 96, (30000, 1)),
        "pixels a million high": _frames_of(64, 96, (1, 30000)),
        "frames of 10 megapixels": _frames_of(4416, 2304, count=1),
        "a frame after centuries": _far_timestamps,
        "a title not in UTF-8": _bad_words,
        "a document": text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
    },
)
