"""Palettes: several colours with names, as people write them or as other programs export them."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from textwrap import shorten

import numpy as np

from hueman.color.adobe_swatches import read_adobe_swatches
from hueman.color.names import parse_color
from hueman.errors import HuemanError
from hueman.files import read_bytes

MAX_COLORS = 200
MAX_BYTES = 1_000_000
LONGEST_NAME = 40
"""Characters of a name that are kept: two names still fit in the name of a file."""
LONGEST_COLOR = 80
"""Characters."""

_COLOR_COLUMNS = {"color", "colour"}
_GIMP_LINE = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?", re.ASCII)


@dataclass(frozen=True, eq=False)
class NamedColor:
    """A colour of a palette."""

    name: str
    """Unique in its palette whatever the case of letters, and safe in names of files."""
    text: str
    """As `parse_color` reads it."""
    lab: np.ndarray
    """Lab, float32 (3,)."""


def read_palette(source: str | Path) -> list[NamedColor]:
    """Read a palette.

    Args:
        source: colours with commas between them ("teal, #c0392b, lab(40, 20, 10)"), or the path of
            a file: `.csv` (UTF-8; columns name and color, or colours alone; a header may give
            another order), `.gpl` (GIMP) or `.ase` (Adobe Swatch Exchange; `read_adobe_swatches`
            says what becomes of CMYK). Colours without a name are named by what they are.

    Raises:
        HuemanError: a text is not a colour, a file cannot be read, or there are no colours or more
            than MAX_COLORS.
    """
    read = _READERS.get(Path(source).suffix.lower())
    try:
        return _named(read(_content(Path(source))) if read else _read_list(str(source)))
    except UnicodeDecodeError as error:
        raise HuemanError(
            f"The palette '{source}' holds text that is not {error.encoding}."
        ) from error
    except (ValueError, csv.Error) as error:
        raise HuemanError(f"The palette '{source}' cannot be used: {error}.") from error
    except HuemanError as error:
        raise HuemanError(f"The palette '{source}' cannot be used: {error}") from error


def safe_name(name: str) -> str:
    """Return a name that can be part of a file's name: letters, digits, - and _."""
    normal = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w-]+", "-", normal).strip("-")[:LONGEST_NAME].rstrip("-") or "color"


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BYTES)
    except OSError as error:
        raise ValueError(f"it cannot be opened ({error.strerror})") from error


def _named(colors: list[tuple[str, str]]) -> list[NamedColor]:
    """Read (name, text) each, and give each colour a name of its own."""
    if not 1 <= len(colors) <= MAX_COLORS:
        raise ValueError(f"it has {len(colors)} colours, and must have 1 to {MAX_COLORS}")
    palette, taken = [], set()
    for name, text in colors:
        if len(text) > LONGEST_COLOR:
            raise ValueError(f"'{_short(text)}' is too long for a colour")
        unique = base = safe_name(name or text)
        number = 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{base}-{number}"
        taken.add(unique.casefold())
        palette.append(NamedColor(unique, text, parse_color(text)))
    return palette


def _read_list(text: str) -> list[tuple[str, str]]:
    return [("", each.strip()) for each in _rejoined(text.split(","))]


def _rejoined(fields: Iterable[str]) -> list[str]:
    """Put together what commas inside of parentheses have cut: lab(40, 20, 10)."""
    whole: list[str] = []
    for each in fields:
        if whole and whole[-1].count("(") > whole[-1].count(")"):
            whole[-1] += f",{each}"
        else:
            whole.append(each)
    return whole


def _read_csv(data: bytes) -> list[tuple[str, str]]:
    lines = StringIO(data.decode("utf-8-sig"), newline="")
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    rows = [[each.strip() for each in _rejoined(row)] for row in reader]
    rows = [row for row in rows if any(row)]
    header = [title.lower() for title in rows[0]] if rows else []
    if _COLOR_COLUMNS.intersection(header):
        rows = rows[1:]
    else:
        header = ["name", "color"] if len(header) > 1 else ["color"]
    colors = []
    for row in rows:
        if len(row) != len(header):
            raise ValueError(
                f"the row '{_short(','.join(row))}' must have the columns {', '.join(header)}"
            )
        named = dict(zip(header, row, strict=True))
        colors.append((named.get("name", ""), named.get("color") or named.get("colour", "")))
    return colors


def _read_gimp(data: bytes) -> list[tuple[str, str]]:
    lines = data.decode("utf-8-sig").splitlines()
    if not lines or lines[0].strip() != "GIMP Palette":
        raise ValueError("it does not begin with the line 'GIMP Palette'")
    colors = []
    for line in lines[1:]:
        if not line.strip() or re.match(r"\s*#|Name:|Columns:", line):
            continue
        match = _GIMP_LINE.fullmatch(line)
        channels = [int(number) for number in match.groups()[:3]] if match else []
        if not match or max(channels) > 255:
            raise ValueError(
                f"the line '{_short(line)}' must be three numbers from 0 to 255 and a name"
            )
        colors.append(((match[4] or "").strip(), f"#{bytes(channels).hex()}"))
    return colors


def _short(text: str) -> str:
    return shorten(text, LONGEST_COLOR, placeholder="...")


_READERS: dict[str, Callable[[bytes], list[tuple[str, str]]]] = {
    ".csv": _read_csv,
    ".gpl": _read_gimp,
    ".ase": read_adobe_swatches,
}
