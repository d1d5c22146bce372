"""Square regions of a frame: cut out as a small picture, and mapped back."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Region:
    """A square, possibly tilted, in frame coordinates (pixel centres at integers)."""

    centre: tuple[float, float]
    """x, y."""
    side: float
    """Pixels of the frame."""
    angle: float = 0.0
    """Radians by which the square is turned clockwise, as seen on the screen."""

    def to_crop(self, size: int) -> np.ndarray:
        """Return the affine map (2, 3) from frame to a crop of `size` by `size` pixels."""
        scale = size / self.side
        cosine, sine = scale * np.cos(self.angle), scale * np.sin(self.angle)
        linear = np.array([[cosine, sine], [-sine, cosine]])
        # The middle of a crop lies between its two middle pixels.
        offset = (size - 1) / 2 - linear @ np.array(self.centre)
        return np.column_stack([linear, offset])

    def to_frame(self, size: int) -> np.ndarray:
        """Return the inverse of `to_crop`, (2, 3)."""
        return cv2.invertAffineTransform(self.to_crop(size))

    def cut(self, frame: np.ndarray, size: int) -> np.ndarray:
        """Return the region of a frame (H, W, C) as a picture (size, size, C), black outside."""
        matrix = self.to_crop(size)
        halvings = int(np.log2(max(1.0, self.side / size)))
        if halvings:
            # Bilinear sampling skips pixels when it shrinks a lot, so average them first.
            height, width = frame.shape[:2]
            small = (max(1, width >> halvings), max(1, height >> halvings))
            frame = cv2.resize(frame, small, interpolation=cv2.INTER_AREA)
            matrix = matrix @ _enlargement(width / small[0], height / small[1])
        return cv2.warpAffine(frame, matrix, (size, size), flags=cv2.INTER_LINEAR)

    def paste(self, crop: np.ndarray, height: int, width: int) -> np.ndarray:
        """Return a frame-sized (height, width) map from one of this region, 0 outside it."""
        matrix = self.to_frame(len(crop))
        return cv2.warpAffine(crop, matrix, (width, height), flags=cv2.INTER_LINEAR)


def search_regions(height: int, width: int) -> Iterator[list[Region]]:
    """Yield where to look for a person: the whole frame, then smaller and smaller squares.

    Neighbouring squares overlap by half, so that a person lies whole in one of them.
    """
    yield [Region(((width - 1) / 2, (height - 1) / 2), max(height, width))]
    for divisor in (1, 2, 3):
        side = min(height, width) / divisor
        yield [Region((x, y), side) for y in _centres(height, side) for x in _centres(width, side)]


def _centres(length: int, side: float) -> np.ndarray:
    """Return centres of segments that cover `length` and overlap by half or more."""
    count = 1 + int(np.ceil((length - side) / (side / 2) - 1e-6))
    return np.linspace((side - 1) / 2, length - (side + 1) / 2, count)


def _enlargement(x: float, y: float) -> np.ndarray:
    """Return the map (3, 3) from a shrunk frame to the frame, by factors along x and y."""
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
