"""The pose-guided feature map F: stick figure and edges, 4 channels (paper, 2.1 and 2.3)."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.features.skeleton import LOWER_PARTS, UPPER_PARTS
from hueman.features.stick_figure import draw_stick_figures
from hueman.features.warping import warp_parts

REGION_DILATION = 1 / 64
"""Share of the frame's height by which regions grow: hems and waists reach beyond their parts.

Measured on the bundled clips: regions that grow by this cover 99.5 % of either garment.
"""

StickFigure = Literal["drawn", "warped"]


class TargetFeatures(NamedTuple):
    """What the generator is told about frames that are to be made."""

    features: Tensor
    """float (N, 4, H, W) in [0, 1]: RGB stick figure and edges."""
    parts: Tensor
    """float (N, 10, H, W) in [0, 1]: how far each body part covers a pixel."""
    masks: Tensor
    """float (N, M, H, W) in [0, 1]: the masks that were brought along."""

    @property
    def regions(self) -> Tensor:
        """Upper and lower body, float (N, 2, H, W) in [0, 1], see `region_masks`."""
        return region_masks(self.parts, region_dilation(self.parts.shape[-2]))


def feature_map(stick: Tensor, edges: Tensor) -> Tensor:
    """Stack stick figures and edges into feature maps in [0, 1], 0 meaning "nothing".

    Args:
        stick: uint8 (N, H, W, 3), RGB.
        edges: uint8 (N, H, W), 255 the strongest edge.

    Returns:
        float (N, 4, H, W).

    Raises:
        ValueError: the shapes do not fit each other.
    """
    if stick.ndim != 4 or stick.shape != (*edges.shape, 3):
        raise ValueError(
            f"stick must be (N, H, W, 3) and edges (N, H, W), "
            f"got {tuple(stick.shape)} and {tuple(edges.shape)}"
        )
    return torch.cat([stick.permute(0, 3, 1, 2), edges[:, None]], dim=1).float() / 255


def target_feature_map(
    edges: Tensor,
    parts: Tensor,
    source: Tensor,
    target: Tensor,
    stick: StickFigure = "drawn",
    chosen: Tensor | None = None,
    masks: Tensor | None = None,
) -> TargetFeatures:
    """Estimate the feature map under target poses from content frames under source poses.

    Edges are warped part by part with eq. (1). So is the stick figure in the paper; but where the
    target pose is known, its stick figure is known exactly, and is drawn by default.

    Args:
        edges: uint8 (N, H, W), edges of the content frames.
        parts: uint8 (N, H, W), body parts of the content frames, labels 0..10.
        source: float (N, 18, 3), poses of the content frames.
        target: float (N, 18, 3), poses wanted.
        stick: "drawn" from the target poses or "warped" from the source's drawing.
        chosen: long (N, 10), which of the content frames shows each part, see `warp_parts`.
        masks: float (N, M, H, W) in [0, 1], to be brought along in the same way.

    Raises:
        ValueError: the shapes do not fit each other, or `stick` is neither of its values.
    """
    if stick not in ("drawn", "warped"):
        raise ValueError(f'stick must be "drawn" or "warped", got {stick!r}')
    if stick == "warped":
        content = feature_map(_draw(source, edges), edges)
    else:
        content = edges[:, None].float() / 255
    channels = content.shape[1]
    together = content if masks is None else torch.cat([content, masks], dim=1)
    warped, part_masks = warp_parts(together, parts, source, target, chosen)
    features = warped[:, :channels]
    if stick == "drawn":
        drawn = _draw(target, edges).permute(0, 3, 1, 2).float() / 255
        features = torch.cat([drawn, features], dim=1)
    return TargetFeatures(features, part_masks, warped[:, channels:])


def region_masks(part_masks: Tensor, dilation: int) -> Tensor:
    """Merge part masks into an upper body (torso and arms) and a lower body (legs), and dilate.

    The regions overlap at the waist after dilation, where either garment may be.

    Args:
        part_masks: float (N, 10, H, W) in [0, 1], in the order of `skeleton.BODY_PARTS`.
        dilation: pixels by which each region grows.

    Returns:
        float (N, 2, H, W) in [0, 1].

    Raises:
        ValueError: the dilation is negative.
    """
    if dilation < 0:
        raise ValueError(f"dilation must not be negative, got {dilation}")
    legs = [label for label in LOWER_PARTS if label not in UPPER_PARTS]
    regions = torch.stack(
        [
            part_masks[:, [label - 1 for label in labels]].amax(dim=1)
            for labels in (UPPER_PARTS, legs)
        ],
        dim=1,
    )
    return F.max_pool2d(regions, 2 * dilation + 1, stride=1, padding=dilation)


def region_dilation(height: int) -> int:
    """Return the pixels by which regions grow in frames of this height."""
    return max(1, round(height * REGION_DILATION))


def part_masks(parts: Tensor) -> Tensor:
    """Turn labels (N, H, W) 0..10 into masks, float (N, 10, H, W) of 0 and 1."""
    labels = torch.arange(1, 11, device=parts.device, dtype=parts.dtype)
    return (parts[:, None] == labels[:, None, None]).float()


def _draw(poses: Tensor, edges: Tensor) -> Tensor:
    """Draw poses (N, 18, 3) at the size and on the device of `edges`: uint8 (N, H, W, 3)."""
    height, width = edges.shape[-2:]
    figures = draw_stick_figures(poses.detach().cpu().numpy(), height, width)
    return torch.from_numpy(figures).to(edges.device)
