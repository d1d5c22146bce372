"""How a feature map is estimated (paper, Fig. 1)."""

import numpy as np
import torch
from torch import Tensor

from hueman.clips.panels import enlargement, panel_grid
from hueman.clips.sheets import enlarge
from hueman.evaluation.figures.layout import Clip, content_and_target, rgb_of
from hueman.features.stick_figure import draw_stick_figure
from hueman.preparation.preview import PART_COLORS
from hueman.training.frames import Frames
from hueman.training.model import VideoModel
from hueman.training.pictures import to_uint8

PANEL_HEIGHT = 384
"""Pixels; small panels are enlarged to about this height."""
COLUMNS = 4


@torch.inference_mode()
def feature_figure(model: VideoModel, clip: Clip, target: int) -> np.ndarray:
    """Show how a feature map is estimated (paper, Fig. 1).

    Above, what is found in the clip's first frame: the frame, its stick figure, its edges and its
    body parts. Below, the pose of another frame, the first frame's features warped to it, these
    restored (if the model has a network for that), and the other frame's own features.

    Args:
        model: any; only its restoration network and its settings take part.
        clip: its first frame is the content.
        target: number of the frame whose pose is wanted.

    Returns:
        uint8 (H', W', 3).

    Raises:
        ValueError: the clip has no such frame.
    """
    content, wanted = content_and_target(clip, target)
    warped, _ = content.warped(wanted.pose, "frame", model.config.stage_two.stick_figure)
    panels = [
        ("content frame", rgb_of(content)[0]),
        ("stick figure", _stick_figure(content)),
        ("edges", _features(content.features(), stick=False)),
        ("body parts", PART_COLORS[content.parts[0].cpu().numpy()]),
        ("target pose", _stick_figure(wanted)),
        ("warped features", _features(warped)),
    ]
    if model.restoration is not None:
        restored = model.restoration(warped.to(model.code_mean.device))
        panels.append(("restored features", _features(restored)))
    panels.append(("true features", _features(wanted.features())))
    factor = enlargement(panels[0][1], PANEL_HEIGHT)
    return panel_grid([(label, enlarge(each[None], factor)[0]) for label, each in panels], COLUMNS)


def _stick_figure(frame: Frames) -> np.ndarray:
    return draw_stick_figure(frame.pose[0].cpu().numpy(), *frame.rgb.shape[2:])


def _features(features: Tensor, stick: bool = True) -> np.ndarray:
    """Draw a feature map (1, 4, H, W): its edges, and over them its stick figure."""
    edges = features[:, 3:].expand(-1, 3, -1, -1)
    return to_uint8(torch.maximum(features[:, :3], edges) if stick else edges)[0]
