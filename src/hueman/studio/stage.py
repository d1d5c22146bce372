"""A person who does a movement, and all that need be found out about them only once."""

from dataclasses import dataclass

import numpy as np

from hueman.generation.generator import HumanVideoGenerator
from hueman.generation.person import Clothes
from hueman.generation.scene import Scene
from hueman.generation.still import Still
from hueman.studio.uploads import Movement

KEPT_OUTFITS = 64
"""A colour picker that is dragged about makes a new one many times a second."""


@dataclass(frozen=True)
class Outfit:
    """The colours of both garments."""

    upper: str | None = None
    """As `parse_color` reads it; None keeps the garment's own."""
    lower: str | None = None


class Stage:
    """Shows previews at once: clothes and all that is the same in every colour are kept.

    Args:
        generator: with a person as its content.
        movement: what they do.

    Raises:
        HuemanError: the movement cannot be brought to the person.
    """

    def __init__(self, generator: HumanVideoGenerator, movement: Movement):
        poses, fps = movement
        self.scene = Scene(generator, generator.poses(poses), fps)
        middle = self.scene.poses[len(poses) // 2]
        self._still = Still(generator.predictor, generator.person, middle)
        self._wardrobe: dict[Outfit, Clothes] = {}

    def clothes(self, outfit: Outfit) -> Clothes:
        """Encode an outfit; quick, and not quite the colours asked for.

        Raises:
            HuemanError: a text is not a colour.
        """
        if outfit not in self._wardrobe:
            if len(self._wardrobe) >= KEPT_OUTFITS:
                self._wardrobe.clear()
            self._wardrobe[outfit] = self.scene.generator.clothes(outfit.upper, outfit.lower)
        return self._wardrobe[outfit]

    def preview(self, outfit: Outfit) -> np.ndarray:
        """Return the frame in the middle of the movement, uint8 (H, W, 3), RGB."""
        return self._still(self.clothes(outfit))

    def between(self, first: Outfit, last: Outfit, share: float) -> np.ndarray:
        """Return the same frame in clothes on the straight way from outfit to outfit.

        Args:
            first: where the way begins.
            last: where it ends.
            share: of the way, 0..1.
        """
        ends = self.clothes(first), self.clothes(last)
        code = (1 - share) * ends[0].code + share * ends[1].code
        colors = [each.colors for each in ends if each.colors is not None]
        worn = (1 - share) * colors[0] + share * colors[1] if colors else None
        return self._still(Clothes(code, worn))
