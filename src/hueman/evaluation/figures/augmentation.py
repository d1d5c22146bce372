"""Frames in other colours, as training sees them (paper, Fig. 2)."""

from collections.abc import Sequence

import numpy as np
import torch

from hueman.clips.panels import strips
from hueman.color.augmentation import random_chroma
from hueman.evaluation.figures.layout import Clip, rgb_of
from hueman.training.frames import Recolor
from hueman.training.pictures import to_uint8

COLORINGS = 5


def augmentation_figure(
    clips: Sequence[Clip], seed: int, recolor: Recolor | None = None
) -> np.ndarray:
    """Show a frame of each clip as it is, and in `COLORINGS` random colourings (paper, Fig. 2).

    Args:
        clips: of one size; the first frame of each is shown.
        seed: of the colours.
        recolor: another way to colour than moving a and b, as in `Frames.recolored`.

    Returns:
        uint8 (H', W', 3), a row for each clip.

    Raises:
        ValueError: there is no clip, or they differ in size.
    """
    random = torch.Generator().manual_seed(seed)
    rows = []
    for clip in clips:
        frames = clip.frames[[0] * COLORINGS]
        upper, lower = (
            random_chroma(random, color[:, 0]) for color in (frames.upper_color, frames.lower_color)
        )
        shown = np.concatenate(
            [rgb_of(frames[:1]), to_uint8(frames.recolored(upper, lower, recolor))]
        )
        rows.append((f"{clip.actor}: the original frame, then colourised", shown))
    return strips(rows)
