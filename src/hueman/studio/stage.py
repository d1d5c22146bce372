"""A person who does a movement, and all that need be found out about them only once."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from hueman.api import HumanVideoGenerator
from hueman.generation.scene import Scene
from hueman.generation.still import Still
from hueman.studio.uploads import Movement


@dataclass(frozen=True)
class Outfit:
    """The colours of both garments."""

    upper: str | None = None
    """As `parse_color` reads it; None keeps the garment's own."""
    lower: str | None = None


class Stage:
    """Shows previews at once: codes and all that is the same in every colour are kept.

    Args:
        generator: with a person as its content.
        movement: what they do.

    Raises:
        HuemanError: the movement cannot be brought to the person.
    """

    def __init__(self, generator: HumanVideoGenerator, movement: Movement):
        self.movement = movement
        poses, fps = movement
        self.scene = Scene(generator, generator.poses(poses), fps)
        middle = self.scene.poses[len(poses) // 2]
        self._still = Still(generator.predictor, generator.person, middle)
        self._codes: dict[Outfit, Tensor] = {}

    def code(self, outfit: Outfit) -> Tensor:
        """Encode an outfit, (up + down,); quick, and not quite the colours asked for.

        Raises:
            HuemanError: a text is not a colour.
        """
        if outfit not in self._codes:
            self._codes[outfit] = self.scene.generator.code(outfit.upper, outfit.lower)
        return self._codes[outfit]

    def preview(self, outfit: Outfit) -> np.ndarray:
        """Return the frame in the middle of the movement, uint8 (H, W, 3), RGB."""
        return self._still(self.code(outfit))

    def between(self, first: Outfit, last: Outfit, share: float) -> np.ndarray:
        """Return the same frame in clothes on the straight way from outfit to outfit.

        Args:
            first: where the way begins.
            last: where it ends.
            share: of the way, 0..1.
        """
        return self._still((1 - share) * self.code(first) + share * self.code(last))
