"""People in colours that change while they move (paper, section 4.4 and Fig. 4)."""

from collections.abc import Sequence

import numpy as np
import torch

from hueman.clips.panels import spread, strips
from hueman.evaluation.figures.layout import Clip, check_size
from hueman.generation.codes import codes_between
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor

INTERPOLATION_FRAMES = 10


def interpolation_figure(
    predictor: Predictor, clips: Sequence[Clip], random: torch.Generator
) -> np.ndarray:
    """Show people in colours that go from one random code to another (paper, Fig. 4).

    Args:
        predictor: its model's fitted Gaussian is what codes are drawn from.
        clips: at the predictor's size; the first frame of each is the content, all poses drive.
        random: of the codes, two for each clip.

    Returns:
        uint8 (H', W', 3), a row of `INTERPOLATION_FRAMES` frames, evenly spread, for each clip.

    Raises:
        ValueError: there is no clip, or one is of another size.
    """
    rows = []
    for clip in clips:
        check_size(clip, predictor.size)
        first, last = predictor.model.code_distribution.sample(2, random)
        codes = codes_between(first, last, len(clip.frames))
        pose = clip.frames.pose.cpu().numpy()
        person = predictor.person(clip.frames[:1])
        video = list(predictor.generate(person, pose, Clothes(codes)))
        chosen = spread(len(video), INTERPOLATION_FRAMES)
        rows.append((f"{clip.actor}, from one random code to another", np.stack(video)[chosen]))
    return strips(rows)
