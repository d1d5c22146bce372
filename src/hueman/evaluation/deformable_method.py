"""The baseline Deformable GAN as a method to evaluate: every frame is made alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hueman.evaluation.method import Outfit
from hueman.training.deformable_gan import DeformableGanModel
from hueman.training.frames import Frames

FRAMES_AT_ONCE = 16


class DeformableGanMethod:
    """Shows a person in other poses and colours: the content frame is recoloured, then moved.

    Args:
        model: trained, wherever it is; it is used there.
    """

    def __init__(self, model: DeformableGanModel):
        self.model = model.eval()
        self.size = model.config.height, model.config.width

    @torch.inference_mode()
    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit.

        Args:
            content: one frame.
            pose: (T, 18, 3), in pixels.
            outfits: V of them.

        Returns:
            (V, T, 3, H, W) in [-1, 1], on the CPU.
        """
        device = self.model.device
        content = content.to(device)
        pictures = [
            content.recolored(
                *(ab if ab is None else ab.to(device) for ab in outfit.chroma()),
                recolor=self.model.recolor,
            )
            for outfit in outfits
        ]
        chunks = []
        for poses in pose.to(device).split(FRAMES_AT_ONCE):
            count = len(poses)
            guidance = self.model.guide(content[[0] * count], poses)
            frames = [
                self.model.generator(picture.expand(count, -1, -1, -1), *guidance)
                for picture in pictures
            ]
            chunks.append(torch.stack(frames).float().cpu())
        return torch.cat(chunks, dim=1)
