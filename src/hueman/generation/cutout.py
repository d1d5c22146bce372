"""The person cut out of frames as they come, whatever their number."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import cv2
import numpy as np

from hueman.perception.base import Perceive

CHUNK = 32
"""Frames that are perceived, and held in memory, at once."""
WORKING_HEIGHT = 384
LEAST_ENLARGEMENT = 2
"""Frames are enlarged to the working height at least, and always so many times: masks are finer
then. Steadied besides, their IoU on rendered people is .941 at 96x64 instead of .918, and .967 at
192x128 instead of .960 (`benchmarks/cutout_accuracy.py`)."""
STILL = 12.0
"""Levels of 8 bits by which a colour may change between frames that show the same thing."""

Seen = tuple[np.ndarray, np.ndarray]
"""A frame, uint8 (H, W, 3), and where its person is, float32 (H, W) in 0..1."""


def cut_out(frames: Iterable[np.ndarray], estimate: Perceive) -> Iterator[Seen]:
    """Find the person in each frame of a video.

    In a frame that shows nobody they are where they are in the nearest one of its chunk that shows
    them, or where they were last; while nobody has been seen, nowhere.

    Args:
        frames: uint8 (H, W, 3) RGB, all equally large; taken a chunk at a time.
        estimate: gives the person's mask.

    Yields:
        Each frame with its alpha.
    """
    return _steadied(_perceived(iter(frames), estimate))


def _perceived(frames: Iterator[np.ndarray], estimate: Perceive) -> Iterator[Seen]:
    last = None
    while chunk := list(islice(frames, CHUNK)):
        masks = _person_masks(chunk, estimate)
        shown = np.flatnonzero([mask.any() for mask in masks])
        for index, frame in enumerate(chunk):
            if len(shown):
                last = masks[shown[np.abs(shown - index).argmin()]]
            yield frame, masks[index] if last is None else last


def _person_masks(frames: list[np.ndarray], estimate: Perceive) -> list[np.ndarray]:
    """Return masks float32 (H, W), perceived in enlarged frames."""
    height, width = frames[0].shape[:2]
    factor = max(LEAST_ENLARGEMENT, -(-WORKING_HEIGHT // height))
    size = (factor * width, factor * height)
    large = np.stack([cv2.resize(each, size, interpolation=cv2.INTER_CUBIC) for each in frames])
    return [
        cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for mask in estimate(large).person
    ]


def _steadied(seen: Iterable[Seen]) -> Iterator[Seen]:
    """Average masks over three frames where the picture stays as it is, so edges do not flicker.

    Where something moves the colours differ, and each frame keeps its own mask.
    """
    before = now = None
    for after in chain(seen, [None]):
        if now is not None:
            yield now[0], _average(now, [each for each in (before, after) if each is not None])
        before, now = now, after


def _average(now: Seen, neighbours: list[Seen]) -> np.ndarray:
    frame, alpha = now
    total, weights = alpha.copy(), np.ones_like(alpha)
    for other, other_alpha in neighbours:
        change = cv2.absdiff(frame, other).max(axis=2).astype(np.float32)
        # Next to what moves, colours may be alike by chance, and ghosts would stay behind.
        weight = np.exp(-((cv2.dilate(change, np.ones((3, 3))) / STILL) ** 2))
        total += weight * other_alpha
        weights += weight
    return total / weights
