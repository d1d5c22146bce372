"""The pixels that may show a garment, with all that is known of each."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from hueman.color.body_axis import HEAD, body_axes
from hueman.color.histogram import color_bins
from hueman.color.lab import lab_from_uint8
from hueman.color.surface import Surface, log_evidence
from hueman.features.skeleton import JOINT

PERSON_THRESHOLD = 100
"""Soft mask value, of 255, from which a pixel is rather person than not."""
BORDER = 2
"""Masks err by a little: so many pixels around the person, and as many inside its outline, are
told from the background by colour too."""
AROUND = np.ones((2 * BORDER + 1, 2 * BORDER + 1), np.uint8)
SUREST = 0.995
"""However sure the person mask is at the outline, colour may still say otherwise."""
FACE_RADIUS = 0.35
"""Of the face around the nose; in distances from nose to neck."""


@dataclass(frozen=True)
class Pixels:
    """The n pixels on or near the person in one or more frames."""

    lightness: np.ndarray
    """(n,) L of Lab."""
    bins: np.ndarray
    """(n,) colour bins."""
    region: np.ndarray
    """(n,) region of the body."""
    position: np.ndarray
    """(n,) place on the region's axis."""
    face: np.ndarray
    """bool (n,): close to the nose."""
    person: np.ndarray
    """(n,) probability of person by the mask, above 0 and below 1."""
    evidence: np.ndarray
    """(6, n) log likelihood of what a network saw under each surface; 0 if none has looked."""


def near_person(person: np.ndarray) -> np.ndarray:
    """Pixels on the person or up to BORDER pixels away: bool (H, W) for a mask uint8 (H, W)."""
    likely = (person >= PERSON_THRESHOLD).astype(np.uint8)
    return cv2.dilate(likely, AROUND) > 0


def _person_probability(person: np.ndarray) -> np.ndarray:
    """Read a soft mask uint8 (H, W): certain inside the outline only, float (H, W)."""
    within = cv2.erode((person >= PERSON_THRESHOLD).astype(np.uint8), AROUND) > 0
    return np.where(within, 1 - 1e-9, np.clip(person / 255, 1 - SUREST, SUREST))


def person_pixels(
    frame: np.ndarray,
    pose: np.ndarray,
    person: np.ndarray,
    parts: np.ndarray,
    inside: np.ndarray,
    classes: np.ndarray | None = None,
) -> Pixels:
    """Gather the pixels `inside`, in row-major order; those of no part get the nearest part."""
    place = np.flatnonzero(inside)  # numpy is slower by masks than by numbers
    rows, columns = np.divmod(place, inside.shape[1])
    on_body = body_axes(pose, _spread_labels(parts, inside))
    region, position = (each.reshape(-1)[place] for each in on_body)
    nose, neck = pose[JOINT["nose"]], pose[JOINT["neck"]]
    from_nose = np.hypot(columns - nose[0], rows - nose[1])
    face_known = nose[2] > 0 and neck[2] > 0
    radius = FACE_RADIUS * np.hypot(*(nose - neck)[:2]) if face_known else -1.0
    unseen = np.zeros((len(Surface), len(place)))
    lab = lab_from_uint8(frame.reshape(-1, 3).take(place, axis=0))
    return Pixels(
        lightness=lab[:, 0],
        bins=color_bins(lab),
        region=region,
        position=position,
        face=(region == HEAD) & (from_nose < radius),
        person=_person_probability(person).reshape(-1)[place],
        evidence=unseen if classes is None else log_evidence(classes[inside]),
    )


def _spread_labels(parts: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Give pixels inside that have no label that of the nearest labelled pixel."""
    if not parts.any():
        return parts
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    labels, within = parts[window], inside[window]
    nearest = distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    bare = np.nonzero(within & (labels == 0))
    spread = np.zeros_like(parts)
    spread[window] = labels * within
    spread[window][bare] = labels[tuple(axis[bare] for axis in nearest)]  # type: ignore
    return spread


def concatenate_pixels(frames: list[Pixels]) -> Pixels:
    """Join the pixels of several frames."""
    names = Pixels.__dataclass_fields__
    joined = {name: np.concatenate([getattr(f, name) for f in frames], axis=-1) for name in names}
    return Pixels(**joined)
