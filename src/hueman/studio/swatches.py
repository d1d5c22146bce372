"""The colours of the swatches, and what a visitor has chosen of them."""

import re

from hueman.errors import HuemanError

OWN = "own"
"""Choice of a garment that keeps its colour."""
OTHER = "other"
"""Choice of the colour in the picker."""
SWATCHES = {
    "Crimson": "#b3202c",
    "Orange": "#d9822b",
    "Gold": "#c9a227",
    "Olive": "#6b7f2a",
    "Teal": "#0f8b8d",
    "Sky": "#4a90d9",
    "Navy": "#24407a",
    "Violet": "#7a4fa3",
    "Rose": "#d16a8f",
    "Grey": "#8a8d91",
}
_RGB = re.compile(r"rgba?\(\s*([\d.]+)\s*,\s*([\d.]+)\s*,\s*([\d.]+)\s*(?:,\s*[\d.]+\s*)?\)")


def choices() -> list[tuple[str, str]]:
    """Return what can be chosen for a garment: its name for people, and its value."""
    return [("Its own", OWN), *SWATCHES.items(), ("Other", OTHER)]


def chosen_color(choice: str | None, picked: str | None) -> str | None:
    """Return the colour a garment is to have, as `parse_color` reads it; None for its own.

    Args:
        choice: a value of `choices`.
        picked: what the colour picker says: "#rrggbb" or "rgba(r, g, b, a)".

    Raises:
        HuemanError: the picker has no colour.
    """
    if choice != OTHER:
        return None if choice in (None, OWN) else choice
    text = (picked or "").strip()
    if match := _RGB.fullmatch(text):
        channels = bytes(min(255, round(float(number))) for number in match.groups())
        return f"#{channels.hex()}"
    if not text:
        raise HuemanError("No other colour is chosen yet; choose one in the colour picker.")
    return text
