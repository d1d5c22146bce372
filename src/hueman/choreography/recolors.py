"""Other colours for an actor's garments: the true answer to "the same clip, in another colour"."""

import numpy as np
import torch

from hueman.choreography.patterns import Pattern
from hueman.color.lab import lab_from_uint8, limit_chroma, uint8_from_lab

MIN_DIFFERENCE = 30.0
"""Euclidean distance in Lab between a garment's colour and another it is rendered in."""
MAX_CHROMA = 65.0
LIGHTNESS = (25.0, 85.0)
TRIES = 50


def base_lab(pattern: Pattern) -> np.ndarray:
    """Return Lab, float32 (3,), of a pattern's base colour."""
    return lab_from_uint8(np.array(pattern.base, np.uint8))


def other_patterns(pattern: Pattern, count: int, random: np.random.Generator) -> list[Pattern]:
    """Draw other base colours for a pattern, clearly different from its own.

    Every second one, beginning with the first, keeps the lightness, as recolouring by a and b
    alone does; the others do not. A garment so dark or light that no colour of its lightness
    differs clearly gets the most different one found.
    """
    own = base_lab(pattern)
    others = []
    for number in range(count):
        drawn = np.stack([_draw(own, number % 2 == 0, random) for _ in range(TRIES)])
        colors = uint8_from_lab(limit_chroma(torch.from_numpy(drawn)).numpy())
        difference = np.linalg.norm(lab_from_uint8(colors) - own, axis=1)
        enough = np.flatnonzero(difference >= MIN_DIFFERENCE)
        chosen = enough[0] if len(enough) else difference.argmax()
        red, green, blue = (int(value) for value in colors[chosen])
        others.append(pattern.recolored((red, green, blue)))
    return others


def _draw(own: np.ndarray, keep_lightness: bool, random: np.random.Generator) -> np.ndarray:
    lightness = random.uniform(*LIGHTNESS)
    radius, angle = MAX_CHROMA * np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
    return np.array(
        [own[0] if keep_lightness else lightness, radius * np.cos(angle), radius * np.sin(angle)],
        np.float32,
    )
