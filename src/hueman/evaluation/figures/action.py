"""An action by several people (paper, Fig. 3)."""

from collections.abc import Sequence

import numpy as np

from hueman.clips.panels import spread, strips
from hueman.evaluation.figures.layout import Clip, check_size, rgb_of
from hueman.evaluation.method import OWN, VideoMethod
from hueman.training.pictures import to_uint8

ACTION_FRAMES = 6


def action_figure(clips: Sequence[Clip], method: VideoMethod) -> np.ndarray:
    """Show an action by several people, real and generated (paper, Fig. 3).

    Args:
        clips: of one action, at the method's size; the first frame of each is the content.
        method: generates everyone in their own clothes.

    Returns:
        uint8 (H', W', 3): for each clip a row of `ACTION_FRAMES` real frames, evenly spread, and
        below it the generated ones.

    Raises:
        ValueError: there is no clip, they are of several actions, or of another size.
    """
    if len({clip.action for clip in clips}) > 1:
        raise ValueError(f"one action is shown, got {sorted({clip.action for clip in clips})}")
    rows = []
    for clip in clips:
        check_size(clip, method.size)
        chosen = spread(len(clip.frames), ACTION_FRAMES)
        generated = method.generate(clip.frames[:1], clip.frames.pose, [OWN])[0]
        rows.append((f"{clip.actor}, {clip.action}: real", rgb_of(clip.frames)[chosen]))
        rows.append((f"{clip.actor}, {clip.action}: generated", to_uint8(generated)[chosen]))
    return strips(rows)
