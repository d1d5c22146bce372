"""Methods without a network: what one frame of a person gives by itself.

They know the person's face, skin and clothes exactly, which a generator has to learn, so on clean
clips they are strong. A method that does not beat them is not worth its training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from hueman.evaluation.method import Outfit
from hueman.features.warping import warp_parts
from hueman.training.frames import Frames
from hueman.training.pictures import to_uint8

INPAINTING_RADIUS = 3
"""Pixels around a hole that OpenCV's inpainting looks at."""
PERSON_MARGIN = 1 / 48
"""Share of the frame's height by which the person is cut out larger, to take the outline along."""


@dataclass(frozen=True)
class CopiedFrame:
    """Shows the one frame all the time, its garments recoloured directly."""

    size: tuple[int, int]
    """Height and width of the frames."""

    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit; see `VideoMethod.generate`."""
        pictures = [content.recolored(*outfit.chroma()) for outfit in outfits]
        return torch.stack(pictures).expand(-1, len(pose), -1, -1, -1)


@dataclass(frozen=True)
class WarpedFrame:
    """Moves the frame's body parts to each pose (eq. 1 on RGB), before its inpainted background."""

    size: tuple[int, int]
    """Height and width of the frames."""

    @torch.inference_mode()
    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit; see `VideoMethod.generate`."""
        repeated = content[[0] * len(pose)]
        plate = inpainted_background(content)
        videos = []
        for outfit in outfits:
            colored = content.recolored(*outfit.chroma())
            # In [0, 1], where 0 is "nothing": the parts come out multiplied by their coverage.
            layers = (colored / 2 + 0.5).expand(len(pose), -1, -1, -1)
            warped = warp_parts(layers, repeated.parts, repeated.pose, pose)
            coverage = warped.parts.amax(dim=1, keepdim=True)
            shown = warped.features + (1 - coverage) * (plate / 2 + 0.5)
            videos.append(shown.clamp(0, 1) * 2 - 1)
        return torch.stack(videos)


def inpainted_background(content: Frames) -> Tensor:
    """Fill the person in a frame from what is around it (Telea 2004, by OpenCV).

    Args:
        content: one frame.

    Returns:
        (1, 3, H, W) in [-1, 1].
    """
    picture = to_uint8(content.pictures())[0]
    person = (content.person[0, 0].numpy() > 0).astype(np.uint8)
    width = 2 * max(1, round(PERSON_MARGIN * person.shape[0])) + 1
    hole = cv2.dilate(person, np.ones((width, width), np.uint8))
    filled = cv2.inpaint(picture, hole, INPAINTING_RADIUS, cv2.INPAINT_TELEA)
    return torch.from_numpy(filled).permute(2, 0, 1)[None].float() / 127.5 - 1
