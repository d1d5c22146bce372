"""Where an actor performs: what is behind, how it is lit, where the camera stands."""

from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from hueman.choreography.camera import DISTANCE, LEVEL, SPAN
from hueman.choreography.lighting import BOUNCE_COLOR, LAMP_COLOR, SKY_COLOR, Illumination
from hueman.choreography.settings import Background

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Stage:
    """One place to perform; the default is the plain studio."""

    background: Background = "studio"
    illumination: Illumination = field(default_factory=Illumination)
    wall_tint: Color = (1.0, 1.0, 1.0)
    """Factors on the wall's colour in linear light."""
    floor_tint: Color = (1.0, 1.0, 1.0)
    """Factors on the floor's."""
    distance: float = DISTANCE
    """Of the camera, see `Camera`; so are the following."""
    span: float = SPAN
    level: float = LEVEL
    side: float = 0.0


def random_stage(random: np.random.Generator) -> Stage:
    """Draw a place: any background in any tint, a lamp anywhere in front, another camera.

    The camera never comes so near that a raised hand or a foot leaves the picture.
    """
    span = SPAN + random.uniform(0, 2.5)
    room = (span - SPAN) / 2
    middle = LEVEL * SPAN + random.uniform(-0.9, 0.9) * room
    return Stage(
        background=random.choice(get_args(Background)),
        illumination=_random_illumination(random),
        wall_tint=_tint(random, 0.5),
        floor_tint=_tint(random, 0.35),
        distance=float(random.uniform(34, 60)),
        span=float(span),
        level=float(middle / span),
        side=float(random.uniform(-0.6, 0.6) * room),
    )


def _random_illumination(random: np.random.Generator) -> Illumination:
    around, above = np.radians(random.uniform(-75, 75)), np.radians(random.uniform(22, 70))
    lamp = (
        float(np.sin(around) * np.cos(above)),
        float(np.sin(above)),
        float(np.cos(around) * np.cos(above)),
    )
    # From a dull day, which is all sky, to a lamp in a dark room.
    share, warmth = random.uniform(0.6, 1.25), random.uniform(-0.12, 0.12)
    temperature = np.array([1 + warmth, 1.0, 1 - warmth])
    exposure = random.uniform(0.85, 1.12)
    return Illumination(
        lamp,
        _color(np.array(LAMP_COLOR) * share * exposure * temperature),
        _color(np.array(SKY_COLOR) * (1.9 - share) * exposure / temperature**0.5),
        _color(np.array(BOUNCE_COLOR) * exposure),
    )


def _tint(random: np.random.Generator, strength: float) -> Color:
    """Draw factors around 1; up to `strength` in lightness, and half as much in each channel."""
    lightness = 1 + strength * random.uniform(-1, 0.4)
    return _color(lightness * (1 + 0.5 * strength * random.uniform(-1, 1, 3)))


def _color(values: np.ndarray) -> Color:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
