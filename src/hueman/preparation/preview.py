"""The preview sheet of a prepared clip: what was found, for checking by eye."""

from pathlib import Path

import cv2
import numpy as np

from hueman.clips.sheets import write_picture
from hueman.clips.store import PreparedClip
from hueman.features.stick_figure import draw_stick_figure

COLUMNS = 6
CELL_HEIGHT = 192
LABEL_WIDTH = 76
TITLE_HEIGHT = 28
GAP = 3

INK = (40, 40, 40)
PAPER = (250, 250, 250)
UPPER_TINT = (230, 60, 60)
LOWER_TINT = (40, 90, 240)

# One colour for each label: left limbs warm, right limbs cold, lower halves of limbs darker.
PART_COLORS = np.array(
    [
        (0, 0, 0), (240, 220, 160), (150, 150, 150),
        (255, 140, 0), (190, 70, 0), (0, 170, 255), (0, 90, 190),
        (255, 110, 180), (180, 30, 100), (60, 210, 120), (0, 130, 60),
    ],
    np.uint8,
)  # fmt: skip


def write_preview(path: Path, clip: PreparedClip) -> None:
    """Write the preview sheet of a clip as a PNG, atomically."""
    write_picture(path, preview_sheet(clip))


def preview_sheet(clip: PreparedClip) -> np.ndarray:
    """Return a picture of up to COLUMNS frames across, and what was found in them below.

    Returns:
        uint8 (H, W, 3), RGB.
    """
    chosen = np.unique(np.linspace(0, len(clip) - 1, COLUMNS).round().astype(int))
    rows = {
        "frame": [clip.frames[i] for i in chosen],
        "pose": [_pose_over_frame(clip, i) for i in chosen],
        "person": [_grey(clip.person[i]) for i in chosen],
        "edges": [_grey(clip.edges[i]) for i in chosen],
        "parts": [PART_COLORS[clip.parts[i]] for i in chosen],
        "garments": [_tinted_garments(clip, i) for i in chosen],
    }
    height, width = clip.frames.shape[1:3]
    cell = (round(CELL_HEIGHT * width / height), CELL_HEIGHT)
    sheet = np.full(
        (
            TITLE_HEIGHT + len(rows) * (cell[1] + GAP),
            LABEL_WIDTH + len(chosen) * (cell[0] + GAP),
            3,
        ),
        PAPER,
        np.uint8,
    )
    title = f"{clip.actor} / {clip.action}   {len(clip)} frames of {width} x {height}"
    _write(sheet, f"{title}, {clip.fps:g} a second", (6, 19))
    for row, (label, pictures) in enumerate(rows.items()):
        top = TITLE_HEIGHT + row * (cell[1] + GAP)
        _write(sheet, label, (6, top + cell[1] // 2))
        for column, picture in enumerate(pictures):
            left = LABEL_WIDTH + column * (cell[0] + GAP)
            sheet[top : top + cell[1], left : left + cell[0]] = cv2.resize(
                picture, cell, interpolation=cv2.INTER_AREA
            )
    return sheet


def _write(sheet: np.ndarray, text: str, origin: tuple[int, int]) -> None:
    cv2.putText(sheet, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)


def _grey(picture: np.ndarray) -> np.ndarray:
    return np.repeat(picture[..., None], 3, axis=2)


def _pose_over_frame(clip: PreparedClip, index: int) -> np.ndarray:
    figure = draw_stick_figure(clip.pose[index], *clip.frames.shape[1:3])
    dimmed = clip.frames[index] // 2 + 64
    return np.where(figure.any(axis=2, keepdims=True), figure, dimmed)


def _tinted_garments(clip: PreparedClip, index: int) -> np.ndarray:
    """Show the garments' shading in two colours, and everything else pale."""
    frame = clip.frames[index].astype(np.float32)
    grey = frame.mean(axis=2, keepdims=True)
    picture = 128 + grey / 2
    for mask, tint in ((clip.upper, UPPER_TINT), (clip.lower, LOWER_TINT)):
        share = mask[index][..., None].astype(np.float32) / 255
        tinted = np.array(tint, np.float32) * (0.4 + 0.6 * grey / 255)
        picture = picture * (1 - share) + tinted * share
    return picture.round().astype(np.uint8)
