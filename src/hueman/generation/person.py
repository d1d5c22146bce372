"""Somebody to be shown: content frames, and what has to be found out about them only once."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from hueman.appearance.appearance import Appearance
from hueman.appearance.calibration import Calibration
from hueman.appearance.choosing import chosen_frames
from hueman.features.warping import warp_parts
from hueman.training.frames import Frames
from hueman.training.model import VideoModel


@dataclass(frozen=True)
class Clothes:
    """What a person wears: the code for the generator, and colours for the appearance path.

    While a generator is trained, its path wears the very colours that were encoded; so it does here
    where they are known. Where only a code is (drawn at random, or somebody else's), colours are
    read from it.
    """

    code: Tensor
    """(up + down,), or (T, up + down), one for each frame."""
    colors: Tensor | None = None
    """(2C,) or (T, 2C), of both garments, C numbers each: a and b, or Lab where lightness can
    change. None: read from the code."""


class Person:
    """A person as content frames show them, to a model.

    Args:
        frames: of one person in one place, at the model's size; the first says where the person
            begins, and is encoded.
        model: that is to show the person.
    """

    def __init__(self, frames: Frames, model: VideoModel):
        self.frames = frames
        self.model = model

    def __len__(self) -> int:
        """Return the number of content frames."""
        return len(self.frames)

    @cached_property
    def appearance(self) -> Appearance | None:
        """The frames taken apart for the appearance path, if the model has one."""
        return self.model.appearance(self.frames)

    @cached_property
    def calibration(self) -> Calibration | None:
        """How the encoders read these clothes, if the model has the appearance path."""
        return self.model.calibration(self.frames)

    def worn(self, clothes: Clothes) -> Tensor | None:
        """Return the colours, (N, 2C), that the appearance path wears, if the model has it.

        Args:
            clothes: with codes (N, up + down).
        """
        if self.calibration is None or clothes.colors is not None:
            return clothes.colors
        return self.model.colors(clothes.code, self.calibration)

    @property
    def own_colors(self) -> tuple[Tensor, Tensor]:
        """Mean Lab (3,) of the upper and of the lower garment, as they are."""
        return self.frames.upper_color[0], self.frames.lower_color[0]

    def chosen(self, pose: Tensor) -> Tensor:
        """Say for poses (T, 18, 3) which content frame shows each part, long (T, 10)."""
        return chosen_frames(self.frames.parts, self.frames.pose, pose)

    def garments(self, pose: Tensor, chosen: Tensor) -> Tensor:
        """Return where the garments are under poses (T, 18, 3), (T, 2, H, W) in [0, 1]."""
        frames = self.frames
        return warp_parts(frames.garments, frames.parts, frames.pose, pose, chosen).features
