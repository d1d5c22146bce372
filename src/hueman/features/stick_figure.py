"""The stick figure of a pose: joints and limbs in OpenPose's colours (paper, section 2.1)."""

import cv2
import numpy as np

from hueman.features.pose import check_poses
from hueman.features.skeleton import LIMBS

# OpenPose's colour wheel (Cao et al., "OpenPose", 2019): one hue for each joint, and the limbs
# take the same hues in their order.
COLORS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip

# With anti-aliasing, lines of OpenCV's thickness 1, 2 and 3 are about 1.3, 3.4 and 5.4 pixels wide,
# so this gives lines of 1.4 to 1.8 % of the frame's height.
HEIGHT_PER_THICKNESS = 128
HEIGHT_PER_RADIUS = 96

FRACTION_BITS = 4
"""Coordinates are drawn in sixteenths of a pixel, so that slow movements stay smooth."""


def draw_stick_figure(pose: np.ndarray, height: int, width: int) -> np.ndarray:
    """Draw one pose on black with anti-aliased lines; missing joints and their limbs are left out.

    Args:
        pose: float (18, 3), x and y in pixels of the frame, confidence 0..1.
        height: of the picture in pixels; lines are 1.4 to 1.8 % of it thick.
        width: of the picture in pixels.

    Returns:
        uint8 (height, width, 3), RGB.

    Raises:
        ValueError: the pose has another shape.
    """
    pose = check_poses(pose, dimensions=2)
    picture = np.zeros((height, width, 3), np.uint8)
    thickness = max(1, round(height / HEIGHT_PER_THICKNESS))
    points = [_fixed_point(joint) if joint[2] > 0 else None for joint in pose]
    for color, (first, second) in zip(COLORS, LIMBS, strict=False):
        if (start := points[first]) and (end := points[second]):
            cv2.line(picture, start, end, color, thickness, cv2.LINE_AA, FRACTION_BITS)
    radius = max(1, round((height << FRACTION_BITS) / HEIGHT_PER_RADIUS))
    for color, point in zip(COLORS, points, strict=True):
        if point:
            cv2.circle(picture, point, radius, color, cv2.FILLED, cv2.LINE_AA, FRACTION_BITS)
    return picture


def draw_stick_figures(poses: np.ndarray, height: int, width: int) -> np.ndarray:
    """Draw poses (T, 18, 3) as `draw_stick_figure` does; return uint8 (T, height, width, 3)."""
    poses = check_poses(poses, dimensions=3)
    figures = [draw_stick_figure(pose, height, width) for pose in poses]
    return np.stack(figures) if figures else np.zeros((0, height, width, 3), np.uint8)


def _fixed_point(joint: np.ndarray) -> tuple[int, int]:
    scaled = np.rint(joint[:2] * (1 << FRACTION_BITS)).astype(int)
    return int(scaled[0]), int(scaled[1])
