"""A trained model as something to call: content frame, poses and colours in, frames out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hueman.appearance.choosing import chosen_frames, content_frames
from hueman.clips.store import PreparedClip
from hueman.color.lab import limit_chroma
from hueman.errors import HuemanError
from hueman.features.pose import scale_pose
from hueman.training.devices import choose_device
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model
from hueman.training.pictures import to_uint8

CONTENT_FRAMES = 8
"""Frames of a clip that show its person, if the model can use several."""


class Predictor:
    """Generates videos with a trained model.

    Args:
        model: as `load_model` returns it.
        device: "auto", "cpu" or "cuda".
    """

    def __init__(self, model: VideoModel, device: str = "auto"):
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()

    @classmethod
    def from_file(cls, path: Path | str, device: str = "auto") -> "Predictor":
        """Load a model's file, or the folder of a training run.

        Raises:
            HuemanError: there is no model at `path`, or it is damaged.
        """
        return cls(load_model(path)[0], device)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames it makes, in pixels."""
        return self.model.config.height, self.model.config.width

    def content(self, clip: PreparedClip, count: int | None = None) -> Frames:
        """Bring frames of a prepared clip to the model's size, to show its person.

        Args:
            clip: of the person.
            count: how many at most, the first and others that show most besides; by default
                `CONTENT_FRAMES` if the model has the appearance path, else 1 as in the paper.

        Raises:
            HuemanError: `count` is not positive.
        """
        if count is None:
            count = CONTENT_FRAMES if self.model.tint is not None else 1
        if count < 1:
            raise HuemanError(f"The content frames are {count}; choose 1 or more.")
        frames = Frames.of(clip, *self.size)
        return frames[content_frames(frames.parts, frames.pose, count)]

    @torch.inference_mode()
    def code(
        self,
        content: Frames,
        upper: np.ndarray | None = None,
        lower: np.ndarray | None = None,
    ) -> Tensor:
        """Encode the content person's clothes, recoloured first where a colour is given.

        Args:
            content: frames (`content`), of which the first is encoded.
            upper: Lab (3,) of the upper garment; None keeps its own. Its L is used by models that
                were trained with `lightness_augmentation`.
            lower: Lab (3,) of the lower garment.

        Returns:
            (up + down,).
        """
        content = content[:1]
        lightness = self.model.config.lightness_augmentation
        wanted = (
            reachable_color(own, color, lightness)
            for own, color in ((content.upper_color, upper), (content.lower_color, lower))
        )
        pictures = content.recolored(*wanted, recolor=self.model.recolor).to(self.device)
        kind = self.model.config.stage_one.encoder.input_region
        return self.model.encoders(pictures, content.encoder_regions(kind).to(self.device))[0]

    @torch.inference_mode()
    def generate(self, content: Frames, pose: np.ndarray, codes: Tensor) -> Iterator[np.ndarray]:
        """Make a video frame by frame, each from the one before.

        Args:
            content: frames of one person (`content`).
            pose: (T, 18, 3), driving poses in pixels of the model's frames.
            codes: (up + down,) for the whole video, or (T, up + down), one for each frame.

        Yields:
            uint8 (H, W, 3), RGB.
        """
        if codes.ndim == 1:
            codes = codes.expand(len(pose), -1)
        if len(codes) != len(pose):
            raise ValueError(f"{len(pose)} poses need as many codes, got {len(codes)}")
        appearance, poses = self.model.appearance(content), torch.from_numpy(pose)
        chosen = chosen_frames(content.parts, content.pose, poses)
        codes = codes.to(self.device)
        calibrated = self.model.calibration(content)
        colors = [None] * len(poses)
        if calibrated is not None:
            colors = self.model.colors(codes, calibrated).split(1)
        previous = torch.full((1, 3, *self.size), -1.0, device=self.device)
        for now in zip(poses.split(1), chosen.split(1), codes.split(1), colors, strict=True):
            pose_now, parts_from, code, worn = now
            guidance = self.model.estimate(content, pose_now, appearance, parts_from)
            previous = self.model.next_frame(guidance, code, previous, worn)
            yield to_uint8(previous)[0]

    def scale_pose(self, pose: np.ndarray, height: int, width: int) -> np.ndarray:
        """Bring poses (T, 18, 3) in pixels of a height x width frame to the model's frames."""
        return scale_pose(pose, self.size[1] / width, self.size[0] / height)


def codes_between(first: Tensor, last: Tensor, length: int) -> Tensor:
    """Go straight from one code to another: (1 - i/N) first + (i/N) last for the frames i = 1..N.

    So it stands in the paper (section 4.4): the last frame has the last code, but the first frame
    is a step away from the first.

    Args:
        first: (up + down,).
        last: (up + down,).
        length: N, the number of frames.

    Returns:
        (N, up + down).
    """
    share = torch.arange(1, length + 1, device=first.device)[:, None] / length
    return (1 - share) * first + share * last


def reachable_color(own: Tensor, wanted: np.ndarray | None, lightness: bool) -> Tensor | None:
    """Return the colour nearest to the one wanted that the garment can have.

    Args:
        own: (1, 3), mean Lab of the garment.
        wanted: Lab (3,), or None.
        lightness: whether its lightness can change.

    Returns:
        (1, 3), Lab, if lightness can change; else (1, 2), a and b that sRGB can show at its own
        lightness; None where nothing is wanted.
    """
    if wanted is None:
        return None
    color = torch.as_tensor(wanted, dtype=own.dtype)[None]
    if lightness:
        return limit_chroma(color)
    return limit_chroma(torch.cat([own[:, :1], color[:, 1:]], dim=1))[:, 1:]
