"""Labelled pictures in rows, small ones enlarged."""

from collections.abc import Sequence

import cv2
import numpy as np

from hueman.clips.sheets import FONT, enlarge

ROW_HEIGHT = 256
"""Pixels; frames in rows are enlarged to about this height."""
GAP = 6
"""Pixels between pictures."""
INK = (30, 30, 30)

WIDTH_PER_SCALE = 1000
"""A figure this many pixels wide has labels of OpenCV's font scale 1 (capitals 22 pixels high), and
any other in proportion: text that can just be read when the whole figure is as wide as a phone."""
LINE_HEIGHT = 40
"""Pixels from line to line at scale 1."""
BASELINE = 12
"""Pixels below the letters of a line at scale 1."""


def strips(rows: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Lay out rows of small frames below each other, each row below its label.

    Args:
        rows: label and frames, uint8 (T, H, W, 3), all alike.

    Returns:
        uint8 (H', W', 3).

    Raises:
        ValueError: there is no row, or they differ in length or size.
    """
    factor = enlargement(rows[0][1][0], ROW_HEIGHT) if rows else 1
    return panel_grid([(label, _beside(enlarge(frames, factor))) for label, frames in rows], 1)


def panel_grid(panels: Sequence[tuple[str, np.ndarray]], columns: int) -> np.ndarray:
    """Lay out pictures in rows, on white, each below its label.

    Args:
        panels: label and uint8 (H, W, 3), all of one size.
        columns: pictures in a row; the last row may be shorter.

    Returns:
        uint8 (H', W', 3).

    Raises:
        ValueError: there is no picture, or they differ in size.
    """
    if len({picture.shape for _, picture in panels}) != 1:
        raise ValueError(f"panels must be alike, got {[picture.shape for _, picture in panels]}")
    height, width = panels[0][1].shape[:2]
    whole = columns * (width + GAP) - GAP
    scale = whole / WIDTH_PER_SCALE
    titles = _label_strips([label for label, _ in panels], width, scale)
    cell = len(titles[0]) + height + GAP
    sheet = np.full((cell * -(-len(panels) // columns) - GAP, whole, 3), 255, np.uint8)
    for index, (title, (_, picture)) in enumerate(zip(titles, panels, strict=True)):
        top, left = index // columns * cell, index % columns * (width + GAP)
        sheet[top : top + cell - GAP, left : left + width] = np.concatenate([title, picture])
    return sheet


def enlargement(picture: np.ndarray, height: int) -> int:
    """Return the whole factor that brings a picture nearest to a height."""
    return max(1, round(height / len(picture)))


def spread(length: int, count: int) -> np.ndarray:
    """Return `count` frame numbers, evenly spread over a clip, first and last included."""
    return np.linspace(0, length - 1, count).round().astype(int)


def _label_strips(labels: Sequence[str], width: int, scale: float) -> list[np.ndarray]:
    """Write labels at a font scale, broken where they are too long, on equally high strips."""
    thickness = max(1, round(scale))
    lines = [_broken(label, width, scale, thickness) for label in labels]
    height = round(scale * LINE_HEIGHT)
    most = max(map(len, lines))
    strips = [np.full((height * most, width, 3), 255, np.uint8) for _ in labels]
    for strip, text in zip(strips, lines, strict=True):
        # Labels of fewer lines stand just above their picture.
        for row, line in enumerate(text, start=1 + most - len(text)):
            place = (0, row * height - round(scale * BASELINE))
            cv2.putText(strip, line, place, FONT, scale, INK, thickness, cv2.LINE_AA)
    return strips


def _broken(label: str, width: int, scale: float, thickness: int) -> list[str]:
    """Break a label between words into lines that fit, as far as its words do."""
    first, *others = label.split(" ")
    lines = [first]
    for word in others:
        longer = f"{lines[-1]} {word}"
        if cv2.getTextSize(longer, FONT, scale, thickness)[0][0] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _beside(frames: np.ndarray) -> np.ndarray:
    """Put frames (T, H, W, 3) beside each other: (H, T * (W + GAP) - GAP, 3)."""
    padded = np.pad(frames, ((0, 0), (0, 0), (0, GAP), (0, 0)), constant_values=255)
    return np.concatenate(padded, axis=1)[:, :-GAP]
