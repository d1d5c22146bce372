"""People from heat maps of joints and part-affinity fields of limbs (Cao et al. 2017, section 2).

Candidates for each joint are the peaks of its heat map. Two candidates belong together so far as
the field of the limb points along the line between them; every limb's candidates are paired
greedily, and pairs that share a joint make a person. Constants are those published with OpenPose.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from hueman.features.skeleton import JOINTS, LIMBS

STRIDE = 8
"""Pixels of the picture for each of a map, along both axes."""

# Limbs in the order of the fields' channels; limb i has the channels 2 i (x) and 2 i + 1 (y).
FIELDS = (
    (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 2), (2, 3), (3, 4), (2, 16), (1, 5), (5, 6), (6, 7), (5, 17),
    (1, 0), (0, 14), (0, 15), (14, 16), (15, 17),
)  # fmt: skip

# The shoulder-ear links help to hold a person together, but on their own are not one.
_LINKS = ((2, 16), (5, 17))

_SMOOTHING = 3.0
"""Standard deviation in pixels, before peaks are looked for."""
_MIN_PEAK = 0.1
"""Height of a smoothed heat map from which on a peak counts."""
_SAMPLES = 10
"""Points of a limb at which its field is read."""
_MIN_ALONG = 0.05
"""How far the field must point along a limb at a point that speaks for it..."""
_MIN_SHARE = 0.8
"""... and the share of points that must be exceeded."""
_MIN_JOINTS = 4
"""Of a person."""
_MIN_SCORE = 0.4
"""Of a person: mean over the joints."""


@dataclass
class _Person:
    """A person in the making."""

    members: dict[int, int]
    """Number of the candidate of each joint."""
    score: float
    """Sum over joints and limbs."""


def decode_people(affinities: np.ndarray, heat_maps: np.ndarray) -> np.ndarray:
    """Find the people that a network sees in one picture.

    Args:
        affinities: float32 (38, h, w): fields of the limbs, in the order of FIELDS.
        heat_maps: float32 (18 or more, h, w): of the joints; further ones are not used.

    Returns:
        float32 (P, 18, 3): x, y in pixels of the picture, which is STRIDE times as large as the
        maps and has its pixel centres at integers; confidence 0..1. Missing joints are 0.

    Raises:
        ValueError: a wrong shape.
    """
    height, width = heat_maps.shape[-2:]
    if affinities.shape != (2 * len(FIELDS), height, width) or len(heat_maps) < len(JOINTS):
        raise ValueError(
            "maps must be (38, h, w) and (18 or more, h, w), "
            f"got {affinities.shape} and {heat_maps.shape}"
        )
    candidates = find_peaks(heat_maps[: len(JOINTS)])
    people: list[_Person] = []
    for limb in (*LIMBS, *_LINKS):
        first, second = candidates[limb[0]], candidates[limb[1]]
        field = affinities[2 * FIELDS.index(limb) :][:2]
        for i, j, score in _best_pairs(score_limbs(field, first, second)):
            _join(people, limb, (i, j), score, (first[i, 2], second[j, 2]))
    poses = [_pose(person, candidates) for person in people if _is_sure(person)]
    return np.stack(poses) if poses else np.zeros((0, len(JOINTS), 3), np.float32)


def find_peaks(heat_maps: np.ndarray) -> list[np.ndarray]:
    """Return the peaks of each of J heat maps (J, h, w), each float32 (n, 3): x, y, height.

    x and y are in pixels of the picture, to a fraction of one.
    """
    joints, height, width = heat_maps.shape
    channels_last = np.ascontiguousarray(heat_maps.transpose(1, 2, 0), np.float32)
    size = (width * STRIDE, height * STRIDE)
    fine = cv2.resize(channels_last, size, interpolation=cv2.INTER_CUBIC)
    fine = fine.reshape(*size[::-1], joints)
    smooth = cv2.GaussianBlur(fine, (0, 0), _SMOOTHING).reshape(fine.shape)
    around = np.pad(smooth, ((1, 1), (1, 1), (0, 0)))
    left, right = around[1:-1, :-2], around[1:-1, 2:]
    above, below = around[:-2, 1:-1], around[2:, 1:-1]
    # Of equal neighbours only the first is a peak.
    is_peak = (smooth > _MIN_PEAK) & (smooth > left) & (smooth > above)
    is_peak &= (smooth >= right) & (smooth >= below)
    y, x, joint = peak = np.nonzero(is_peak)
    x = x + _vertex(left[peak], smooth[peak], right[peak])
    y = y + _vertex(above[peak], smooth[peak], below[peak])
    peaks = np.column_stack([x, y, fine[peak]]).astype(np.float32)
    return [peaks[joint == number] for number in range(joints)]


def score_limbs(field: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return how well a limb's field connects candidates of its two joints.

    It is the mean of the field along the line between them (section 2.3), less a penalty for
    limbs of more than half the picture's height.

    Args:
        field: (2, h, w): x and y.
        first: (A, 3) and
        second: (B, 3): x, y in pixels of the picture, height of the peak.

    Returns:
        (A, B); 0 where they are not connected.
    """
    start, end = first[:, None, :2], second[None, :, :2]
    length = np.linalg.norm(end - start, axis=2).clip(min=1e-6)
    direction = (end - start) / length[..., None]
    steps = np.linspace(0, 1, _SAMPLES)[:, None]
    points = start[:, :, None] + steps * (end - start)[:, :, None]
    x, y = np.moveaxis((points + 0.5) / STRIDE - 0.5, -1, 0)
    read = [map_coordinates(part, (y, x), order=1, mode="nearest") for part in field]
    along = (np.stack(read, axis=-1) * direction[:, :, None]).sum(axis=-1)
    picture_height = STRIDE * field.shape[1]
    score = along.mean(axis=-1) + np.minimum(0.5 * picture_height / length - 1, 0)
    connected = (along > _MIN_ALONG).mean(axis=-1) > _MIN_SHARE
    return np.where(connected, score, 0).clip(min=0)


def _best_pairs(scores: np.ndarray) -> Iterator[tuple[int, int, float]]:
    """Pair candidates greedily by their scores (A, B), each at most once."""
    left = scores.copy()
    while left.size and left.max() > 0:
        i, j = (int(index) for index in np.unravel_index(left.argmax(), left.shape))
        yield i, j, float(scores[i, j])
        left[i], left[:, j] = 0, 0


def _join(
    people: list[_Person],
    limb: tuple[int, int],
    pair: tuple[int, int],
    score: float,
    heights: tuple[float, float],
) -> None:
    """Add a connected pair of candidates to the people: to one, as a new one, or joining two."""
    ends = list(zip(limb, pair, heights, strict=True))
    holders = [
        person for person in people if any(person.members.get(joint) == i for joint, i, _ in ends)
    ]
    if not holders and limb not in _LINKS:
        people.append(_Person(dict(zip(limb, pair, strict=True)), score + sum(heights)))
    elif len(holders) == 1:
        for joint, candidate, height in ends:
            if joint not in holders[0].members:
                holders[0].members[joint] = candidate
                holders[0].score += score + height
    elif len(holders) == 2:
        one, other = holders
        if not one.members.keys() & other.members.keys():
            one.members |= other.members
            one.score += other.score + score
            people.remove(other)


def _is_sure(person: _Person) -> bool:
    joints = len(person.members)
    return joints >= _MIN_JOINTS and person.score >= _MIN_SCORE * joints


def _pose(person: _Person, candidates: list[np.ndarray]) -> np.ndarray:
    pose = np.zeros((len(JOINTS), 3), np.float32)
    for joint, candidate in person.members.items():
        pose[joint] = candidates[joint][candidate]
    pose[:, 2] = pose[:, 2].clip(0, 1)
    return pose


def _vertex(before: np.ndarray, middle: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return where, -0.5..0.5, the parabola through three values around a maximum is highest."""
    curvature = (2 * middle - before - after).clip(min=1e-12)
    return ((after - before) / (2 * curvature)).clip(-0.5, 0.5)
