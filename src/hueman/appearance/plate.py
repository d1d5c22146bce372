"""The background without the person."""

import cv2
import numpy as np
import torch
from torch import Tensor

INPAINTING_RADIUS = 3
"""Pixels around a hole that OpenCV's inpainting looks at."""
PERSON_MARGIN = 1 / 48
"""Share of the frame's height by which the person is cut out larger, to take the outline along."""


def background_plate(rgb: Tensor, person: Tensor) -> Tensor:
    """Show what is behind a person, from frames of one clip whose camera stands still.

    Each pixel is the median of the frames in which nobody is before it; what is hidden in all of
    them is filled from what is around it (Telea 2004, by OpenCV).

    Args:
        rgb: uint8 (K, 3, H, W), one frame or several.
        person: uint8 (K, 1, H, W), soft mask.

    Returns:
        uint8 (3, H, W).
    """
    frames = rgb.permute(0, 2, 3, 1).numpy()
    hidden = np.stack([_grown(mask) for mask in person[:, 0].numpy()])
    plate = frames[0].copy()
    if len(frames) > 1:
        seen = np.ma.array(frames, mask=np.broadcast_to(hidden[..., None], frames.shape))
        plate = np.ma.median(seen, axis=0).filled(0).round().astype(np.uint8)
    hole = np.asarray(hidden.all(axis=0), np.uint8)
    filled = cv2.inpaint(plate, hole, INPAINTING_RADIUS, cv2.INPAINT_TELEA)
    return torch.from_numpy(filled).permute(2, 0, 1)


def _grown(mask: np.ndarray) -> np.ndarray:
    """Return where a person, or its outline, may be: bool (H, W)."""
    width = 2 * max(1, round(PERSON_MARGIN * mask.shape[0])) + 1
    return cv2.dilate((mask > 0).astype(np.uint8), np.ones((width, width), np.uint8)) > 0
