"""Body parts cut out of pictures, to be moved one by one: how a CPU warps.

A part covers little of a frame. OpenCV moves the part's own rectangle many times faster than a
sampling grid moves a batch, of which each part's rectangle would have to hold all of them.
"""

from typing import NamedTuple

import cv2
import numpy as np


class Piece(NamedTuple):
    """A part of a picture, and where it lies."""

    top: int
    left: int
    picture: np.ndarray
    """float32 (h, w, C + 1): the picture multiplied by the part's mask, and the mask."""

    @property
    def window(self) -> tuple[slice, slice]:
        """Index of its pixels in an array (H, W, ...)."""
        height, width = self.picture.shape[:2]
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


class Pieces:
    """The parts that pictures show, each cut out when it is first asked for.

    Args:
        pictures: float32 (N, C, H, W).
        masks: bool (N, P, H, W), where each part is seen.
    """

    def __init__(self, pictures: np.ndarray, masks: np.ndarray):
        self._pictures = pictures.transpose(0, 2, 3, 1)
        self._masks = masks
        self._cut: dict[tuple[int, int], Piece | None] = {}

    def moved(self, number: int, part: int, matrix: np.ndarray) -> Piece | None:
        """Move a part of one picture; bilinear, nothing outside the frame.

        Args:
            number: of the picture.
            part: number of the part.
            matrix: float (2, 3), from here to there in pixels of the frame; not singular.

        Returns:
            The part there; None if the picture does not show it, or it leaves the frame.
        """
        here = self._piece(number, part)
        if here is None:
            return None
        # Bilinear sampling reaches one pixel beyond the outermost pixels.
        height, width = here.picture.shape[:2]
        x = np.array([here.left - 1, here.left + width] * 2)
        y = np.repeat([here.top - 1, here.top + height], 2)
        arrived = matrix[:, :2] @ np.stack([x, y]) + matrix[:, 2:]
        rows, columns = self._pictures.shape[1:3]
        left, top = np.floor(arrived.min(axis=1)).astype(int).clip(min=0)
        right, bottom = np.ceil(arrived.max(axis=1)).astype(int) + 1
        right, bottom = min(int(right), columns), min(int(bottom), rows)
        if left >= right or top >= bottom:
            return None
        between = np.array(matrix, np.float64)
        between[:, 2] += between[:, :2] @ (here.left, here.top) - (left, top)
        size = right - int(left), bottom - int(top)
        return Piece(int(top), int(left), _warped(here.picture, between, size))

    def _piece(self, number: int, part: int) -> Piece | None:
        if (number, part) not in self._cut:
            self._cut[number, part] = self._cut_out(number, part)
        return self._cut[number, part]

    def _cut_out(self, number: int, part: int) -> Piece | None:
        mask = self._masks[number, part]
        left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
        if not width:
            return None
        window = slice(top, top + height), slice(left, left + width)
        visible = mask[window][:, :, None].astype(np.float32)
        picture = self._pictures[number][window] * visible
        return Piece(top, left, np.concatenate([picture, visible], axis=2))


def _warped(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Move (h, w, C) by a matrix into a frame of this width and height."""
    groups = [
        cv2.warpAffine(picture[:, :, some], matrix, size, flags=cv2.INTER_LINEAR)
        for some in _groups(picture.shape[2])
    ]
    channels = [group if group.ndim == 3 else group[:, :, None] for group in groups]
    return channels[0] if len(channels) == 1 else np.concatenate(channels, axis=2)


def _groups(count: int) -> list[slice]:
    """Split channels into groups of 1, 3 or 4: these OpenCV 5 samples exactly, others to 1/32."""
    sizes = [4] * (count // 4) + {0: [], 1: [1], 2: [1, 1], 3: [3]}[count % 4]
    if count >= 6 and count % 4 == 2:
        sizes[-3:] = [3, 3]
    ends = np.cumsum(sizes)
    return [slice(int(end) - size, int(end)) for size, end in zip(sizes, ends, strict=True)]
