"""Which of several people in a frame a clip is about."""

from collections.abc import Sequence

import numpy as np

_REACH = 0.5
"""How far a person gets from one frame to the next at most, in sizes of their body."""


def choose_person(people: Sequence[np.ndarray], previous: np.ndarray | None = None) -> np.ndarray:
    """Return the pose that a clip is about.

    It is the nearest to the pose of the frame before, if one is near; else the most prominent.

    Args:
        people: poses (J, 3): x, y, confidence; one at least.
        previous: pose (J, 3) of the person in the frame before, if there is one.

    Raises:
        ValueError: there are no people.
    """
    if not len(people):
        raise ValueError("there must be one person at least, got none")
    if previous is not None:
        distances = [_distance(person, previous) for person in people]
        nearest = int(np.argmin(distances))
        if distances[nearest] <= _REACH * _size(previous):
            return people[nearest]
    return max(people, key=prominence)


def prominence(joints: np.ndarray) -> float:
    """Return how large and surely seen a person (J, 3) is: size times sum of confidences."""
    return _size(joints) * float(joints[:, 2].clip(min=0).sum())


def _size(joints: np.ndarray) -> float:
    """Return the diagonal of the box around the joints that are there, pixels."""
    seen = joints[joints[:, 2] > 0, :2]
    return float(np.linalg.norm(np.ptp(seen, axis=0))) if len(seen) else 0.0


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the median distance of the joints that both have, pixels; infinity without any."""
    both = (one[:, 2] > 0) & (other[:, 2] > 0)
    if not both.any():
        return float("inf")
    return float(np.median(np.linalg.norm(one[both, :2] - other[both, :2], axis=1)))
