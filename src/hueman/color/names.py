"""Colours as people write them: hex, CSS names, Lab."""

import re
from difflib import get_close_matches

import numpy as np
import torch
from matplotlib.colors import CSS4_COLORS

from hueman.color.lab import lab_from_uint8, limit_chroma, uint8_from_lab
from hueman.errors import HuemanError

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_LAB = re.compile(r"lab\((.*)\)")


def parse_color(text: str) -> np.ndarray:
    """Read a colour: "#rgb", "#rrggbb", a CSS name ("teal"), or "lab(L, a, b)".

    Returns:
        Lab, float32 (3,): L in 0..100, a and b signed.

    Raises:
        HuemanError: the text is none of these.
    """
    color = text.strip().lower()
    if match := _LAB.fullmatch(color):
        return _parse_lab(text, match.group(1))
    digits = str(CSS4_COLORS.get(color.replace(" ", ""), color)).lower()
    if not _HEX.fullmatch(digits):
        near = get_close_matches(color, CSS4_COLORS, n=1)
        suggestion = f" Did you mean '{near[0]}'?" if near else ""
        raise HuemanError(
            f"'{text}' is not a colour: give #rgb, #rrggbb, a CSS name such as teal, "
            f"or lab(L, a, b).{suggestion}"
        )
    digits = digits[1:] if len(digits) == 7 else "".join(2 * digit for digit in digits[1:])
    return lab_from_uint8(np.frombuffer(bytes.fromhex(digits), np.uint8))


def hex_of(lab: np.ndarray) -> str:
    """Write Lab (3,) as "#rrggbb"; chroma that sRGB cannot show is reduced, keeping the hue."""
    shown = limit_chroma(torch.from_numpy(np.asarray(lab, np.float32)))
    return "#" + uint8_from_lab(shown.numpy()).tobytes().hex()


def _parse_lab(text: str, inside: str) -> np.ndarray:
    """Read "L, a, b"; numbers may be separated by commas or spaces."""
    try:
        lightness, a, b = (float(number) for number in re.split(r"[,\s]+", inside.strip()))
    except ValueError as error:
        raise HuemanError(f"'{text}' must hold three numbers: lab(L, a, b).") from error
    if not (0 <= lightness <= 100 and max(abs(a), abs(b)) <= 128):
        raise HuemanError(f"'{text}' is out of range: L is 0..100, a and b are -128..128.")
    return np.array([lightness, a, b], np.float32)
