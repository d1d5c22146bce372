"""Contact sheets: a few frames of several videos, one labelled row each."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from hueman.files import atomic_file

LABEL_HEIGHT = 22
FONT = cv2.FONT_HERSHEY_SIMPLEX


def enlarge(frames: np.ndarray, factor: int) -> np.ndarray:
    """Enlarge uint8 (T, H, W, 3) by a whole factor, smoothly, for looking at."""
    if factor == 1:
        return frames
    height, width = frames.shape[1] * factor, frames.shape[2] * factor
    return np.stack(
        [cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC) for frame in frames]
    )


def contact_sheet(rows: Sequence[tuple[str, np.ndarray]], columns: int) -> np.ndarray:
    """Lay out `columns` frames, evenly spread over each video, one row for each video.

    Args:
        rows: label and video, uint8 (T, H, W, 3); all frames of one size.
        columns: frames shown of each video.

    Returns:
        uint8 RGB picture on white.
    """
    strips = []
    for label, video in rows:
        chosen = np.linspace(0, len(video) - 1, columns).round().astype(int)
        strip = np.concatenate([video[index] for index in chosen], axis=1)
        title = np.full((LABEL_HEIGHT, strip.shape[1], 3), 255, np.uint8)
        cv2.putText(title, label, (4, LABEL_HEIGHT - 7), FONT, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
        strips += [title, strip]
    return np.concatenate(strips)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write a uint8 RGB picture; the suffix chooses the format."""
    _, data = cv2.imencode(path.suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    with atomic_file(path) as temporary:
        temporary.write_bytes(data.tobytes())  # cv2.imwrite is silent about a full disk
