"""Pictures in a folder, as the frames of a clip."""

import re
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hueman.errors import HuemanError
from hueman.files import read_bytes

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
FORMATS = ("PNG", "JPEG", "WEBP")
"""That a picture may be in; cameras and web sites do not always name them rightly."""
MAX_BYTES = 256_000_000
MAX_PICTURE_PIXELS = 64_000_000
"""What a good telephone takes."""


def is_picture(path: Path) -> bool:
    """Say whether this is the name of a png or jpg picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def list_pictures(folder: Path) -> list[Path]:
    """Return the png and jpg pictures in a folder, in natural order, without hidden ones."""
    pictures = (
        path for path in folder.iterdir() if is_picture(path) and not path.name.startswith(".")
    )
    return sorted(pictures, key=natural_order)


def natural_order(path: Path) -> list[tuple[int, str]]:
    """Sorting key that puts 9.png before 10.png."""
    pieces = re.findall(r"\d+|\D+", path.name)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece.lower()) for piece in pieces]


def read_picture(path: Path) -> np.ndarray:
    """Read a picture as uint8 (H, W, 3) RGB, turned upright by its EXIF tag.

    Raises:
        HuemanError: the file is no picture, damaged, or has more than MAX_PICTURE_PIXELS.
    """
    data = _checked(path, str(path))
    try:
        # Not cv2.imread, which fails on some names on Windows.
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        picture = None
    if picture is None:
        raise _unreadable(str(path))
    return picture


def check_picture(path: Path, name: str) -> None:
    """Refuse, by HuemanError, what `read_picture` refuses before it decodes; `name` is told."""
    _checked(path, name)


def _checked(path: Path, name: str) -> bytes:
    """Return the bytes of a picture, having looked at its header: decoding takes its size."""
    try:
        data = read_bytes(path, MAX_BYTES)
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
    except Exception as error:  # a damaged header fails in many ways
        raise _unreadable(name) from error
    if width * height > MAX_PICTURE_PIXELS:
        raise HuemanError(
            f"{name} has {width} x {height} pixels, more than {MAX_PICTURE_PIXELS:,}; make it "
            "smaller first."
        )
    return data


def _unreadable(name: str) -> HuemanError:
    return HuemanError(f"{name} cannot be read as a picture; remove or replace it.")
