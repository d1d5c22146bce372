"""The frozen protocol: how every number that hueman reports of a method comes about.

Numbers are comparable if, and only if, they come from the same `VERSION`, dataset, split and frame
size. Whatever changes a number raises the version (`tests/evaluation/test_protocol.py` holds the
constants fast). Version 2: behind the warped first frame, the background is filled along its rows.

1. Who and what (paper, 4.2). A dataset's split.json says which actors and actions are kept out of
   training; it is drawn by a seed (`clips.split.draw_split`, `hueman split`, `hueman render
   --preset`). Judged are the clips of test actions by actors that were trained on.
2. What a method is told (4.3). The first frame of a clip and the poses of all frames; nothing else
   of the later frames but the mean colours of the garments, which a dataset has for a whole clip,
   and which recolouring starts from. Poses, masks and regions are those of the dataset.
3. Likeness (4.3). All frames but the first against the real ones, once with the background painted
   black in both by the real frame's person mask, as in the paper, and once as they are: MS-SSIM,
   SSIM, PSNR, LPIPS (`similarity`); mean over frames, then over clips.
4. Stability. Warping error and flicker (`temporal`), on the person.
5. Colour (`color_control`). Garments are asked for in the colours of the renderer's re-renderings
   of the same lightness; where a clip was filmed, in colours that take turns from clip to clip.
6. Codes (`color_codes`), of methods that have them.
7. FVD (`fvd`) of the videos in their own colours, in windows of 16 frames.
8. Means over clips with percentile bootstrap intervals, and means for each actor and each action
   (`statistics`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hueman.evaluation import color_codes, color_control, fvd, similarity, statistics, temporal
from hueman.evaluation.color_codes import code_reuse, interpolation, pose_independence
from hueman.evaluation.color_control import (
    color_outfits,
    mean_known,
    measure_colors,
    requested_outfit,
)
from hueman.evaluation.fvd import RealVideos, VideoFeatures
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.lpips import LPIPS
from hueman.evaluation.method import CodedMethod, VideoMethod
from hueman.evaluation.similarity import measure_similarity
from hueman.evaluation.temporal import flicker, warping_error
from hueman.progress import track

VERSION = 2

INTERPOLATION_STEPS = 10
"""Codes on the line between two, as many as the key frames of the paper's Fig. 4."""

POSE_INDEPENDENCE_OUTFIT = (4, 1)
"""Positions in `REQUESTED_CHROMA` of the upper and lower garment's colour."""

Row = dict[str, Any]
"""The numbers of one clip, with its `actor` and `action`."""


@dataclass(frozen=True)
class Judgement:
    """All numbers of a method."""

    rows: list[Row]
    """One for each clip, in the dataset's order."""
    codes: dict[str, float]
    """What its codes mean; empty for a method without codes."""
    fvd: float | None = None
    """Of all its videos together; None if it was not asked for."""


def judge(
    method: VideoMethod,
    clips: Sequence[HeldOutClip],
    lpips: LPIPS,
    real: RealVideos | None = None,
    shown: str = "",
) -> Judgement:
    """Judge a method on clips that training has not seen.

    Args:
        method: told the first frame and the poses of each clip.
        clips: at the method's size.
        lpips: the metric's network.
        real: the clips as FVD sees them; without, FVD is not measured.
        shown: beside the progress bar; "" shows none.
    """
    rows = []
    features = VideoFeatures(real.network) if real else None
    for number, clip in enumerate(track(clips, shown, len(clips)) if shown else clips):
        row, video = judge_clip(method, clip, number, lpips)
        rows.append(row)
        if features:
            features.add(video)
    codes = judge_codes(method, clips) if isinstance(method, CodedMethod) else {}
    return Judgement(rows, codes, real.distance(features) if real and features else None)


@torch.inference_mode()
def judge_clip(
    method: VideoMethod, clip: HeldOutClip, number: int, lpips: LPIPS
) -> tuple[Row, Tensor]:
    """Judge a method on one clip.

    Args:
        method: told the clip's first frame and its poses.
        clip: with the truth.
        number: of the clip; chooses the colours asked for where the clip was filmed.
        lpips: the metric's network.

    Returns:
        `actor`, `action`, and the numbers of `measure_similarity` and `measure_colors`;
        `warping_error` and `flicker` on the person; the real clip's own, ..._true. And the video
        in its own colours, (T, 3, H, W).
    """
    outfits = color_outfits(clip, number)
    videos = method.generate(clip.frames[:1], clip.frames.pose, outfits)
    truth, person = clip.frames.pictures(), clip.frames.person
    row = {
        "actor": clip.actor,
        "action": clip.action,
        **measure_similarity(videos[0], clip.frames, lpips),
        "warping_error": warping_error(videos[0], clip.motion, person),
        "warping_error_true": warping_error(truth, clip.motion, person),
        "flicker": flicker(videos[0], truth, person),
        "flicker_true": flicker(truth, truth, person),
        **measure_colors(clip, number, videos),
    }
    return row, videos[0]


def judge_codes(method: CodedMethod, clips: Sequence[HeldOutClip]) -> dict[str, float]:
    """Say what a method's codes mean, by clips of one or more actors.

    Returns:
        Means over clips of `interpolation`, over actors of `pose_independence`, and `code_reuse`.
    """
    by_actor: dict[str, list[HeldOutClip]] = {}
    for clip in clips:
        by_actor.setdefault(clip.actor, []).append(clip)
    lines = [interpolation(method, clip, INTERPOLATION_STEPS) for clip in clips]
    spreads = [
        pose_independence(method, own, requested_outfit(*POSE_INDEPENDENCE_OUTFIT, own[0].frames))
        for own in by_actor.values()
    ]
    return {**_mean_rows(lines), **_mean_rows(spreads), **code_reuse(method, clips)}


def constants() -> dict[str, Any]:
    """Return everything that is fixed, for the record beside the numbers."""
    return {
        "version": VERSION,
        "person_threshold": similarity.PERSON_THRESHOLD,
        "requested_chroma": color_control.REQUESTED_CHROMA,
        "first_compared_frame": color_control.FIRST_COMPARED,
        "color_stride": color_control.COLOR_STRIDE,
        "certain": color_control.CERTAIN,
        "absent": color_control.ABSENT,
        "background": color_control.BACKGROUND,
        "code_frames": color_codes.FEW,
        "code_pairs": color_codes.PAIRS,
        "interpolation_ends": [color_codes.FIRST, color_codes.LAST],
        "interpolation_steps": INTERPOLATION_STEPS,
        "pose_independence_outfit": POSE_INDEPENDENCE_OUTFIT,
        "flow_side": temporal.FLOW_SIDE,
        "still_levels": temporal.STILL_LEVELS,
        "fvd_window": fvd.WINDOW,
        "resamples": statistics.RESAMPLES,
        "level": statistics.LEVEL,
        "bootstrap_seed": statistics.SEED,
    }


def _mean_rows(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: mean_known([row[name] for row in rows]) for name in rows[0]}
