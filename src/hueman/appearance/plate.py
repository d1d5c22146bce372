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
    """Fill the person in a frame from what is around it (Telea 2004, by OpenCV).

    Args:
        rgb: uint8 (3, H, W).
        person: uint8 (1, H, W), soft mask.

    Returns:
        uint8 (3, H, W).
    """
    picture = np.ascontiguousarray(rgb.permute(1, 2, 0).numpy())
    mask = (person[0].numpy() > 0).astype(np.uint8)
    width = 2 * max(1, round(PERSON_MARGIN * mask.shape[0])) + 1
    hole = cv2.dilate(mask, np.ones((width, width), np.uint8))
    filled = cv2.inpaint(picture, hole, INPAINTING_RADIUS, cv2.INPAINT_TELEA)
    return torch.from_numpy(filled).permute(2, 0, 1)
