"""The colour of a garment that somebody wears in a picture."""

from pathlib import Path

from hueman.color.recolor import mean_color
from hueman.errors import HuemanError
from hueman.generation.content import WORKING_HEIGHT, Crop, read_content
from hueman.preparation.settings import PerceptionSettings

WORKING_WIDTH = 256
FRAMES = 8
"""Of a clip, that are looked at."""
SIZE_OF_A_GARMENT = 0.02
"""Share of the person that a garment covers at least."""


def borrowed_color(
    picture: Path,
    garment: str,
    crop: Crop = "person",
    perception: PerceptionSettings | None = None,
) -> str:
    """Return the mean colour of a garment in a picture or a clip, as `parse_color` reads it.

    Args:
        picture: of one person, or a clip, or a prepared clip (.h5).
        garment: "upper" or "lower".
        crop: what to keep of the frames.
        perception: how people are seen.

    Raises:
        HuemanError: the picture cannot be used, or shows no person or no such garment.
    """
    size = WORKING_HEIGHT, WORKING_WIDTH
    clip = read_content(picture, size, crop, perception, FRAMES).clip
    mask = {"upper": clip.upper, "lower": clip.lower}[garment]
    if (mask >= 128).sum() < SIZE_OF_A_GARMENT * (clip.person >= 128).sum():
        raise HuemanError(
            f"{picture} shows no {garment} garment; choose another picture, or say the colour."
        )
    lightness, a, b = mean_color(clip.frames, mask)
    return f"lab({lightness:.1f}, {a:.1f}, {b:.1f})"
