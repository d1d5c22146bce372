"""How clothes are coloured, by the settings of the training."""

import torch
from torch import Tensor

from hueman.color.augmentation import GarmentStatistics, random_colors
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


def draw_clip_colors(
    content: Frames, config: TrainingConfig, random: torch.Generator
) -> tuple[Tensor, Tensor] | tuple[None, None]:
    """Draw the colours that all frames of a sample wear (paper, section 4.2).

    Now and then (`keep_probability`) a garment keeps its own.

    Args:
        content: a frame of each of N samples.
        config: of the training.
        random: source of the colours.

    Returns:
        Colours of the upper and of the lower garments, (N, 2) each, a and b, or (N, 3), Lab, with
        `lightness_augmentation`; None without `color_augmentation`: all stay as they are.
    """
    if not config.color_augmentation:
        return None, None
    colors = []
    for mean in (content.upper_color, content.lower_color):
        drawn = random_colors(random, mean, config.max_chroma, config.lightness_augmentation)
        keep = torch.rand(len(mean), 1, generator=random) < config.keep_probability
        colors.append(torch.where(keep.to(mean.device), mean[:, -drawn.shape[1] :], drawn))
    return colors[0], colors[1]
