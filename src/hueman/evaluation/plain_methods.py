"""Methods without a network: what one frame of a person gives by itself.

They know the person's face, skin and clothes exactly, which a generator has to learn, so on clean
clips they are strong. A method that does not beat them is not worth its training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hueman.appearance.plate import background_plate, person_holes
from hueman.evaluation.method import Outfit
from hueman.features.warping import warp_parts
from hueman.training.frames import Frames


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
        plate = background_plate(content.rgb, person_holes(content.person)).float() / 127.5 - 1
        videos = []
        for outfit in outfits:
            colored = content.recolored(*outfit.chroma())
            # In [0, 1], where 0 is "nothing": the parts come out multiplied by their coverage.
            layers = colored / 2 + 0.5
            warped = warp_parts(layers, content.parts, content.pose, pose)
            coverage = warped.parts.amax(dim=1, keepdim=True)
            shown = warped.features + (1 - coverage) * (plate / 2 + 0.5)
            videos.append(shown.clamp(0, 1) * 2 - 1)
        return torch.stack(videos)
