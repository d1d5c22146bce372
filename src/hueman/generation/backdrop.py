"""Other backgrounds for generated videos: a colour, a picture, or none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hueman.clips.crop import centre_box, crop_frame
from hueman.clips.pictures import read_picture
from hueman.color.lab import limit_chroma, uint8_from_lab
from hueman.color.names import parse_color
from hueman.errors import HuemanError
from hueman.files import names_a_file
from hueman.generation.cutout import cut_out
from hueman.generation.foreground import estimate_foreground
from hueman.perception.base import Perceive


@dataclass(frozen=True)
class Backdrop:
    """What is shown behind a person instead of their own background."""

    picture: np.ndarray | None
    """uint8 (H, W, 3) RGB of any size, a single pixel if it is a colour; None shows nothing."""

    @property
    def transparent(self) -> bool:
        """Whether frames get an alpha channel."""
        return self.picture is None


def parse_backdrop(text: str) -> Backdrop | None:
    """Read what is to be behind a person.

    Args:
        text: "keep", "transparent", a colour as `parse_color` reads it, or the path of a png or jpg
            picture. If a colour is also the name of a file, it is the file.

    Returns:
        None if the background is kept.

    Raises:
        HuemanError: the text is none of these, or the picture cannot be read.
    """
    choice = text.strip().lower()
    if choice == "keep":
        return None
    if choice == "transparent":
        return Backdrop(None)
    if names_a_file(text):
        return Backdrop(read_picture(Path(text)))
    try:
        color = parse_color(text)
    except HuemanError as error:
        raise HuemanError(
            f"{error} A background can also be keep, transparent, or the path of a picture that "
            "exists."
        ) from error
    shown = limit_chroma(torch.from_numpy(color)).numpy()
    return Backdrop(uint8_from_lab(shown)[None, None])


def change_backdrop(
    frames: Iterable[np.ndarray], backdrop: Backdrop, estimate: Perceive
) -> Iterator[np.ndarray]:
    """Put something else behind the person in each frame of a video.

    A picture is scaled to cover the frame, and its middle is shown.

    Args:
        frames: uint8 (H, W, 3) RGB, all equally large; taken a chunk at a time, see `cut_out`.
        backdrop: what is put there.
        estimate: finds the person.

    Yields:
        uint8 (H, W, 3) RGB; (H, W, 4) RGBA, not premultiplied, if the backdrop is transparent.
    """
    behind = None
    for frame, alpha in cut_out(frames, estimate):
        person = estimate_foreground(frame, alpha)
        if backdrop.picture is None:
            yield np.rint(np.dstack([person, 255 * alpha])).astype(np.uint8)
            continue
        if behind is None:
            behind = _covering(backdrop.picture, *frame.shape[:2])
        share = alpha[..., None]
        yield np.rint(share * person + (1 - share) * behind).astype(np.uint8)


def _covering(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    box = centre_box(len(picture), len(picture[0]), height, width)
    return crop_frame(picture, box, height, width)
