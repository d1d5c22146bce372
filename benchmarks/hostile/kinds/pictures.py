"""Pictures: backgrounds, frames and uploads."""

import struct
from pathlib import Path

import numpy as np

from ..crafting import PLAYLIST, Crafted, png, raw, text
from ..entries import generate, materials, upload, video
from ..kind import Kind


def jpeg_of(width: int, height: int) -> Crafted:
    """A JPEG file that says it is so large."""

    def write(path: Path) -> None:
        import cv2

        data = bytearray(cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
        place = next(data.find(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in data)
        data[place + 5 : place + 9] = struct.pack(">HH", height, width)
        path.write_bytes(data)

    return write


def _picture(file: Path, out: Path) -> None:
    from hueman.generation.backdrop import parse_backdrop

    parse_backdrop(str(file))


def _behind(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    generate(*words, "--background", str(file), "--out", str(out / "x.mp4"))


PICTURES = Kind(
    "pictures",
    ("picture.png", "picture.jpg"),
    {
        "parse_backdrop": _picture,
        "Video": video,
        "open_upload": upload,
        "hueman generate --background": _behind,
    },
    share=3,
    crafted={
        "terapixels": raw(png(2**31 - 1, 2**31 - 1)),
        "no pixels": raw(png(0, 0)),
        "100,000 x 100,000": raw(png(100_000, 100_000)),
        "a decompression bomb": raw(png(30_000, 30_000, bytes(90_030_000))),
        "JPEG of 65500 x 65500": jpeg_of(65500, 65500),
        "a huge chunk": raw(png(9, 9)[:8] + struct.pack(">I", 2**31 - 1) + b"IHDR"),
        "a document": text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
        "a picture of text": text("P3 100000 100000 255 " + "0 " * 100),
        "a playlist": text(PLAYLIST),
        "floating numbers": raw(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 90000 +X 90000\n"),
    },
)
