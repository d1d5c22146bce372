"""People in colours that change while they move (paper, section 4.4 and Fig. 4)."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from hueman.evaluation.figures.layout import Clip, check_size, spread, strips
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
        video = list(predictor.generate(clip.frames[:1], pose, codes))
        chosen = spread(len(video), INTERPOLATION_FRAMES)
        rows.append((f"{clip.actor}, from one random code to another", np.stack(video)[chosen]))
    return strips(rows)


def codes_between(first: Tensor, last: Tensor, length: int) -> Tensor:
    """Go straight from one code to another: (1 - i/N) first + (i/N) last for the frames i = 1..N.

    So it stands in the paper (section 4.4): the last frame has the last code, but the first frame
    is a step away from the first.

    Args:
        first: (up + down,).
        last: (up + down,).
        length: N, the number of frames.

    Returns:
        (N, up + down).
    """
    share = torch.arange(1, length + 1, device=first.device)[:, None] / length
    return (1 - share) * first + share * last
