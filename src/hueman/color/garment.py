"""Find the upper and the lower garment of the person in a clip.

All frames of a clip show the same clothes, so what they look like and how far they reach is
learned once from all frames together; then every pixel of every frame is judged by its place on
the body and its colour, and the judgements are spread along luminance (color/propagation.py), so
that hems and sleeves follow the edges of the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from hueman.color.body_axis import DOWN, HEAD, OUT
from hueman.color.histogram import ColorHistogram
from hueman.color.ordered_split import ordered_split
from hueman.color.person_pixels import (
    PERSON_THRESHOLD,
    Pixels,
    concatenate_pixels,
    near_person,
    person_pixels,
)
from hueman.color.propagation import propagate
from hueman.color.surface import Surface
from hueman.errors import HuemanError

FRAMES_TO_LEARN_FROM = 24
ROUNDS = 3
BIN = 0.05
"""Step along the body's axes where ends of garments are looked for."""
BLUR = 0.05
"""How exactly a place on the body's axes is known."""
CONFIDENCE = 0.3
"""How much a pixel trusts its own colour and place, against neighbours of equal luminance."""
DOUBT = 0.2
"""Shares up to this are taken for 0, and from 1 less this for 1: no faint tints on skin."""
UNEXPECTED = 0.01
"""Probability of a surface where the body's axes do not expect it."""
IMPOSSIBLE = 1e-6
"""Probability of a garment on the face, whatever the colour."""


# How likely each surface has colours that its seeds did not show. Clothes surprise, skin does not.
FLOOR = {
    Surface.UPPER: 0.05,
    Surface.LOWER: 0.05,
    Surface.SKIN: 0.005,
    Surface.HAIR: 0.005,
    Surface.SHOE: 0.02,
    Surface.BACKGROUND: 0.02,
}

# From the neck down: which surface follows which, and where one usually ends (mean, deviation).
DOWNWARDS = (Surface.UPPER, Surface.SKIN, Surface.LOWER, Surface.SKIN, Surface.SHOE)
DOWNWARD_ENDS = ((1.0, 0.15), (1.0, 0.15), (2.5, 2.0), (3.05, 0.1))
# From the shoulder out.
OUTWARDS = (Surface.UPPER, Surface.SKIN)
OUTWARD_ENDS = ((1.2, 2.0),)


def find_garments(
    frames: np.ndarray,
    pose: np.ndarray,
    person: np.ndarray,
    parts: np.ndarray,
    classes: np.ndarray | None = None,
    chosen: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the garments of a clip.

    What they look like is learned from all frames, whichever are chosen.

    Args:
        frames: uint8 (T, H, W, 3) RGB.
        pose: float (T, 18, 3), x, y in pixels and confidence.
        person: uint8 (T, H, W), soft person mask.
        parts: uint8 (T, H, W), body parts 0..10.
        classes: float (T, H, W, 6), probability of each `SeenClass`, if a network has looked: it
            tells clothes from skin where colours cannot. One garment from the other is told by
            places and colours alone.
        chosen: numbers of the N frames in which the garments are wanted; None is all.

    Returns:
        Soft masks of the upper and of the lower garment, uint8 (N, H, W) each.

    Raises:
        HuemanError: no frame shows a person.
    """
    model = GarmentModel.fit(frames, pose, person, parts, classes)
    wanted = slice(None) if chosen is None else list(chosen)
    views = None if classes is None else classes[wanted]
    return model.segment_clip(frames[wanted], pose[wanted], person[wanted], parts[wanted], views)


@dataclass(frozen=True)
class GarmentModel:
    """What the surfaces of one person look like, and where on the body they end."""

    colors: dict[Surface, ColorHistogram]
    downward_ends: np.ndarray
    """(4,) ends of the surfaces `DOWNWARDS`, on the axis down."""
    outward_ends: np.ndarray
    """(1,) end of the sleeve, on the axis out."""

    @classmethod
    def fit(
        cls,
        frames: np.ndarray,
        pose: np.ndarray,
        person: np.ndarray,
        parts: np.ndarray,
        classes: np.ndarray | None = None,
    ) -> "GarmentModel":
        """Learn from frames spread over the clip; arguments and errors as for `find_garments`."""
        seen = np.flatnonzero((person >= PERSON_THRESHOLD).any(axis=(1, 2)))
        if len(seen) == 0:
            raise HuemanError("No person was found in the clip; choose a clip that shows one.")
        chosen = seen[np.unique(np.linspace(0, len(seen) - 1, FRAMES_TO_LEARN_FROM).astype(int))]
        pixels = concatenate_pixels(
            [
                person_pixels(
                    frames[i],
                    pose[i],
                    person[i],
                    parts[i],
                    near_person(person[i]),
                    None if classes is None else classes[i],
                )
                for i in chosen
            ]
        )
        weights = _seeds(pixels)
        for _ in range(ROUNDS):
            model, likelihood = cls._fit_once(pixels, weights)
            # Part labels err: what has the place of an arm but the colour of a shirt would teach
            # that skin has the colour of the shirt.
            by_look = _softmax(likelihood[: Surface.BACKGROUND])
            weights = _softmax(np.log(model._prior(pixels)) + likelihood)
            weights[Surface.SKIN] *= by_look[Surface.SKIN]
        return cls._fit_once(pixels, weights)[0]

    @classmethod
    def _fit_once(cls, pixels: Pixels, weights: np.ndarray) -> tuple["GarmentModel", np.ndarray]:
        """Fit to pixels that belong to the surfaces by `weights` (6, n).

        Returns:
            The model, and by its colours the log likelihood of each surface, (6, n).
        """
        colors = {s: ColorHistogram.fit(pixels.bins, weights[s], FLOOR[s]) for s in Surface}
        likelihood = _log_likelihood(colors, pixels)
        model = cls(
            colors,
            _fit_ends(pixels, likelihood, DOWN, DOWNWARDS, DOWNWARD_ENDS, (0.3, 3.5)),
            _fit_ends(pixels, likelihood, OUT, OUTWARDS, OUTWARD_ENDS, (0.2, 2.0)),
        )
        return model, likelihood

    def posterior(self, pixels: Pixels) -> np.ndarray:
        """Probability of each surface at each pixel, (6, n)."""
        return _softmax(np.log(self._prior(pixels)) + _log_likelihood(self.colors, pixels))

    def _prior(self, pixels: Pixels) -> np.ndarray:
        """Share of each surface at the pixels' places, whatever they look like, (6, n)."""
        prior = np.full((len(Surface), len(pixels.bins)), UNEXPECTED)
        head, down, out = (np.flatnonzero(pixels.region == each) for each in (HEAD, DOWN, OUT))
        prior[:, head] = _head_prior(pixels.position[head])
        prior[:, down] += _axis_prior(pixels.position[down], DOWNWARDS, self.downward_ends)
        neckline = np.clip(0.3 - pixels.position[down], 0, 0.3)
        prior[[[Surface.SKIN], [Surface.HAIR]], down] += neckline
        prior[:, out] += _axis_prior(pixels.position[out], OUTWARDS, self.outward_ends)
        prior *= pixels.person
        prior[Surface.BACKGROUND] = 1 - pixels.person
        return prior

    def segment_clip(
        self,
        frames: np.ndarray,
        pose: np.ndarray,
        person: np.ndarray,
        parts: np.ndarray,
        classes: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the garments in several frames; arguments and result as for `find_garments`."""
        views = [None] * len(frames) if classes is None else classes
        clip = zip(frames, pose, person, parts, views, strict=True)
        upper, lower = np.stack([self.segment(*frame) for frame in clip], axis=1)
        return upper, lower

    def segment(
        self,
        frame: np.ndarray,
        pose: np.ndarray,
        person: np.ndarray,
        parts: np.ndarray,
        classes: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the garments in one frame.

        Args:
            frame: uint8 (H, W, 3) RGB.
            pose: float (18, 3).
            person: uint8 (H, W), soft person mask.
            parts: uint8 (H, W).
            classes: float (H, W, 6), if a network has looked.

        Returns:
            Soft masks of the upper and the lower garment, uint8 (H, W) each.
        """
        masks = np.zeros((2, *person.shape), np.uint8)
        inside = near_person(person)
        if inside.any():
            pixels = person_pixels(frame, pose, person, parts, inside, classes)
            wanted = self.posterior(pixels)[[Surface.UPPER, Surface.LOWER]].T
            luminance = np.zeros(person.shape)
            luminance[inside] = pixels.lightness
            shares = propagate(luminance, inside, wanted, np.full(len(wanted), CONFIDENCE))
            sure = np.clip((shares - DOUBT) / (1 - 2 * DOUBT), 0, 1)
            masks[:, inside] = np.rint(255 * sure).T
        return masks[0], masks[1]


def _seeds(pixels: Pixels) -> np.ndarray:
    """Pixels that show a surface on nearly everybody: float (6, n), 1 for those."""
    position = pixels.position
    head, down, out = (pixels.region == region for region in (HEAD, DOWN, OUT))
    seeds = np.zeros((len(Surface), len(position)))
    seeds[Surface.UPPER] = down & (position > 0.25) & (position < 0.75)
    seeds[Surface.LOWER] = down & (position > 1.2) & (position < 1.5)
    seeds[Surface.SKIN] = pixels.face | (out & (position > 2.15))
    seeds[Surface.HAIR] = head & (position < -0.4)
    seeds[Surface.SHOE] = down & (position > 3.15)
    seeds *= pixels.person > 0.8
    seeds[Surface.BACKGROUND] = pixels.person < 0.1
    return seeds


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the surfaces, (6, n)."""
    shares = np.exp(logits - logits.max(axis=0))
    return shares / shares.sum(axis=0)


def _log_likelihood(colors: dict[Surface, ColorHistogram], pixels: Pixels) -> np.ndarray:
    """Log likelihood of the pixels' look under each surface, wherever they are, (6, n)."""
    return pixels.evidence + [colors[surface].log_likelihood(pixels.bins) for surface in Surface]


def _fit_ends(
    pixels: Pixels,
    likelihood: np.ndarray,
    region: int,
    surfaces: tuple[Surface, ...],
    usual_ends: tuple[tuple[float, float], ...],
    span: tuple[float, float],
) -> np.ndarray:
    """Find where along an axis each surface ends, the last excepted.

    All positions count the same, however many pixels they have, and no pixel speaks against a
    surface by more than exp(6).
    """
    edges = np.arange(span[0], span[1] + BIN / 2, BIN)
    count = len(edges) - 1
    on_axis = (pixels.region == region) & (pixels.person > 0.5)
    on_axis &= (pixels.position >= edges[0]) & (pixels.position < edges[-1])
    place = np.flatnonzero(on_axis)
    bins = ((pixels.position[place] - edges[0]) / BIN).astype(int).clip(0, count - 1)
    scores = np.stack([likelihood[surface].take(place) for surface in surfaces])
    scores = np.maximum(scores - scores.max(axis=0), -6)
    number = np.maximum(np.bincount(bins, minlength=count), 1)
    means = np.stack([np.bincount(bins, score, count) / number for score in scores], axis=1)
    usual = [-0.5 * ((edges - mean) / deviation) ** 2 for mean, deviation in usual_ends]
    return edges[ordered_split(means, np.stack(usual))]


def _axis_prior(
    position: np.ndarray, surfaces: tuple[Surface, ...], ends: np.ndarray
) -> np.ndarray:
    """Share of each surface at positions on an axis, (6, n)."""
    passed = expit((position - ends[:, None]) / BLUR)
    shares = -np.diff(passed, axis=0, prepend=1, append=0)
    prior = np.zeros((len(Surface), len(position)))
    for surface, share in zip(surfaces, shares, strict=True):
        prior[surface] += share
    return prior


def _head_prior(position: np.ndarray) -> np.ndarray:
    """Skin and hair; towards the neck also a collar, (6, n)."""
    prior = np.full((len(Surface), len(position)), IMPOSSIBLE)
    prior[[Surface.SKIN, Surface.HAIR]] = 0.5
    prior[Surface.UPPER] += 0.3 * expit((position - 0.75) / 0.1)
    return prior
