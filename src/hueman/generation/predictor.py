"""A trained model as something to call: content frame, poses and colours in, frames out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hueman.clips.store import PreparedClip
from hueman.color.lab import limit_chroma
from hueman.errors import HuemanError
from hueman.features.pose import scale_pose
from hueman.training.devices import choose_device
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model
from hueman.training.pictures import to_uint8


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

    def content(self, clip: PreparedClip, frame: int = 0) -> Frames:
        """Bring one frame of a prepared clip to the model's size, to show its person."""
        frames = Frames.of(clip, *self.size)
        if not 0 <= frame < len(frames):
            raise HuemanError(f"The clip has frames 0 to {len(frames) - 1}, not {frame}.")
        return frames[frame : frame + 1]

    @torch.inference_mode()
    def code(
        self,
        content: Frames,
        upper: np.ndarray | None = None,
        lower: np.ndarray | None = None,
    ) -> Tensor:
        """Encode the content person's clothes, recoloured first where a colour is given.

        Args:
            content: one frame (`content`).
            upper: Lab (3,) of the upper garment, of which a and b are used; None keeps its own.
            lower: Lab (3,) of the lower garment.

        Returns:
            (up + down,).
        """
        upper_ab = _reachable_chroma(content.upper_color, upper)
        lower_ab = _reachable_chroma(content.lower_color, lower)
        recolor = self.model.recolor
        pictures = content.recolored(upper_ab, lower_ab, recolor).to(self.device)
        kind = self.model.config.stage_one.encoder.input_region
        return self.model.encoders(pictures, content.encoder_regions(kind).to(self.device))[0]

    @torch.inference_mode()
    def generate(self, content: Frames, pose: np.ndarray, codes: Tensor) -> Iterator[np.ndarray]:
        """Make a video frame by frame, each from the one before.

        Args:
            content: one frame (`content`).
            pose: (T, 18, 3), driving poses in pixels of the model's frames.
            codes: (up + down,) for the whole video, or (T, up + down), one for each frame.

        Yields:
            uint8 (H, W, 3), RGB.
        """
        if codes.ndim == 1:
            codes = codes.expand(len(pose), -1)
        if len(codes) != len(pose):
            raise ValueError(f"{len(pose)} poses need as many codes, got {len(codes)}")
        appearance = self.model.appearance(content)
        previous = torch.full((1, 3, *self.size), -1.0, device=self.device)
        for frame_pose, code in zip(pose, codes, strict=True):
            pose_now = torch.from_numpy(frame_pose)[None]
            guidance = self.model.estimate(content, pose_now, appearance)
            previous = self.model.next_frame(guidance, code[None].to(self.device), previous)
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


def _reachable_chroma(own: Tensor, wanted: np.ndarray | None) -> Tensor | None:
    """Return (1, 2) a, b nearest to those wanted that sRGB can show at the garment's lightness."""
    if wanted is None:
        return None
    color = torch.cat([own[:, :1], torch.as_tensor(wanted[1:], dtype=own.dtype)[None]], dim=1)
    return limit_chroma(color)[:, 1:]
