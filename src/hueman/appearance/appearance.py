"""What a frame shows of a person and its place, ready to be brought under other poses."""

from dataclasses import dataclass

from torch import Tensor

from hueman.appearance.background import Background
from hueman.appearance.seams import overlapping_parts
from hueman.appearance.tinting import without_colors
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
    background: Background

    @classmethod
    def of(
        cls,
        rgb: Tensor,
        garments: Tensor,
        means: tuple[Tensor, Tensor],
        parts: Tensor,
        pose: Tensor,
        background: Background,
        lightness: bool = False,
    ) -> "Appearance":
        """Take N frames apart.

        Args:
            rgb: uint8 (N, 3, H, W).
            garments: uint8 (N, 2, H, W), soft masks of upper and lower garment.
            means: mean Lab of the upper and of the lower garment, (N, 3) each.
            parts: uint8 (N, H, W), labels 0..10.
            pose: float (N, 18, 3).
            background: of each, or of all.
            lightness: take the garments' lightness out too, see `without_colors`.
        """
        return cls(
            without_colors(rgb.float() / 127.5 - 1, garments.float() / 255, means, lightness),
            overlapping_parts(parts, pose),
            pose,
            background,
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
        number = None if chosen is None else chosen[:, BODY_PARTS.index("torso")]
        behind = self.background.under(pose, number)
        return warp_layers(self.neutral, self.parts, self.pose, pose, behind, chosen)
