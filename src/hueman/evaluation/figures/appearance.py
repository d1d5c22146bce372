"""How the appearance path brings a person under another pose and into other colours."""

import numpy as np
import torch

from hueman.appearance.tinting import tinted
from hueman.clips.panels import enlargement, panel_grid
from hueman.clips.sheets import enlarge
from hueman.evaluation.figures.feature import COLUMNS, PANEL_HEIGHT
from hueman.evaluation.figures.layout import Clip, content_and_target, rgb_of
from hueman.preparation.preview import PART_COLORS
from hueman.training.pictures import to_uint8

SHOWN_UPPER, SHOWN_LOWER = (48.0, 30.0), (-32.0, 4.0)
"""(a, b) of the other colours that are shown."""


def appearance_figure(clip: Clip, target: int) -> np.ndarray:
    """Show the steps of the appearance path, without any network.

    Above: the clip's first frame; it with its garments' mean colours taken out; the body parts
    (where neighbours share pixels, the later one is drawn); the background without person and
    shadow. Below: the person under another frame's pose, without colours, in its own, in others;
    that frame itself.

    Args:
        clip: its first frame is the content.
        target: number of the frame whose pose is wanted.

    Returns:
        uint8 (H', W', 3).

    Raises:
        ValueError: the clip has no such frame.
    """
    content, wanted = content_and_target(clip, target)
    seen, grey = content.appearance(), torch.zeros(1, 2)
    own = content.upper_color[:, 1:], content.lower_color[:, 1:]
    other = torch.tensor([SHOWN_UPPER]), torch.tensor([SHOWN_LOWER])
    numbers = torch.arange(1, 11)[:, None, None]
    labels = (seen.parts[0] * numbers).amax(dim=0).numpy()
    warped = seen.under(wanted.pose)
    panels = [
        ("content frame", rgb_of(content)[0]),
        ("without its colours", to_uint8(tinted(seen.neutral, grey, grey))[0]),
        ("overlapping parts", PART_COLORS[labels]),
        ("background, lit", to_uint8(tinted(seen.background.lit, grey, grey))[0]),
        ("under another pose", to_uint8(tinted(warped, grey, grey))[0]),
        ("in its own colours", to_uint8(tinted(warped, *own))[0]),
        ("in other colours", to_uint8(tinted(warped, *other))[0]),
        ("true frame", rgb_of(wanted)[0]),
    ]
    factor = enlargement(panels[0][1], PANEL_HEIGHT)
    return panel_grid([(label, enlarge(each[None], factor)[0]) for label, each in panels], COLUMNS)
