"""Reading of Adobe Swatch Exchange (.ase), as drawing and layout programs export palettes.

Adobe has not published the format. A file is a header and blocks, all big-endian: b"ASEF", version
(two 16-bit numbers), number of blocks (32 bits); then for each block its kind (16 bits), length
(32 bits) and content. A colour is the length of its name in UTF-16 units with the final zero (16
bits), the name, the model (4 letters), as many 32-bit floats as the model has, and a kind.
"""

import struct
from math import isfinite

import numpy as np

COLOR, GROUP_START, GROUP_END = 0x0001, 0xC001, 0xC002

_CHANNELS = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"Gray": 1}
_TOLERANCE = 1e-3
"""How far a channel may be out of its range, which is rounding."""


class _Reader:
    """Takes bytes one after the other."""

    def __init__(self, data: bytes):
        self._data = data
        self._position = 0

    def take(self, length: int) -> bytes:
        piece = self._data[self._position : self._position + length]
        if len(piece) < length:
            raise ValueError("it is cut off")
        self._position += length
        return piece

    def numbers(self, layout: str) -> tuple:
        """Take big-endian numbers, as `struct` lays them out."""
        return struct.unpack(f">{layout}", self.take(struct.calcsize(f">{layout}")))


def read_adobe_swatches(data: bytes) -> list[tuple[str, str]]:
    """Read the colours of a swatch file; groups do not matter.

    CMYK is converted plainly, R = (1 - C)(1 - K) and so on: what ink looks like on paper needs the
    printer's profile, which the file does not hold.

    Returns:
        Names and colours as `parse_color` reads them.

    Raises:
        ValueError: it is damaged or something else; the message says what is wrong.
    """
    reader = _Reader(data)
    if reader.take(4) != b"ASEF":
        raise ValueError("it does not begin with 'ASEF'")
    _, _, blocks = reader.numbers("HHI")
    colors = []
    for _ in range(blocks):
        kind, length = reader.numbers("HI")
        content = reader.take(length)
        if kind == COLOR:
            colors.append(_read_color(_Reader(content)))
        elif kind not in (GROUP_START, GROUP_END):
            raise ValueError(f"it has a block of the unknown kind 0x{kind:04x}")
    return colors


def _read_color(reader: _Reader) -> tuple[str, str]:
    (units,) = reader.numbers("H")
    name = reader.take(2 * units).decode("utf-16-be").rstrip("\0")
    model = reader.take(4)
    if model not in _CHANNELS:
        raise ValueError(f"'{name}' has the unknown colour model {model!r}")
    values = reader.numbers(f"{_CHANNELS[model]}f")
    if not all(isfinite(value) for value in values):
        raise ValueError(f"'{name}' has a value that is no finite number")
    return name, _as_text(name, model, np.array(values))


def _as_text(name: str, model: bytes, values: np.ndarray) -> str:
    if model == b"LAB ":
        lightness, a, b = values  # lightness is a share, a and b are as usual
        return f"lab({100 * lightness:.3f}, {a:.3f}, {b:.3f})"
    if not ((values >= -_TOLERANCE) & (values <= 1 + _TOLERANCE)).all():
        raise ValueError(f"'{name}' has a value outside 0..1")
    if model == b"CMYK":
        values = (1 - values[:3]) * (1 - values[3])
    channels = np.rint(255 * np.clip(np.broadcast_to(values, 3), 0, 1)).astype(np.uint8)
    return f"#{channels.tobytes().hex()}"
