"""Writing of frames as a folder of numbered pictures, which keep colours and alpha exactly."""

import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from hueman.errors import HuemanError
from hueman.files import atomic_folder

_NUMBERED = re.compile(r"\d{4,}\.png")


def check_sequence_folder(folder: Path) -> None:
    """Refuse a folder in which anything but such a sequence would be overwritten.

    Raises:
        HuemanError: it is a file, or holds other things, or the folder one stands in.
    """
    if folder.name in ("", ".."):
        raise HuemanError(f"{folder} cannot be replaced by pictures; name a folder inside it.")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise HuemanError(f"{folder} is a file; name another folder for the pictures.")
    if others := [path.name for path in folder.iterdir() if not _NUMBERED.fullmatch(path.name)]:
        raise HuemanError(
            f"{folder} holds other things than numbered pictures ({min(others)}), which would be "
            "lost; name a new or empty folder."
        )


def write_sequence(folder: Path, frames: Iterable[np.ndarray]) -> None:
    """Write frames, uint8 RGB or RGBA, as 0001.png, 0002.png, ...; the folder appears whole.

    Raises:
        HuemanError: see `check_sequence_folder`, or the folder cannot be written.
    """
    check_sequence_folder(folder)
    with atomic_folder(folder) as temporary:
        for number, frame in enumerate(frames, start=1):
            order = cv2.COLOR_RGBA2BGRA if frame.shape[2] == 4 else cv2.COLOR_RGB2BGR
            _, data = cv2.imencode(".png", cv2.cvtColor(frame, order))
            (temporary / f"{number:04}.png").write_bytes(data.tobytes())
