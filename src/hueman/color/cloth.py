"""The pixels of garments, apart from their pictures, to be given colour after colour.

Garments are a small part of a picture, and what does not depend on the colour wanted is found
once: the second colour of a clip costs less than half of the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.color.shift import shift_color


@dataclass(frozen=True)
class Cloth:
    """P pixels of one or more garments, in Lab.

    They are kept as a picture one pixel wide: whole channels lie together in memory, which makes
    conversions several times faster than P pictures of one pixel.
    """

    lab: Tensor
    """(1, 3, P, 1)."""
    garments: tuple[tuple[Tensor, Tensor], ...]
    """Of each garment, its mask (1, 1, P, 1) and its mean Lab (1, 3, P, 1) or (1, 3, 1, 1)."""

    @classmethod
    def of(cls, rgb: Tensor, garments: Sequence[tuple[Tensor, Tensor]]) -> "Cloth":
        """Convert pixels.

        Args:
            rgb: (3, P) in [0, 1].
            garments: of each, how much of each pixel it is, (P,) in [0, 1], and its mean Lab,
                (3, 1), or (3, P) where pixels are of several clips.
        """
        return cls(
            rgb_to_lab(_picture(rgb.contiguous())),
            tuple((_picture(mask[None]), _picture(mean)) for mask, mean in garments),
        )

    def dyed(self, colors: Sequence[Tensor | None]) -> Tensor:
        """Give each garment a new mean colour.

        Args:
            colors: for each garment a and b, (2, 1) or (2, P), or Lab, (3, 1) or (3, P); or None
                to leave it.

        Returns:
            (3, P) in [0, 1].
        """
        lab = self.lab
        for (mask, mean), color in zip(self.garments, colors, strict=True):
            if color is not None:
                lab = shift_color(lab, mask, mean, _picture(color))
        return lab_to_rgb(lab)[0, ..., 0]


def _picture(pixels: Tensor) -> Tensor:
    """View (C, P) as a picture one pixel wide, (1, C, P, 1)."""
    return pixels[None, ..., None]
