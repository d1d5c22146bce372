"""Two pictures of a rendered dataset, for looking at: everybody, and everything that is done."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from hueman.clips.sheets import contact_sheet, write_picture
from hueman.clips.store import ClipEntry, Dataset

SHEETS = ("cast.png", "actions.png")
ACROSS = 7
"""Actors side by side."""
COLUMNS = 8
"""Frames shown of an action."""
MOMENT = 0.4
"""Share of a clip after which an actor is shown."""
ACTION_HEIGHT = 192
"""Pixels."""


def write_sheets(dataset: Dataset, entries: Sequence[ClipEntry]) -> list[Path]:
    """Write cast.png, each actor in the middle of another action, and actions.png.

    Args:
        dataset: a rendered one; the sheets go into its folder.
        entries: the clips to show.

    Returns:
        The two files.
    """
    files = [dataset.root / sheet for sheet in SHEETS]
    write_picture(files[0], cast_sheet(dataset, entries))
    write_picture(files[1], action_sheet(dataset, entries))
    return files


def cast_sheet(dataset: Dataset, entries: Sequence[ClipEntry]) -> np.ndarray:
    """Return every actor of some clips, uint8 (H, W, 3) RGB, ACROSS side by side."""
    actors = list(dict.fromkeys(entry.actor for entry in entries))
    shown = []
    for number, actor in enumerate(actors):
        clips = [entry for entry in entries if entry.actor == actor]
        entry = clips[number % len(clips)]
        frame = round(MOMENT * (entry.length - 1))
        shown.append(dataset.read(entry, slice(frame, frame + 1)).frames[0])
    across = min(ACROSS, len(actors))
    shown += [np.full_like(shown[0], 255)] * (-len(shown) % across)
    names = actors + [""] * (-len(actors) % across)
    rows = [
        (", ".join(filter(None, names[start : start + across])), np.stack(shown[start:][:across]))
        for start in range(0, len(shown), across)
    ]
    return contact_sheet(rows, across)


def action_sheet(dataset: Dataset, entries: Sequence[ClipEntry]) -> np.ndarray:
    """Return every action of some clips, one row each, by actors in turn; uint8 RGB."""
    actors = list(dict.fromkeys(entry.actor for entry in entries))
    rows = []
    for number, action in enumerate(dict.fromkeys(entry.action for entry in entries)):
        clips = [entry for entry in entries if entry.action == action]
        actor = actors[number % len(actors)]
        entry = next((clip for clip in clips if clip.actor == actor), clips[0])
        chosen = np.unique(np.linspace(0, entry.length - 1, COLUMNS).round().astype(int))
        frames = dataset.read(entry, chosen.tolist()).frames
        rows.append((f"{action} ({entry.actor})", np.stack([_small(frame) for frame in frames])))
    return contact_sheet(rows, min(COLUMNS, len(rows[0][1])))


def _small(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    if height <= ACTION_HEIGHT:
        return frame
    size = (round(width * ACTION_HEIGHT / height), ACTION_HEIGHT)
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
