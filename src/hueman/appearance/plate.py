"""The background without the person."""

import warnings

import cv2
import numpy as np
import torch
from torch import Tensor

INPAINTING_RADIUS = 3
"""Pixels around a hole that OpenCV's inpainting looks at."""
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
    picture, mask = (np.ascontiguousarray(each, np.uint8) for each in (picture, hole))
    filled = cv2.inpaint(picture, mask, INPAINTING_RADIUS, cv2.INPAINT_TELEA)
    return torch.from_numpy(filled).permute(2, 0, 1)


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
