"""The clips that a method is judged on, with the renderer's truth where there is one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from hueman.choreography.truth import ClipTruth, read_entry_truth
from hueman.clips.store import ClipEntry, Dataset, PreparedClip
from hueman.color.augmentation import GarmentStatistics
from hueman.errors import HuemanError
from hueman.evaluation.temporal import Motion
from hueman.training.frames import Frames, resize

SAME_LIGHTNESS = 2.0
"""Re-renderings whose garments differ by less than this in L* show what (a, b) alone can give."""


@dataclass(frozen=True)
class RenderedTruth:
    """What only a renderer knows, at the size of the frames."""

    skin: Tensor
    """uint8 (T, 1, H, W), soft mask."""
    hair: Tensor
    """uint8 (T, 1, H, W), soft mask."""
    recolored: list[Frames]
    """The same frames in other garment colours of the same lightness; masks and poses are those
    of the clip, `upper_color` and `lower_color` are the re-rendering's own."""


@dataclass(frozen=True)
class HeldOutClip:
    """A clip that training has not seen."""

    actor: str
    action: str
    fps: float
    frames: Frames
    """T frames; the first is the content, the others are to be made."""
    truth: RenderedTruth | None
    """None for a clip that was filmed."""

    @cached_property
    def motion(self) -> Motion:
        """How the real frames move; found once, since all methods are measured by it."""
        return Motion.of(self.frames.pictures())


def read_held_out(
    dataset: Dataset, entries: list[ClipEntry], height: int, width: int
) -> Iterator[HeldOutClip]:
    """Read clips one after the other, at `height` x `width`.

    Raises:
        HuemanError: a file is missing or damaged, or a clip has no frame after the first.
    """
    for entry in entries:
        if entry.length < 2:
            raise HuemanError(
                f"{entry.actor}/{entry.action} in {dataset} has {entry.length} frame; a clip "
                "needs at least 2 to be judged by. Leave it out of the test actions."
            )
        clip = dataset.read(entry)
        frames = Frames.of(clip, height, width)
        truth = None
        if entry.truth:
            truth = _rendered(read_entry_truth(dataset, entry), clip, frames)
        yield HeldOutClip(clip.actor, clip.action, clip.fps, frames, truth)


def _rendered(truth: ClipTruth, clip: PreparedClip, frames: Frames) -> RenderedTruth:
    height, width = frames.rgb.shape[2:]
    skin, hair = (
        resize(torch.from_numpy(mask)[:, None], height, width) for mask in (truth.skin, truth.hair)
    )
    recolored = []
    for number, pictures in enumerate(truth.recolored, start=1):
        if _same_lightness(truth.upper_lab, number) and _same_lightness(truth.lower_lab, number):
            colors = GarmentStatistics.of_clip(pictures, clip.upper, clip.lower)
            rgb = torch.from_numpy(pictures).permute(0, 3, 1, 2)
            recolored.append(
                replace(
                    frames,
                    rgb=resize(rgb, height, width),
                    upper_color=colors.upper.expand(len(frames), -1),
                    lower_color=colors.lower.expand(len(frames), -1),
                )
            )
    return RenderedTruth(skin, hair, recolored)


def _same_lightness(base: np.ndarray, number: int) -> bool:
    return bool(abs(base[number, 0] - base[0, 0]) < SAME_LIGHTNESS)
