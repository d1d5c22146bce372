"""Actors drawn at random: any build, face, skin, hair and clothes."""

from collections.abc import Sequence

import numpy as np
import torch

from hueman.choreography.body import BodyShape
from hueman.choreography.cast import DENIM, ActorSpec, Color
from hueman.choreography.hair import Hair
from hueman.choreography.lower_garment import LowerCut
from hueman.choreography.patterns import Pattern
from hueman.choreography.upper_garment import UpperCut
from hueman.color.lab import limit_chroma, uint8_from_lab

SKINS = np.array(
    [(246, 211, 190), (235, 190, 160), (222, 172, 138), (196, 142, 108), (152, 104, 74),
     (112, 74, 52), (78, 52, 40)]
)  # fmt: skip
"""From light to dark, sRGB; what lies between two neighbours is skin too."""
HAIR_COLORS = np.array(
    [(24, 20, 18), (48, 32, 24), (86, 56, 36), (128, 84, 50), (190, 148, 90), (150, 72, 38)]
)
GREY_HAIR = np.array([(120, 116, 112), (196, 194, 190)])
DENIMS = np.array([(34, 36, 44), (40, 52, 88), (62, 84, 128), (128, 148, 178)])
EYES = ((70, 45, 28), (88, 62, 38), (80, 110, 80), (86, 120, 140), (96, 104, 112))
FACES = (
    "nose/nose-hump-incr", "nose/nose-curve-concave", "nose/nose-scale-horiz-incr",
    "nose/nose-scale-horiz-decr", "nose/nose-scale-vert-incr", "nose/nose-scale-vert-decr",
    "nose/nose-point-up", "nose/nose-volume-incr", "chin/chin-width-incr", "chin/chin-width-decr",
    "chin/chin-prominent-incr", "chin/chin-height-incr", "chin/chin-height-decr",
    "head/head-oval", "head/head-round", "head/head-square", "head/head-diamond",
    "head/head-fat-incr", "mouth/mouth-scale-horiz-incr", "mouth/mouth-scale-horiz-decr",
    "mouth/mouth-lowerlip-volume-incr", "mouth/mouth-upperlip-volume-incr",
    "forehead/forehead-scale-vert-incr", "forehead/forehead-scale-vert-decr",
)  # fmt: skip
"""Shape targets of the face; an actor has some of them."""
FACE_TARGETS = 5


def random_actor(random: np.random.Generator) -> ActorSpec:
    """Draw an actor.

    Hair and skin follow ancestry and age loosely; cuts, patterns and colours of garments are free.
    """
    male = float(random.random() < 0.5)
    ancestry = random.dirichlet((0.6, 0.6, 0.6))
    old = float(random.uniform(0.2, 0.8)) if random.random() < 0.25 else 0.0
    upper_kind = random.choice(
        ["tshirt", "long_sleeve", "shirt", "sleeveless", "hoodie"], p=[0.35, 0.2, 0.2, 0.12, 0.13]
    )
    lower_kind = random.choice(
        ["trousers", "leggings", "shorts", "skirt"],
        p=[0.6, 0.1, 0.3, 0.0] if male else [0.4, 0.22, 0.18, 0.2],
    )
    return ActorSpec(
        shape=_shape(random, male, old, ancestry),
        skin=_skin(random, ancestry),
        hair=_hair(random, male, old),
        hair_color=_hair_color(random, ancestry, old),
        beard=float(random.uniform(0.1, 0.85)) if male and random.random() < 0.5 else 0.0,
        upper=UpperCut(
            upper_kind,
            neck=random.choice(["crew", "v"], p=[0.7, 0.3]),
            loose=float(random.uniform(0.1, 0.9)),
            tucked=bool(upper_kind != "hoodie" and random.random() < 0.2),
        ),
        upper_pattern=_upper_pattern(random, upper_kind),
        lower=LowerCut(lower_kind, loose=float(random.uniform(0.15, 0.8))),
        lower_pattern=_lower_pattern(random, lower_kind),
        shoes=_free_color(random),
        sole=_between(random, np.array([(30, 26, 24), (235, 235, 230)])),
        eyes=EYES[random.integers(len(EYES))],
    )


def _shape(random: np.random.Generator, male: float, old: float, ancestry: np.ndarray) -> BodyShape:
    african, asian, european = (float(share) for share in ancestry)
    chosen = random.choice(FACES, FACE_TARGETS, replace=False)
    return BodyShape(
        male=male,
        old=old,
        muscle=float(random.uniform(0.35, 0.85)),
        weight=float(random.uniform(0.35, 0.8)),
        height=float(random.uniform(0.4, 0.58)),
        proportions=float(random.uniform(0.45, 0.75)),
        ancestry=(african, asian, european),
        details={str(name): float(random.uniform(0.1, 0.7)) for name in chosen},
    )


def _skin(random: np.random.Generator, ancestry: np.ndarray) -> Color:
    # The middle of each ancestry's range, in places of SKINS.
    place = float(ancestry @ np.array([4.8, 1.6, 0.9])) + random.uniform(-0.9, 0.9)
    return _on_ramp(np.clip(place, 0, len(SKINS) - 1), SKINS)


def _hair(random: np.random.Generator, male: float, old: float) -> Hair:
    styles = (
        ["none", "buzz", "short", "swept", "afro", "long", "bun"]
        if male
        else ["short", "bob", "long", "ponytail", "bun", "afro", "buzz"]
    )
    likely = [0.1, 0.18, 0.34, 0.22, 0.08, 0.05, 0.03] if male else [0.1] + [0.2] * 4 + [0.07, 0.03]
    style = random.choice(styles, p=likely)
    recedes = male and old > 0.3
    return Hair(style, hairline=float(random.uniform(0, 0.3)) if recedes else 0.0)


def _hair_color(random: np.random.Generator, ancestry: np.ndarray, old: float) -> Color:
    if old > 0.45 and random.random() < 0.8:
        return _between(random, GREY_HAIR)
    if random.random() < 0.05:
        return _free_color(random)  # dyed
    lightest = 1.5 + float(ancestry[2]) * (len(HAIR_COLORS) - 2.5)
    return _on_ramp(random.uniform(0, lightest), HAIR_COLORS)


def _upper_pattern(random: np.random.Generator, kind: str) -> Pattern:
    kinds = ["plain", "checkerboard", "plaid", "stripes", "vertical_stripes", "dots"]
    likely = np.array([0.46, 0.08, 0.12, 0.14, 0.1, 0.1])
    # A button placket would cut a print in two.
    if kind not in ("shirt", "hoodie"):
        kinds.append("print")
        likely = np.append(likely * 0.9, 0.1)
    return _pattern(random, random.choice(kinds, p=likely))


def _lower_pattern(random: np.random.Generator, kind: str) -> Pattern:
    if kind in ("trousers", "shorts") and random.random() < 0.3:
        return DENIM.recolored(_on_ramp(random.uniform(0, len(DENIMS) - 1), DENIMS))
    kinds = ["plain", "plaid", "stripes", "vertical_stripes", "dots"]
    return _pattern(random, random.choice(kinds, p=[0.72, 0.07, 0.07, 0.07, 0.07]))


def _pattern(random: np.random.Generator, kind: str) -> Pattern:
    base = _free_color(random)
    # One that can be told from the base: of several the most different.
    drawn = [_free_color(random) for _ in range(4)]
    second = max(drawn, key=lambda color: np.abs(np.subtract(color, base)).sum())
    return Pattern(kind, base, second, float(random.uniform(0.5, 1.8)))  # type: ignore[arg-type]


def _free_color(random: np.random.Generator) -> Color:
    """Draw any colour that cloth can have, evenly in Lab."""
    radius, angle = 70 * np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
    lab = [random.uniform(14, 92), radius * np.cos(angle), radius * np.sin(angle)]
    return _color(uint8_from_lab(limit_chroma(torch.tensor(lab)).numpy()))


def _between(random: np.random.Generator, ends: np.ndarray) -> Color:
    return _on_ramp(random.uniform(0, 1), ends)


def _on_ramp(place: float, ramp: np.ndarray) -> Color:
    """Return the colour at a place, 0 to len(ramp) - 1, between the colours of a ramp."""
    places = np.arange(len(ramp))
    return _color([np.interp(place, places, ramp[:, channel]) for channel in range(3)])


def _color(values: Sequence[float] | np.ndarray) -> Color:
    red, green, blue = (round(float(value)) for value in values)
    return red, green, blue
