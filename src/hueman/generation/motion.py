"""Poses in time: short gaps filled, another speed, repetition without a jump."""

import math
from itertools import pairwise

import numpy as np

from hueman.clips.video import MAX_FRAMES
from hueman.errors import HuemanError
from hueman.features.pose import check_poses, present
from hueman.generation.settings import SPEEDS, TIMES, check_within

LONGEST_GAP = 0.4
"""Seconds; what a joint does while it is hidden for longer is anybody's guess."""
JOIN_SECONDS = 0.3
"""How long it takes to come from the end of a movement to its beginning."""


def arrange(pose: np.ndarray, fps: float, speed: float = 1.0, times: int = 1) -> np.ndarray:
    """Fill short gaps of a movement, change its speed, and repeat it.

    Args:
        pose: float (T, 18, 3), x and y in pixels, confidence 0..1.
        fps: frames a second.
        speed: as for `change_speed`.
        times: as for `loop`.

    Returns:
        float32 (T', 18, 3), at the same frames a second.

    Raises:
        HuemanError: speed or times is out of range, or there would be more than MAX_FRAMES frames.
        ValueError: a wrong shape, no pose, or fps not above 0.
    """
    check_within("speed", speed, SPEEDS)
    frames = round(len(pose) / speed) * times
    if frames > MAX_FRAMES:
        raise HuemanError(
            f"At speed {speed:g} and {times} times the movement has {frames} frames, more than "
            f"{MAX_FRAMES}; choose a higher speed, fewer times or a shorter clip."
        )
    return loop(change_speed(fill_gaps(pose, fps), speed), times, fps)


def fill_gaps(pose: np.ndarray, fps: float, longest: float = LONGEST_GAP) -> np.ndarray:
    """Fill in joints that are missing for a short while between two sightings.

    A joint goes straight and evenly from one sighting to the next, with the smaller of their
    confidences. Longer gaps, and joints not yet or no longer seen, stay missing.

    Args:
        pose: float (T, 18, 3), x and y in pixels, confidence 0..1.
        fps: frames a second, above 0.
        longest: seconds that a joint may be missing.

    Returns:
        float32 (T, 18, 3); missing joints are 0.

    Raises:
        ValueError: a wrong shape, or fps not above 0.
    """
    pose = _checked(pose, fps)
    filled = pose.copy()
    # A little more, so that 0.4 s are 12 frames of 30 a second whatever rounding does.
    most = int(longest * fps + 1e-6)
    for joint in range(pose.shape[1]):
        seen = np.flatnonzero(pose[:, joint, 2] > 0)
        for before, after in pairwise(seen):
            if 1 < after - before <= most + 1:
                share = np.arange(1, after - before)[:, None] / (after - before)
                first, second = pose[before, joint], pose[after, joint]
                filled[before + 1 : after, joint] = first + share * (second - first)
                filled[before + 1 : after, joint, 2] = min(first[2], second[2])
    return filled


def change_speed(pose: np.ndarray, speed: float) -> np.ndarray:
    """Do a movement faster or slower, by linear interpolation between its frames.

    A joint that is missing in the nearer frame stays missing; where it is missing in the farther
    one, it lies as in the nearer.

    Args:
        pose: float (T, 18, 3), x and y in pixels, confidence 0..1.
        speed: 0.1..10; 2 is twice as fast.

    Returns:
        float32 (T', 18, 3), T' about T / speed, at the same frames a second.

    Raises:
        HuemanError: the speed is out of range.
        ValueError: a wrong shape, or no pose.
    """
    check_within("speed", speed, SPEEDS)
    pose = _checked(pose)
    last = len(pose) - 1
    # A little more, so that rounding does not lose the last frame.
    times = np.minimum(np.arange(int(last / speed + 1e-6) + 1) * speed, last)
    nearer = np.rint(times).astype(int)
    farther = np.clip(np.where(times > nearer, nearer + 1, nearer - 1), 0, last)
    share = np.abs(times - nearer)[:, None, None]
    near, far = pose[nearer], pose[farther]
    far = np.where(present(far)[..., None], far, near)
    return np.where(present(near)[..., None], near + share * (far - near), 0).astype(np.float32)


def loop(pose: np.ndarray, times: int, fps: float) -> np.ndarray:
    """Do a movement several times, one after the other without a jump.

    At each join the movement goes on from where it ended, and within JOIN_SECONDS comes to where
    it began. A joint that was not seen at the end moves with the mean of the others.

    Args:
        pose: float (T, 18, 3), x and y in pixels, confidence 0..1.
        times: 1..100.
        fps: frames a second, above 0.

    Returns:
        float32 (times * T, 18, 3).

    Raises:
        HuemanError: times is out of range.
        ValueError: a wrong shape, no pose, or fps not above 0.
    """
    check_within("loop", times, TIMES)
    pose = _checked(pose, fps)
    # The last frame stays as it is, since the next join goes on from there.
    length = min(math.ceil(JOIN_SECONDS * fps), len(pose) - 1)
    left = 1 - np.arange(1, length + 1) / (length + 1)
    weight = left * left * (3 - 2 * left)
    again = pose.copy()
    again[:length, :, :2] += weight[:, None, None] * _from_first_to_last(pose)
    again = np.where(present(pose)[..., None], again, 0)
    return np.concatenate([pose, *[again] * (times - 1)]).astype(np.float32)


def _from_first_to_last(pose: np.ndarray) -> np.ndarray:
    """Return how far each joint is at the end from where it was at the beginning, (18, 2)."""
    known = present(pose)[0] & present(pose)[-1]
    way = pose[-1, :, :2] - pose[0, :, :2]
    mean = way[known].mean(axis=0) if known.any() else np.zeros(2)
    return np.where(known[:, None], way, mean)


def _checked(pose: np.ndarray, fps: float = 1.0) -> np.ndarray:
    """Return poses (T, 18, 3), T at least 1, as float32; what is missing, maybe NaN, becomes 0."""
    pose = check_poses(pose, dimensions=3)
    if not len(pose):
        raise ValueError("a movement needs at least one pose, got none")
    if not fps > 0:
        raise ValueError(f"fps must be above 0, got {fps}")
    return np.where(present(pose)[..., None], pose, 0).astype(np.float32)
