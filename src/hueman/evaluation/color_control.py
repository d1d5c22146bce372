"""Whether a method gives a garment the colour asked for, and leaves all else as it is.

The truth is the renderer's: the same clip rendered in other colours. A filmed clip has none; there
the real frames, recoloured by hueman, stand in, so that its numbers also hold the errors of
recolouring and must not be compared with those of rendered clips.

All differences are CIEDE2000, 0 and more; about 1 is the least one can see. Only pixels that
certainly belong to something are compared, in every `COLOR_STRIDE`-th frame.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hueman.color.difference import ciede2000
from hueman.color.lab import limit_chroma, rgb_to_lab
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.method import OWN, Outfit
from hueman.training.frames import Frames

REQUESTED_CHROMA = ((50, 10), (-35, 40), (10, -50), (-30, -5), (5, 55), (40, -40))
"""Colours (a, b) that are asked for: red, green, blue, teal, yellow, violet."""

FIRST_COMPARED, COLOR_STRIDE = 2, 5
"""The first frame whose colours are compared, and every how many; they change little between."""

CERTAIN, ABSENT = 200, 20
"""A pixel of a soft mask (0..255) is certainly inside above the one, outside below the other."""

BACKGROUND = 3
"""Where the person's mask is below this there is no trace of the person."""

ELSEWHERE = ("skin", "hair", "background")
"""What no garment's colour should change."""


@dataclass(frozen=True)
class _Request:
    """New colours for both garments, and the truth of how that looks."""

    outfit: Outfit
    rendered: Frames | None
    """The clip in the new colours, or None if nothing but recolouring can tell."""

    def outfits(self) -> list[Outfit]:
        """Return both garments' colours together, then the upper's alone, then the lower's."""
        upper, lower = self.outfit.upper, self.outfit.lower
        return [self.outfit, Outfit(upper=upper), Outfit(lower=lower)]

    def truth(self, frames: Frames, chosen: Tensor) -> Tensor:
        """Return the chosen ones of the clip's frames in the new colours, (N, 3, H, W)."""
        if self.rendered is not None:
            return self.rendered[chosen].pictures()
        return recolored(frames[chosen], self.outfit)


def color_outfits(clip: HeldOutClip, number: int) -> list[Outfit]:
    """Return the outfits whose videos `measure_colors` takes, the person's own first.

    Args:
        clip: if it was rendered in other colours, these are asked for: the mean (a, b) of each
            garment there. Else two of `REQUESTED_CHROMA`, as far as sRGB can show them at the
            garments' lightness.
        number: of the clip; chooses among `REQUESTED_CHROMA`.

    Returns:
        OWN, and for each request both colours, the upper garment's alone, the lower's alone.
    """
    return [OWN, *(outfit for each in _requests(clip, number) for outfit in each.outfits())]


def measure_colors(clip: HeldOutClip, number: int, videos: Tensor) -> dict[str, float]:
    """Measure how well a method controls colours on one clip.

    Args:
        clip: the clip that the poses and the content were taken from.
        number: as given to `color_outfits`.
        videos: (V, T, 3, H, W) in [-1, 1], the clip in all outfits of `color_outfits`.

    Returns:
        For GARMENT upper and lower, averaged over the requests; less is better in all. NaN where
        nothing could be compared, such as hair in a filmed clip.
        color_error_GARMENT: the garment's mean colour against its mean colour in the truth, when
            both garments' colours are asked for; mean over frames.
        color_error_pixels_GARMENT: the same of the garment's pixels one by one, so of folds and
            patterns too, and of where the garment is.
        color_error_unchanged_GARMENT, color_error_pixels_unchanged_GARMENT: the method's video in
            its own colours against the same truth: what ignoring the request would give.
        leak_upper_to_lower, leak_upper_to_skin, leak_upper_to_hair, leak_upper_to_background: how
            much pixels differ from the video in its own colours when only the upper garment's
            colour is asked for; leak_lower_to_upper and so on: when only the lower's is. A method
            that ignores requests has no leaks: read them beside the colour errors. Skin and hair
            are the renderer's; in a filmed clip, skin is all of the person but garments.
        leak_other: mean of leak_upper_to_lower and leak_lower_to_upper, of those that are known.
        leak_skin, leak_hair, leak_background: the same of the leaks to these.

    Raises:
        ValueError: the videos are not as many, as long or as large as they should be.
    """
    requests = _requests(clip, number)
    expected = (1 + 3 * len(requests), *clip.frames.rgb.shape)
    if videos.shape != expected:
        raise ValueError(f"videos must be {expected}, got {tuple(videos.shape)}")
    chosen = compared_frames(len(clip.frames))
    masks = certain_masks(clip, chosen)
    own, *changed = (to_lab(video[chosen]) for video in videos)
    rows = []
    for position, request in enumerate(requests):
        both, with_upper, with_lower = changed[3 * position : 3 * position + 3]
        truth = to_lab(request.truth(clip.frames, chosen))
        rows.append(
            _color_errors(own, both, truth, masks)
            | _leaks("upper", "lower", own, with_upper, masks)
            | _leaks("lower", "upper", own, with_lower, masks)
        )
    result = {name: mean_known([row[name] for row in rows]) for name in rows[0]}
    leaks = {"other": [result["leak_upper_to_lower"], result["leak_lower_to_upper"]]} | {
        place: [result[f"leak_{garment}_to_{place}"] for garment in ("upper", "lower")]
        for place in ELSEWHERE
    }
    return result | {f"leak_{place}": mean_known(values) for place, values in leaks.items()}


def requested_outfit(upper: int, lower: int, *people: Frames) -> Outfit:
    """Return the outfit of `requested_colors`."""
    return Outfit(*requested_colors(upper, lower, *people))


def requested_colors(upper: int, lower: int, *people: Frames) -> tuple[Tensor, Tensor]:
    """Return colours (a, b) to ask for that sRGB can show at the lightness of all the garments.

    Args:
        upper: position in `REQUESTED_CHROMA`, beyond its end from the beginning again.
        lower: the same for the lower garment.
        people: frames of each.

    Returns:
        Of the upper garment (2,) and of the lower (2,).
    """
    colors = []
    for position, name in ((upper, "upper_color"), (lower, "lower_color")):
        ab = torch.tensor(REQUESTED_CHROMA[position % len(REQUESTED_CHROMA)], dtype=torch.float32)
        for frames in people:
            ab = limit_chroma(torch.cat([getattr(frames, name)[0, :1], ab]))[1:]
        colors.append(ab)
    return colors[0], colors[1]


def recolored(frames: Frames, outfit: Outfit) -> Tensor:
    """Return the frames of one clip, recoloured to an outfit, (N, 3, H, W) in [-1, 1]."""
    upper, lower = (None if ab is None else ab.expand(len(frames), -1) for ab in outfit.chroma())
    return frames.recolored(upper, lower)


def compared_frames(length: int) -> Tensor:
    """Return the numbers of the frames whose colours are compared, of a clip of that length."""
    return torch.arange(length)[FIRST_COMPARED::COLOR_STRIDE]


def certain_masks(clip: HeldOutClip, chosen: Tensor) -> dict[str, Tensor]:
    """Return the pixels of the chosen frames that certainly belong to something.

    Returns:
        bool (N, 1, H, W) each: upper, lower, skin, hair, background. Without the renderer's truth,
        skin is all of the person but garments, hair included, and hair is empty.
    """
    frames = clip.frames[chosen]
    if clip.truth is not None:
        skin, hair = clip.truth.skin[chosen] > CERTAIN, clip.truth.hair[chosen] > CERTAIN
    else:
        clothed = torch.maximum(frames.upper, frames.lower)
        skin = (frames.person > CERTAIN) & (clothed < ABSENT)
        hair = torch.zeros_like(skin)
    return {
        "upper": frames.upper > CERTAIN,
        "lower": frames.lower > CERTAIN,
        "skin": skin,
        "hair": hair,
        "background": frames.person < BACKGROUND,
    }


def to_lab(pictures: Tensor) -> Tensor:
    """Convert pictures (..., 3, H, W) in [-1, 1] to Lab."""
    return rgb_to_lab(pictures / 2 + 0.5)


def mean_colors(lab: Tensor, mask: Tensor) -> Tensor:
    """Return the mean Lab inside a mask, (M, 3), of the M frames in which the mask has pixels.

    Args:
        lab: (N, 3, H, W).
        mask: bool (N, 1, H, W).
    """
    seen = mask.flatten(1).any(dim=1)
    weight = mask[seen].float()
    return (lab[seen] * weight).sum(dim=(2, 3)) / weight.sum(dim=(2, 3))


def mean_color_error(lab: Tensor, target: Tensor, mask: Tensor) -> float:
    """Return CIEDE2000 between mean colours inside a mask, averaged over frames that show it.

    Args:
        lab: (N, 3, H, W).
        target: of the same shape.
        mask: bool (N, 1, H, W); an empty one gives NaN.
    """
    return float(ciede2000(mean_colors(lab, mask), mean_colors(target, mask)).mean())


def pixel_error(lab: Tensor, target: Tensor, mask: Tensor) -> float:
    """Return the mean CIEDE2000 of the pixels inside a mask, those of all frames together.

    Args:
        lab: (N, 3, H, W).
        target: of the same shape.
        mask: bool (N, 1, H, W); an empty one gives NaN.
    """
    inside = mask[:, 0]
    return float(ciede2000(lab.movedim(1, -1)[inside], target.movedim(1, -1)[inside]).mean())


def mean_known(values: Sequence[float]) -> float:
    """Return the mean of the values that are not NaN; NaN if there are none."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _requests(clip: HeldOutClip, number: int) -> list[_Request]:
    if clip.truth is None or not clip.truth.recolored:
        return [_Request(requested_outfit(2 * number, 2 * number + 3, clip.frames), None)]
    return [
        _Request(Outfit(rendered.upper_color[0, 1:], rendered.lower_color[0, 1:]), rendered)
        for rendered in clip.truth.recolored
    ]


def _color_errors(
    own: Tensor, both: Tensor, truth: Tensor, masks: dict[str, Tensor]
) -> dict[str, float]:
    result = {}
    for garment in ("upper", "lower"):
        mask = masks[garment]
        for suffix, video in (("", both), ("_unchanged", own)):
            result[f"color_error{suffix}_{garment}"] = mean_color_error(video, truth, mask)
            result[f"color_error_pixels{suffix}_{garment}"] = pixel_error(video, truth, mask)
    return result


def _leaks(
    asked: str, other: str, own: Tensor, changed: Tensor, masks: dict[str, Tensor]
) -> dict[str, float]:
    return {
        f"leak_{asked}_to_{place}": pixel_error(changed, own, masks[place])
        for place in (other, *ELSEWHERE)
    }
