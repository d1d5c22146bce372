"""The background without the person."""

import warnings

import cv2
import numpy as np
import torch
from torch import Tensor

INPAINTING_RADIUS = 3
"""Pixels around a hole that OpenCV's inpainting looks at."""
ALIKE = 32.0
"""Levels of 8 bits by which the two ends of a hole's row may differ, to be joined by a line: such
ends are joined by exp(-1), and inpainting makes up the rest."""
PERSON_MARGIN = 1 / 48
"""Share of the frame's height by which the person is cut out larger, to take the outline along."""
STILL = 6.0
"""Levels of 8 bits by which a still background differs from its median, at most, on the mean."""


def background_plate(rgb: Tensor, person: Tensor) -> Tensor:
    """Put together what frames show around a person, and fill the rest from what is around it.

    Where several frames show the background, it is their median; if the camera moved, so that they
    do not agree, the first frame counts alone. What none shows is inpainted (Telea 2004, by
    OpenCV).

    Args:
        rgb: uint8 (K, 3, H, W), frames of one place.
        person: uint8 (K, 1, H, W), soft masks.

    Returns:
        uint8 (3, H, W).
    """
    frames, holes = rgb.permute(0, 2, 3, 1).numpy(), _grown(person[:, 0].numpy() > 0)
    picture, hole = frames[0], holes[0]
    if len(frames) > 1:
        median, hidden = _median(frames, holes), np.all(holes, axis=0)
        apart = np.abs(frames.astype(np.float32) - median)[~holes]
        if not apart.size or apart.mean() <= STILL:
            picture, hole = np.where(hidden[..., None], picture, median.round()), hidden
    filled = fill_holes(np.ascontiguousarray(picture, np.uint8), hole)
    return torch.from_numpy(filled).permute(2, 0, 1)


def fill_holes(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fill holes as walls and floors go on: along the rows whose two ends look alike.

    Elsewhere, and in part, by the Navier-Stokes inpainting of OpenCV (Bertalmio et al. 2001). A
    floor stays in its place behind the person this way, which inpainting alone bends.

    Args:
        picture: uint8 (H, W, 3).
        hole: bool (H, W).

    Returns:
        uint8 (H, W, 3).
    """
    inpainted = cv2.inpaint(
        picture, hole.astype(np.uint8), INPAINTING_RADIUS, cv2.INPAINT_NS
    ).astype(np.float32)
    (left, first), (right, last) = _end(picture, hole), _end(picture[:, ::-1], hole[:, ::-1])
    right, last = right[:, ::-1], hole.shape[1] - 1 - last[:, ::-1]
    columns = np.arange(hole.shape[1])
    along = ((columns - first) / np.maximum(last - first, 1))[..., None]
    line = (1 - along) * left + along * right
    apart = np.abs(left - right).max(axis=2, keepdims=True)
    share = np.exp(-((apart / ALIKE) ** 2))
    # A hole that reaches the frame's edge has one end only, and a row that is all hole none.
    open_ended = ((first < 0) | (last >= hole.shape[1]))[..., None]
    filled = np.where(open_ended, inpainted, share * line + (1 - share) * inpainted)
    return np.where(hole[..., None], filled.round(), picture).astype(np.uint8)


def _end(picture: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel the colour at the last column before its hole, and that column.

    The colour is a mean of three pixels, float32 (H, W, 3); the column (H, W) is -1 if the hole
    begins at the frame's edge.
    """
    known = (~hole).astype(np.float32)[..., None]
    sums = [
        cv2.blur(np.ascontiguousarray(each), (3, 1), borderType=cv2.BORDER_CONSTANT)
        for each in (picture * known, known)
    ]
    means = sums[0] / np.maximum(sums[1], 1e-6)[..., None]
    columns = np.arange(hole.shape[1])
    column = np.maximum.accumulate(np.where(hole, -1, columns), axis=1)
    # One further away, where its neighbours are known on both sides.
    return np.take_along_axis(means, np.maximum(column - 1, 0)[..., None], axis=1), column


def _grown(masks: np.ndarray) -> np.ndarray:
    """Grow bool masks (K, H, W) by `PERSON_MARGIN`."""
    width = 2 * max(1, round(PERSON_MARGIN * masks.shape[1])) + 1
    kernel = np.ones((width, width), np.uint8)
    return np.stack([cv2.dilate(mask.astype(np.uint8), kernel) > 0 for mask in masks])


def _median(frames: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """Return the median of frames (K, H, W, 3) outside their holes (K, H, W); NaN where none is."""
    shown = np.where(holes[..., None], np.nan, frames.astype(np.float32))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.nanmedian(shown, axis=0)
