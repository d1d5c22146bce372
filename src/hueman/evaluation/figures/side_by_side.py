"""Videos of several methods beside each other."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from hueman.clips.panels import panel_grid
from hueman.clips.sheets import enlarge
from hueman.training.pictures import to_uint8

COLUMNS = 5


def side_by_side(videos: Mapping[str, Tensor], factor: int, columns: int = COLUMNS) -> np.ndarray:
    """Show videos of the same length beside each other, each below its label.

    Args:
        videos: label to (T, 3, H, W) in [-1, 1], in the order in which they are shown.
        factor: frames are enlarged so many times.
        columns: at most so many videos are beside each other; the rows are equally long, as far
            as that goes.

    Returns:
        uint8 (T, H', W', 3).

    Raises:
        ValueError: there is no video, or they differ in length or size.
    """
    if len({video.shape for video in videos.values()}) != 1:
        raise ValueError(f"videos must be alike, got {[tuple(v.shape) for v in videos.values()]}")
    rows = -(-len(videos) // columns)
    balanced = -(-len(videos) // rows)
    shown = [enlarge(to_uint8(video), factor) for video in videos.values()]
    return np.stack(
        [
            panel_grid(list(zip(videos, frames, strict=True)), balanced)
            for frames in zip(*shown, strict=True)
        ]
    )
