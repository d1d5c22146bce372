"""Pictures in a folder, as the frames of a clip."""

import re
from pathlib import Path

import cv2
import numpy as np

from hueman.errors import HuemanError

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")


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
        HuemanError: the file is no picture, or damaged.
    """
    data = np.fromfile(path, np.uint8)  # cv2.imread fails on some names on Windows
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if picture is None:
        raise HuemanError(f"{path} cannot be read as a picture; remove or replace it.")
    return picture
