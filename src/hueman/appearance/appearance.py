"""What a frame shows of a person and its place, ready to be brought under other poses."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.appearance.plate import background_plate
from hueman.appearance.seams import overlapping_parts
from hueman.appearance.tinting import without_colors
from hueman.color.lab import rgb_to_lab
from hueman.features.warping import warp_layers


@dataclass(frozen=True)
class Appearance:
    """N people in neutral garments, cut into body parts, and their backgrounds."""

    neutral: Tensor
    """float (N, 5, H, W), see `without_colors`."""
    parts: Tensor
    """bool (N, 10, H, W), overlapping at the joints."""
    pose: Tensor
    """float (N, 18, 3)."""
    plate: Tensor
    """float (N, 5, H, W): Lab of the background, on which there is no garment."""

    @classmethod
    def of(
        cls,
        rgb: Tensor,
        person: Tensor,
        garments: Tensor,
        means: tuple[Tensor, Tensor],
        parts: Tensor,
        pose: Tensor,
    ) -> "Appearance":
        """Take N frames apart, each by itself.

        Args:
            rgb: uint8 (N, 3, H, W).
            person: uint8 (N, 1, H, W), soft mask.
            garments: uint8 (N, 2, H, W), soft masks of upper and lower garment.
            means: mean Lab of the upper and of the lower garment, (N, 3) each.
            parts: uint8 (N, H, W), labels 0..10.
            pose: float (N, 18, 3).
        """
        plates = torch.stack([background_plate(*frame) for frame in zip(rgb, person, strict=True)])
        return cls(
            without_colors(rgb.float() / 127.5 - 1, garments.float() / 255, means),
            overlapping_parts(parts, pose),
            pose,
            F.pad(rgb_to_lab(plates.float() / 255), (0, 0, 0, 0, 0, 2)),
        )

    def under(self, pose: Tensor) -> Tensor:
        """Bring the people under other poses, before their backgrounds.

        Args:
            pose: float (N, 18, 3); if there is one person, any number of poses.

        Returns:
            float (N, 5, H, W), to be coloured by `tinted`.
        """
        count = len(pose)
        neutral, parts, own, plate = (
            each.expand(count, *each.shape[1:])
            for each in (self.neutral, self.parts, self.pose, self.plate)
        )
        moved = warp_layers(neutral, parts, own, pose)
        return moved.pictures + (1 - moved.coverage) * plate
