"""What each visitor wishes for, and whether a video is what they wished for."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from hueman.color.lab import lab_from_uint8
from hueman.color.names import hex_of

UPPERS, LOWERS = 10, 5
PEOPLE = 3
MOVEMENTS = ("wave_right", "wave_left", "salute", "wave_both")
"""In these, arms do not cover the places below."""
UPPER_AT = (slice(0.42, 0.53), slice(0.44, 0.56))
LOWER_AT = (slice(0.68, 0.80), slice(0.385, 0.425))
"""Rows and columns, in shares of the frame, where the people in the box wear each garment."""


def hue_color(number: int, count: int) -> str:
    """Return one of some colours that differ in their hue alone, as #rrggbb."""
    angle = math.radians(20 + 360 * number / count)
    return hex_of(np.array([50, 30 * math.cos(angle), 30 * math.sin(angle)], np.float32))


@dataclass(frozen=True)
class Wish:
    """A person, a movement, and a pair of colours that nobody else of 50 visitors has."""

    number: int
    """Of the visitor, from 0."""

    @property
    def person(self) -> int:
        """Return the number of the person in the box."""
        return self.number % PEOPLE

    @property
    def movement(self) -> str:
        """Return the name of the action."""
        return MOVEMENTS[self.number % len(MOVEMENTS)]

    @property
    def hues(self) -> tuple[int, int]:
        """Return the numbers of both colours."""
        return self.number % UPPERS, self.number // UPPERS % LOWERS

    @property
    def outfit(self) -> list[str]:
        """Return what the page's choices of colours hold."""
        upper, lower = self.hues
        return ["other", hue_color(upper, UPPERS), "other", hue_color(lower, LOWERS)]

    def is_in(self, frames: np.ndarray) -> bool:
        """Say whether both garments are nearer to these colours than to any others.

        Args:
            frames: of a video, uint8 (T, H, W, 3), RGB.
        """
        return self.hues == (_hue(frames, UPPER_AT, UPPERS), _hue(frames, LOWER_AT, LOWERS))


def _hue(frames: np.ndarray, at: tuple[slice, slice], count: int) -> int:
    """Return the number of the colour whose hue is nearest to that of a place."""
    rows, columns = (
        slice(int(part.start * size), int(part.stop * size))
        for part, size in zip(at, frames.shape[1:3], strict=True)
    )
    place = np.median(frames[:, rows, columns], axis=0).astype(np.uint8)
    lab = lab_from_uint8(cv2.GaussianBlur(place, (0, 0), 3)).reshape(-1, 3).mean(0)
    angle = math.degrees(math.atan2(lab[2], lab[1])) - 20
    return round(angle * count / 360) % count
