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


def background_plate(rgb: Tensor, holes: np.ndarray) -> Tensor:
    """Put together what frames show around a person, and fill the rest from what is around it.

    Where several frames show the background, it is their median; if the camera moved, so that they
    do not agree, the first frame counts alone. What none shows is made up (`fill_holes`).

    Args:
        rgb: uint8 (K, 3, H, W), frames of one place.
        holes: bool (K, H, W), what does not belong to the background: `person_holes`, shadows.

    Returns:
        uint8 (3, H, W).
    """
    frames = rgb.permute(0, 2, 3, 1).numpy()
    picture, hole = frames[0], holes[0]
    if len(frames) > 1:
        median, hidden = _median(frames, holes), np.all(holes, axis=0)
        apart = np.abs(frames.astype(np.float32) - median)[~holes]
        if not apart.size or apart.mean() <= STILL:
            picture, hole = np.where(hidden[..., None], picture, median.round()), hidden
    filled = fill_holes(np.ascontiguousarray(picture, np.uint8), hole)
    return torch.from_numpy(filled).permute(2, 0, 1)


def person_holes(person: Tensor) -> np.ndarray:
    """Return what people hide: their soft masks, uint8 (K, 1, H, W), grown by `PERSON_MARGIN`.

    Slits that are left, as between legs, are closed.

    Returns:
        bool (K, H, W).
    """
    masks = (person[:, 0].numpy() > 0).astype(np.uint8)
    width = 2 * max(1, round(PERSON_MARGIN * masks.shape[1])) + 1
    kernel, slit = np.ones((width, width), np.uint8), np.ones((1, 2 * width), np.uint8)
    grown = (cv2.dilate(mask, kernel) for mask in masks)
    return np.stack([cv2.morphologyEx(each, cv2.MORPH_CLOSE, slit) > 0 for each in grown])


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
    line, left, right = along_rows(picture.astype(np.float32), hole)
    apart = np.abs(left - right).max(axis=2, keepdims=True)
    share = np.where(np.isnan(apart), 0, np.exp(-((apart / ALIKE) ** 2)))
    filled = share * np.nan_to_num(line) + (1 - share) * inpainted
    return np.where(hole[..., None], filled.round(), picture).astype(np.uint8)


def along_rows(picture: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw straight lines over holes, row by row.

    Args:
        picture: float32 (H, W, C).
        hole: bool (H, W).

    Returns:
        Float32 (H, W, C) each: the lines, and for each pixel the values at their left and at their
        right end. NaN where a hole reaches the frame's edge, so that there is one end or none.
    """
    (left, first), (right, last) = _end(picture, hole), _end(picture[:, ::-1], hole[:, ::-1])
    right, last = right[:, ::-1], hole.shape[1] - 1 - last[:, ::-1]
    along = ((np.arange(hole.shape[1]) - first) / np.maximum(last - first, 1))[..., None]
    return ((1 - along) * left + along * right).astype(np.float32), left, right


def _end(picture: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pixel the value at the last column before its hole, and that column.

    The value is a mean of up to three pixels, float32 (H, W, C), NaN if the hole begins at the
    frame's edge; the column is (H, W).
    """
    known = (~hole).astype(np.float32)
    shown = np.ascontiguousarray(picture * known[..., None], np.float32)
    sums = [
        cv2.blur(each, (3, 1), borderType=cv2.BORDER_CONSTANT).reshape(*hole.shape, -1)
        for each in (shown, known)
    ]
    means = sums[0] / np.maximum(sums[1], 1e-6)
    column = np.maximum.accumulate(np.where(hole, -1, np.arange(hole.shape[1])), axis=1)
    # One further away, where its neighbours are known on both sides.
    value = np.take_along_axis(means, np.maximum(column - 1, 0)[..., None], axis=1)
    return np.where(column[..., None] < 0, np.nan, value), column


def _median(frames: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """Return the median of frames (K, H, W, 3) outside their holes (K, H, W); NaN where none is."""
    shown = np.where(holes[..., None], np.nan, frames.astype(np.float32))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.nanmedian(shown, axis=0)
