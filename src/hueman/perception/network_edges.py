"""Edge maps by a network, whichever it is."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hueman.perception.base import check_frames

_FRAMES_AT_ONCE = 4

# The networks pad with zeros and see an edge at the frame's border; a margin takes that edge away.
_MARGIN = 8


class NetworkEdges:
    """Edge detector by a network.

    Args:
        network: (N, 3, H, W) RGB in [-1, 1] to edge strength (N, 1, H, W) in [0, 1].
        scales: sizes, as shares of the frames', at which edges are looked for; their strengths
            are averaged.
    """

    def __init__(self, network: nn.Module, scales: Sequence[float] = (1.0,)):
        # With channels last a CPU needs little more than half the time.
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._scales = tuple(scales)

    @torch.inference_mode()
    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Return the edge strength, uint8 (T, H, W), of frames, uint8 (T, H, W, 3) RGB."""
        check_frames(frames)
        edges = np.empty(frames.shape[:3], np.uint8)
        for start in range(0, len(frames), _FRAMES_AT_ONCE):
            part = slice(start, start + _FRAMES_AT_ONCE)
            picture = torch.from_numpy(frames[part]).permute(0, 3, 1, 2) / 127.5 - 1
            framed = F.pad(picture, (_MARGIN,) * 4, mode="replicate")
            strength = torch.stack([self._at_scale(framed, scale) for scale in self._scales])
            inside = strength.mean(dim=0)[:, 0, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
            edges[part] = (inside * 255).round().to(torch.uint8).numpy()
        return edges

    def _at_scale(self, picture: Tensor, scale: float) -> Tensor:
        if scale == 1:
            return self._network(picture)
        size = [round(length * scale) for length in picture.shape[-2:]]
        strength = self._network(F.interpolate(picture, size, mode="bilinear"))
        return F.interpolate(strength, picture.shape[-2:], mode="bilinear")
