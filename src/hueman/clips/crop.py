"""Cropping and resizing of frames, and of the poses in them."""

from dataclasses import dataclass

import cv2
import numpy as np

MARGIN = 0.1
MIN_CONFIDENCE = 0.3


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels; it may reach beyond the frame."""

    left: int
    top: int
    width: int
    height: int


def centre_box(frame_height: int, frame_width: int, height: int, width: int) -> Box:
    """Return the largest centred box with the aspect of `height` x `width` (paper, section 4.2)."""
    box_width = max(1, min(frame_width, round(frame_height * width / height)))
    box_height = max(1, min(frame_height, round(frame_width * height / width)))
    return Box(
        (frame_width - box_width) // 2, (frame_height - box_height) // 2, box_width, box_height
    )


def person_box(
    pose: np.ndarray, person: np.ndarray, height: int, width: int, margin: float = MARGIN
) -> Box:
    """Return one box around a person in all frames of a clip, with the target's aspect.

    The box holds every joint and the person's mask near them, and is moved into the frame where it
    fits. Where it does not fit (the frame is too narrow for the aspect) it reaches beyond, evenly
    on both sides.

    Args:
        pose: float32 (T, 18, 3), x, y in pixels of the frame, and confidence.
        person: uint8 (T, H, W), 255 is certainly person.
        height: of the target; only the aspect matters.
        width: of the target.
        margin: free space on each side, as a share of the person's longer side.

    Raises:
        ValueError: no joint is visible in any frame, or the shapes do not fit.
    """
    if pose.ndim != 3 or pose.shape[1:] != (18, 3) or person.shape[:1] != pose.shape[:1]:
        raise ValueError(f"need pose (T, 18, 3), person (T, H, W), got {pose.shape, person.shape}")
    joints = pose[pose[..., 2] >= MIN_CONFIDENCE][:, :2]
    if not len(joints):
        raise ValueError("no joint is visible in any frame, so there is no person to crop around")
    low, high = joints.min(axis=0), joints.max(axis=0)
    reach = 0.25 * (high - low).max()  # beyond it, a mask is not this person's
    rows, columns = np.nonzero((person >= 128).any(axis=0))
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    near = points[((points >= low - reach) & (points <= high + reach)).all(axis=1)]
    low = np.minimum(low, near.min(axis=0, initial=np.inf))
    high = np.maximum(high, near.max(axis=0, initial=-np.inf))

    # From pixel centres to pixel edges, then outwards to the margin and the aspect.
    size = (high - low + 1) + 2 * margin * (high - low + 1).max()
    box_width = max(size[0], size[1] * width / height)
    box_height = box_width * height / width
    centre_x, centre_y = (low + high + 1) / 2
    frame_height, frame_width = person.shape[1:]
    return Box(
        _place(centre_x, round(box_width), frame_width),
        _place(centre_y, round(box_height), frame_height),
        round(box_width),
        round(box_height),
    )


def _place(centre: float, length: int, limit: int) -> int:
    """Return the start of an interval around `centre` that stays in 0..limit if it can."""
    if length >= limit:
        return (limit - length) // 2
    return min(max(round(centre - length / 2), 0), limit - length)


def scale_box(box: Box, factor: float) -> Box:
    """Return the box in a frame that is `factor` times as large."""
    return Box(*(round(value * factor) for value in (box.left, box.top, box.width, box.height)))


def crop_frame(frame: np.ndarray, box: Box, height: int, width: int) -> np.ndarray:
    """Cut a box out of a frame and resize it.

    Shrinking averages areas, so that nothing aliases; enlarging is bicubic. What the box has
    beyond the frame repeats the frame's border.

    Args:
        frame: uint8 (H, W, 3) or (H, W).
        box: what to cut out.
        height: of the result.
        width: of the result.

    Returns:
        uint8 (height, width, 3) or (height, width).
    """
    frame_height, frame_width = frame.shape[:2]
    rows = np.clip(np.arange(box.top, box.top + box.height), 0, frame_height - 1)
    columns = np.clip(np.arange(box.left, box.left + box.width), 0, frame_width - 1)
    cut = frame[rows][:, columns]
    shrinks = box.height >= height and box.width >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(cut, (width, height), interpolation=method)
