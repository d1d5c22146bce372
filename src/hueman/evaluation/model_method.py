"""A trained model as a method to evaluate."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hueman.evaluation.method import Outfit
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, black_frames


class ModelMethod:
    """Encodes the recoloured frame, and decodes codes under poses, each frame from the one before.

    Args:
        model: on the CPU or a GPU.
    """

    def __init__(self, model: VideoModel):
        self.model = model.eval()
        self.size = model.config.height, model.config.width

    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit; see `VideoMethod.generate`."""
        return self.decode(content, pose, self.encode(content, outfits))

    @torch.inference_mode()
    def encode(self, content: Frames, outfits: Sequence[Outfit]) -> Tensor:
        """Return the codes of one frame in every outfit; see `CodedMethod.encode`."""
        device = self.model.code_mean.device
        kind = self.model.config.stage_one.encoder.input_region
        pictures = torch.cat(
            [
                content.recolored(*self._colors(content, outfit), recolor=self.model.recolor)
                for outfit in outfits
            ]
        )
        regions = content.encoder_regions(kind).expand(len(outfits), -1, -1, -1)
        return self.model.encoders(pictures.to(device), regions.to(device)).cpu()

    def _colors(self, content: Frames, outfit: Outfit) -> list[Tensor | None]:
        """Return an outfit's colours as in training: Lab if lightness was moved there."""
        colors = list(outfit.chroma())
        if self.model.config.lightness_augmentation:
            for number, own in enumerate((content.upper_color, content.lower_color)):
                ab = colors[number]
                colors[number] = None if ab is None else torch.cat([own[:1, :1], ab], dim=1)
        return colors

    @torch.inference_mode()
    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        """Make a clip with every code; see `CodedMethod.decode`.

        The feature maps are estimated once, whatever the number of codes.
        """
        codes = codes.to(self.model.code_mean.device)
        guidance = self.model.estimate(content, pose, self.model.appearance(content))
        calibrated = self.model.calibration(content)
        colors = None if calibrated is None else self.model.colors(codes, calibrated)
        count = len(codes)
        previous = black_frames(guidance.features[:1]).expand(count, -1, -1, -1)
        video = []
        for number in range(len(pose)):
            told = guidance.each(lambda all_, n=number: all_[n : n + 1].expand(count, -1, -1, -1))
            previous = self.model.next_frame(told, codes, previous, colors)
            video.append(previous.float().cpu())
        return torch.stack(video, dim=1)
