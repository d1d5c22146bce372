"""What the codes of a method mean: whether they are even, free of pose, and free of the person.

A code of colour should be nothing but colour: halfway between two codes lies a colour between
(`interpolation`), under any pose it gives the same colour and never another shape
(`pose_independence`), and it does the same for anybody (`code_reuse`).

Colours are the mean Lab of a garment's certain pixels in the frames of `compared_frames`. All
differences are CIEDE2000 unless they say otherwise.
"""

import math
from collections.abc import Sequence
from itertools import islice

import torch
from torch import Tensor

from hueman.color.difference import ciede2000
from hueman.evaluation.color_control import (
    REQUESTED_CHROMA,
    certain_masks,
    compared_frames,
    mean_colors,
    mean_known,
    pixel_error,
    recolored,
    requested_colors,
    requested_outfit,
    to_lab,
)
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.method import CodedMethod, Outfit

GARMENTS = ("upper", "lower")
REUSE = ("reuse_error", "own_error", "reuse_difference")

FEW = 8
"""Frames that are made of a clip where one pose is as good as another. They are consecutive, since
a method may make each frame from the one before."""

PAIRS = 6
"""Pairs of people between whom codes are moved."""

# Positions in REQUESTED_CHROMA for (upper, lower): from red and blue to teal and yellow. These
# lie on opposite sides of grey.
FIRST, LAST = (0, 2), (3, 4)


@torch.inference_mode()
def interpolation(method: CodedMethod, clip: HeldOutClip, steps: int = 10) -> dict[str, float]:
    """Measure the colours on the straight line between two codes.

    The line leads from a red upper and a blue lower garment to a teal and a yellow one. A step is
    from one code to the next of `steps` codes, evenly spaced.

    Returns:
        For GARMENT upper and lower; NaN if the garment is not seen.
        monotonicity_GARMENT: the share of steps that lead on in the direction from the first
            (a, b) to the last, 0..1; 1 is best, and 0 if the colour does not change at all.
        straightness_GARMENT: the distance in (a, b) from the first to the last, divided by the
            length of the way, 0..1; 1 is best. NaN if the colour does not change.
        unevenness_GARMENT: the largest step in (a, b), divided by the mean step, 1 and more; 1 is
            best, steps - 1 is a jump from one colour to the other. NaN if the colour does not
            change.
            This and the way are Euclidean: CIEDE2000 counts a step near grey up to four times as
            much as the same step in strong colours, so that the evenest of blends would have 2.
        interpolation_span_GARMENT: CIEDE2000 between the first and the last colour; more is
            better. If this is small, the others say little.
        interpolation_leak: CIEDE2000 of the pixels of skin against the first code's, mean over
            all other codes; 0 is best.

    Raises:
        ValueError: fewer than three steps.
    """
    if steps < 3:
        raise ValueError(f"a line needs at least three codes, got {steps}")
    frames = clip.frames[:FEW]
    ends = method.encode(frames[:1], [requested_outfit(*end, clip.frames) for end in (FIRST, LAST)])
    codes = torch.lerp(ends[:1], ends[1:], torch.linspace(0, 1, steps)[:, None])
    chosen = compared_frames(len(frames))
    masks = certain_masks(clip, chosen)
    labs = to_lab(method.decode(frames[:1], frames.pose, codes)[:, chosen])
    result = {}
    for garment in GARMENTS:
        path = torch.stack([mean_colors(lab, masks[garment]).mean(dim=0) for lab in labs])
        result |= {f"{name}_{garment}": value for name, value in _along(path).items()}
    leaks = [pixel_error(lab, labs[0], masks["skin"]) for lab in labs[1:]]
    return result | {"interpolation_leak": mean_known(leaks)}


@torch.inference_mode()
def pose_independence(
    method: CodedMethod, clips: Sequence[HeldOutClip], outfit: Outfit
) -> dict[str, float]:
    """Measure one code under all poses of a person, and one action under many codes.

    Args:
        method: whose codes are measured.
        clips: of one actor, in the same clothes, each another action. Each is made from its own
            first frame; the code is that of the first clip's.
        outfit: the colours of the code.

    Returns:
        For GARMENT upper and lower; NaN if the garment is not seen. Less is better, down to the
        truth's own number; a spread below it shows less of light and folds than there is.
        color_spread_over_poses_GARMENT: how far the garment's mean colours in the frames of all
            clips are from the mean of them all; mean CIEDE2000, 0 and more.
        color_spread_over_poses_true_GARMENT: the same of the real frames, recoloured: what light
            and folds do.
        shape_change_over_codes: the difference in L* where the person is (0..100), between the
            starts of the first clip with different codes, the outfits of `REQUESTED_CHROMA`; mean
            over pixels, frames and pairs of codes. Colours are asked for by (a, b) alone, so
            lightness, in which outlines, folds and shadows are, must stay.
        shape_change_over_codes_true: the same of the real frames, recoloured: what is due to
            pixels whose new colour sRGB cannot show at their lightness.

    Raises:
        ValueError: no clips, or clips of different actors.
    """
    if len({clip.actor for clip in clips}) != 1:
        raise ValueError("pose_independence takes the clips of one actor")
    code = method.encode(clips[0].frames[:1], [outfit])
    made: dict[str, list[Tensor]] = {garment: [] for garment in GARMENTS}
    true: dict[str, list[Tensor]] = {garment: [] for garment in GARMENTS}
    for clip in clips:
        chosen = compared_frames(len(clip.frames))
        masks = certain_masks(clip, chosen)
        video = method.decode(clip.frames[:1], clip.frames.pose, code)[0, chosen]
        truth = recolored(clip.frames[chosen], outfit)
        for colors, pictures in ((made, video), (true, truth)):
            lab = to_lab(pictures)
            for garment in GARMENTS:
                colors[garment].append(mean_colors(lab, masks[garment]))
    result = {}
    for garment in GARMENTS:
        result[f"color_spread_over_poses_{garment}"] = _spread(made[garment])
        result[f"color_spread_over_poses_true_{garment}"] = _spread(true[garment])
    return result | _shape_change(method, clips[0])


@torch.inference_mode()
def code_reuse(method: CodedMethod, clips: Sequence[HeldOutClip]) -> dict[str, float]:
    """Measure whether one person's code gives another person the same colours.

    The same colours are asked for from a giver and a taker; the taker is made with the giver's
    code and with its own. Only (a, b) is compared, at the taker's lightness: mean over frames.

    Args:
        method: whose codes are measured.
        clips: of several actors; the first of each is used. The first `PAIRS` of their ordered
            pairs are measured, in rounds in which each gives once and takes once.

    Returns:
        For GARMENT upper and lower, means over pairs; less is better. NaN if there is only one
        actor.
        reuse_error_GARMENT: with the giver's code, against the colour asked for.
        own_error_GARMENT: with the taker's own code, against the colour asked for; what
            reuse_error is to be compared with. Recolouring the real frames gives 1 to 2, since the
            colour asked for is a mean over the whole clip and sRGB cannot show all of its folds.
        reuse_difference_GARMENT: with the giver's code against with the taker's own.
    """
    first: dict[str, HeldOutClip] = {}
    for clip in clips:
        first.setdefault(clip.actor, clip)
    people = list(first.values())
    pairs = (
        (giver, people[(position + shift) % len(people)])
        for shift in range(1, len(people))
        for position, giver in enumerate(people)
    )
    rows = [_reuse(method, *pair, number) for number, pair in enumerate(islice(pairs, PAIRS))]
    names = [f"{kind}_{garment}" for kind in REUSE for garment in GARMENTS]
    return {name: mean_known([row[name] for row in rows]) for name in names}


def _reuse(
    method: CodedMethod, giver: HeldOutClip, taker: HeldOutClip, number: int
) -> dict[str, float]:
    colors = requested_colors(2 * number, 2 * number + 3, giver.frames, taker.frames)
    frames = taker.frames[:FEW]
    contents = (giver.frames[:1], frames[:1])
    codes = torch.cat([method.encode(content, [Outfit(*colors)]) for content in contents])
    chosen = compared_frames(len(frames))
    masks = certain_masks(taker, chosen)
    labs = to_lab(method.decode(frames[:1], frames.pose, codes)[:, chosen])
    result = {}
    for garment, asked, mean in (
        ("upper", colors[0], frames.upper_color[0]),
        ("lower", colors[1], frames.lower_color[0]),
    ):
        reused, own = (mean_colors(lab, masks[garment]).mean(dim=0)[1:] for lab in labs)
        differences = ((reused, asked), (own, asked), (reused, own))
        for name, pair in zip(REUSE, differences, strict=True):
            first, second = (torch.cat([mean[:1], ab]) for ab in pair)
            result[f"{name}_{garment}"] = float(ciede2000(first, second))
    return result


def _along(path: Tensor) -> dict[str, float]:
    """Measure a way of colours, Lab (steps, 3), see `interpolation`."""
    chroma = path[:, 1:]
    steps, whole = chroma.diff(dim=0), chroma[-1] - chroma[0]
    lengths = steps.norm(dim=1)
    unseen = bool(path.isnan().any())
    return {
        "monotonicity": math.nan if unseen else float((steps @ whole > 0).float().mean()),
        "straightness": float(whole.norm() / lengths.sum()),
        "unevenness": float(lengths.max() / lengths.mean()),
        "interpolation_span": float(ciede2000(path[0], path[-1])),
    }


def _spread(colors: list[Tensor]) -> float:
    every = torch.cat(colors)
    return float(ciede2000(every, every.mean(dim=0)).mean())


def _shape_change(method: CodedMethod, clip: HeldOutClip) -> dict[str, float]:
    frames = clip.frames[:FEW]
    count = len(REQUESTED_CHROMA)
    outfits = [requested_outfit(each, each + count // 2, clip.frames) for each in range(count)]
    chosen = compared_frames(len(frames))
    person = ~certain_masks(clip, chosen)["background"][:, 0]
    codes = method.encode(frames[:1], outfits)
    made = method.decode(frames[:1], frames.pose, codes)[:, chosen]
    true = torch.stack([recolored(clip.frames[chosen], outfit) for outfit in outfits])
    first, second = torch.combinations(torch.arange(count)).unbind(dim=1)
    result = {}
    for suffix, videos in (("", made), ("_true", true)):
        lightness = to_lab(videos)[:, :, 0]
        change = (lightness[first] - lightness[second]).abs()
        result[f"shape_change_over_codes{suffix}"] = float(change[:, person].mean())
    return result
