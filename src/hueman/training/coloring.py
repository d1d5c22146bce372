"""How clothes are coloured, by the settings of the training."""

import torch
from torch import Tensor

from hueman.color.augmentation import GarmentStatistics
from hueman.color.colorizer import Wearer, make_colorizer
from hueman.config import TrainingConfig
from hueman.training.frames import Frames, Recolor


def make_recolor(config: TrainingConfig, device: torch.device) -> Recolor | None:
    """Return what colours garments, or None for the default: a and b move in their masks.

    Raises:
        HuemanError: the colouriser's weights cannot be had.
    """
    if config.colorizer == "garment":
        return None
    colorizer = make_colorizer(config.colorizer, device)

    def recolor(frames: Frames, upper_ab: Tensor | None, lower_ab: Tensor | None) -> Tensor:
        wearer = Wearer(
            frames.person.float() / 255,
            frames.upper.float() / 255,
            frames.lower.float() / 255,
            frames.pose,
            GarmentStatistics(frames.upper_color, frames.lower_color),
        )
        return colorizer(frames.pictures(), wearer, upper_ab, lower_ab)

    return recolor
