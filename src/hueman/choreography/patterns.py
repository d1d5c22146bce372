"""Patterns of cloth in physical units, evaluated for each sample of the picture."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numba import njit

from hueman.choreography.noise import noise_at

PatternKind = Literal[
    "plain", "checkerboard", "plaid", "stripes", "vertical_stripes", "denim", "print", "dots"
]
KINDS: tuple[PatternKind, ...] = (
    "plain", "checkerboard", "plaid", "stripes", "vertical_stripes", "denim", "print", "dots",
)  # fmt: skip
PLAIN, CHECKERBOARD, PLAID, STRIPES, VERTICAL, DENIM, PRINT, DOTS = range(len(KINDS))


@dataclass(frozen=True)
class Pattern:
    """Colours of a cloth, as uint8 sRGB, and how they are laid out."""

    kind: PatternKind
    base: tuple[int, int, int]
    """The colour that recolouring replaces."""
    second: tuple[int, int, int] = (255, 255, 255)
    """The pattern's other colour, which stays."""
    size: float = 1.0
    """Repeat of the pattern in decimetres."""

    def recolored(self, base: tuple[int, int, int]) -> "Pattern":
        """Return the same pattern on another base colour."""
        return replace(self, base=base)

    def row(self) -> np.ndarray:
        """Return what `cloth_color` needs: kind, size, base and second in linear light, (8,)."""
        colors = linear_from_srgb(np.array([self.base, self.second], np.float64) / 255).ravel()
        return np.array([KINDS.index(self.kind), self.size, *colors], np.float32)


def linear_from_srgb(values: np.ndarray) -> np.ndarray:
    """Convert sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    values = np.asarray(values, np.float64)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(values: np.ndarray) -> np.ndarray:
    """Convert linear light to sRGB 0..1; what is outside 0..1 is clipped."""
    values = np.clip(values, 0, 1)
    return np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)


@njit(cache=True)
def second_share(kind: int, u: float, v: float, x: float, y: float, z: float) -> float:
    """Return how much of the second colour shows, 0..1.

    Args:
        kind: position in KINDS.
        u: place across the cloth, in repeats.
        v: place up the cloth, in repeats.
        x: place on the resting body, decimetres from the middle, for prints.
        y: decimetres above the print's middle.
        z: decimetres to the front.
    """
    if kind == CHECKERBOARD:
        return ((np.floor(2 * u) + np.floor(2 * v)) % 2 + 2) % 2
    if kind == PLAID:
        across, up = u - np.floor(u), v - np.floor(v)
        share = 0.5 * (across < 0.45) + 0.5 * (up < 0.45)
        thin = abs(across - 0.72) < 0.035 or abs(up - 0.72) < 0.035
        return max(share, 0.65) if thin else share
    if kind == STRIPES:
        return 1.0 if v - np.floor(v) < 0.5 else 0.0
    if kind == VERTICAL:
        return 1.0 if u - np.floor(u) < 0.3 else 0.0
    if kind == DOTS:
        row = np.floor(v)
        across = u + 0.5 * (row % 2)
        return 1.0 if np.hypot(across - np.floor(across) - 0.5, v - row - 0.5) < 0.23 else 0.0
    if kind == PRINT and z > 0:
        # A disc with a bar across it, on the chest.
        disc = np.hypot(x, y) < 0.85
        bar = abs(y) < 0.16 and abs(x) < 1.25
        return 1.0 if disc != bar and (disc or bar) else 0.0
    return 0.0


@njit(cache=True)
def weave(kind: int, u: float, v: float, front: float) -> float:
    """Return the factor on the colour that the thread itself makes; `front` is for denim's fade.

    Args:
        kind: position in KINDS.
        u: place across the cloth in decimetres.
        v: place up the cloth in decimetres.
        front: 1 where jeans fade most, 0 where they do not.
    """
    if kind == DENIM:
        twill = noise_at(u * 46.0 + v * 46.0, (u - v) * 9.0, 1.5)
        return (0.84 + 0.32 * twill) * (1 + 0.55 * front)
    return 0.97 + 0.06 * noise_at(u * 22.0, v * 22.0, 4.5)
