"""What a frame shows of a person and its place, ready to be brought under other poses."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from hueman.appearance.seams import overlapping_parts
from hueman.appearance.tinting import without_colors
from hueman.color.lab import rgb_to_lab
from hueman.features.skeleton import BODY_PARTS
from hueman.features.warping import warp_layers


@dataclass(frozen=True)
class Appearance:
    """N people, or one in N frames, in neutral garments, cut into body parts; and backgrounds."""

    neutral: Tensor
    """float (N, 5, H, W), see `without_colors`."""
    parts: Tensor
    """bool (N, 10, H, W), overlapping at the joints."""
    pose: Tensor
    """float (N, 18, 3)."""
    plate: Tensor
    """float (N, 5, H, W), or (1, 5, H, W) if all have one: Lab of the background, on which there is
    no garment."""

    @classmethod
    def of(
        cls,
        rgb: Tensor,
        garments: Tensor,
        means: tuple[Tensor, Tensor],
        parts: Tensor,
        pose: Tensor,
        plates: Tensor,
    ) -> "Appearance":
        """Take N frames apart.

        Args:
            rgb: uint8 (N, 3, H, W).
            garments: uint8 (N, 2, H, W), soft masks of upper and lower garment.
            means: mean Lab of the upper and of the lower garment, (N, 3) each.
            parts: uint8 (N, H, W), labels 0..10.
            pose: float (N, 18, 3).
            plates: uint8 (N, 3, H, W) or (1, 3, H, W), their backgrounds (`background_plate`).
        """
        return cls(
            without_colors(rgb.float() / 127.5 - 1, garments.float() / 255, means),
            overlapping_parts(parts, pose),
            pose,
            F.pad(rgb_to_lab(plates.float() / 255), (0, 0, 0, 0, 0, 2)),
        )

    def under(self, pose: Tensor, chosen: Tensor | None = None) -> Tensor:
        """Bring the people under other poses, before their backgrounds.

        Args:
            pose: float (T, 18, 3), one for each person, or any number for one person.
            chosen: long (T, 10), for each pose from which frame each part is taken, as in
                `warp_parts`. The background is the one behind the torso.

        Returns:
            float (T, 5, H, W), to be coloured by `tinted`.
        """
        moved = warp_layers(self.neutral, self.parts, self.pose, pose, chosen)
        plate = self.plate
        if chosen is not None and len(plate) > 1:
            plate = plate[chosen[:, BODY_PARTS.index("torso")]]
        return moved.pictures + (1 - moved.coverage) * plate
