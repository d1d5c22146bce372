"""Edge maps by HED."""

import numpy as np
import torch
import torch.nn.functional as F

from hueman.networks.hed import EdgeDetail
from hueman.perception.base import check_frames
from hueman.weights.readers import load_hed

_FRAMES_AT_ONCE = 4

# HED pads with zeros and sees an edge at the frame's border; a margin takes that edge away.
_MARGIN = 8


class HEDEdges:
    """Edge detector by HED; see `hueman.networks.hed.HED` for `detail`."""

    def __init__(self, detail: EdgeDetail = "fine"):
        self._network = load_hed(detail)
        # With channels last a CPU needs little more than half the time.
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Return the edge strength, uint8 (T, H, W), of frames, uint8 (T, H, W, 3) RGB."""
        check_frames(frames)
        edges = np.empty(frames.shape[:3], np.uint8)
        for start in range(0, len(frames), _FRAMES_AT_ONCE):
            part = slice(start, start + _FRAMES_AT_ONCE)
            picture = torch.from_numpy(frames[part]).permute(0, 3, 1, 2) / 127.5 - 1
            framed = F.pad(picture, (_MARGIN,) * 4, mode="replicate")
            strength = self._network(framed)[:, 0, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
            edges[part] = (strength * 255).round().to(torch.uint8).numpy()
        return edges
