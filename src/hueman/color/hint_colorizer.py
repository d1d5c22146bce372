"""Colour clothes by a network that spreads hints (paper, section 3.1)."""

from collections.abc import Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from hueman.color.colorizer import Wearer
from hueman.color.hints import PICTURE_SIZE, place_hints
from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.networks.siggraph17 import Siggraph17

# The network halves its picture three times.
_MULTIPLE = 8


class HintColorizer:
    """Colorizer by the network of Zhang et al. 2017; see `hueman.color.colorizer.Colorizer`.

    Frames keep their lightness. The network colours each frame for itself, so a video may flicker.

    Args:
        network: trained, in evaluation mode.
        region: what takes the colours of the network: the garments that shall have others, or
            (literally the paper's mask M) the whole person.
    """

    def __init__(self, network: Siggraph17, region: Literal["garment", "person"] = "garment"):
        if region not in ("garment", "person"):
            raise ValueError(f"region must be 'garment' or 'person', got {region!r}")
        # With channels last a CPU needs three quarters of the time.
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._region = region

    @torch.no_grad()
    def __call__(
        self, rgb: Tensor, wearer: Wearer, upper_ab: Tensor | None, lower_ab: Tensor | None
    ) -> Tensor:
        """Colour a batch of frames; see `hueman.color.colorizer.Colorizer`."""
        wanted = ((wearer.upper, upper_ab), (wearer.lower, lower_ab))
        garments = [(mask, ab) for mask, ab in wanted if ab is not None]
        if not garments:
            return rgb
        lab = rgb_to_lab(rgb / 2 + 0.5)
        chroma = self._chroma(lab, wearer.pose, garments)
        region = torch.stack([mask for mask, _ in garments]).amax(dim=0)
        if self._region == "person":
            region = wearer.person
        mixed = torch.cat([lab[:, :1], torch.lerp(lab[:, 1:], chroma, region)], dim=1)
        return torch.where(region > 0, lab_to_rgb(mixed) * 2 - 1, rgb)

    def _chroma(
        self, lab: Tensor, pose: Tensor, garments: Sequence[tuple[Tensor, Tensor]]
    ) -> Tensor:
        """Colours by the network, (N, 2, H, W), found at the size that it was made for."""
        height, width = lab.shape[-2:]
        scale = min(1.0, PICTURE_SIZE / min(height, width))
        size = max(1, round(height * scale)), max(1, round(width * scale))
        factors = torch.tensor([size[1] / width, size[0] / height], device=pose.device)
        places = torch.cat([(pose[..., :2] + 0.5) * factors - 0.5, pose[..., 2:]], dim=-1)
        small = F.interpolate(lab, size, mode="area")
        masks = [(F.interpolate(mask, size, mode="area"), ab) for mask, ab in garments]
        hints, hinted = place_hints(small, places, masks)
        chroma = self._run(small[:, :1], hints, hinted)
        return F.interpolate(chroma, (height, width), mode="bilinear")

    def _run(self, lightness: Tensor, hints: Tensor, hinted: Tensor) -> Tensor:
        """Run the network on pictures of any size."""
        device = next(self._network.parameters()).device
        height, width = lightness.shape[-2:]
        margin = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)
        padded = (
            F.pad(lightness, margin, mode="replicate"),
            F.pad(hints, margin),
            F.pad(hinted, margin),
        )
        chroma = self._network(*(tensor.to(device) for tensor in padded))
        return chroma[..., :height, :width].to(lightness.device)
