"""The frozen protocol: its constants, what a method is told, and known methods' numbers."""

import math
from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from hueman.config import load_config
from hueman.evaluation.color_control import recolored
from hueman.evaluation.fvd import RealVideos
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.method import CodedMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.plain_methods import CopiedFrame
from hueman.evaluation.protocol import VERSION, Judgement, constants, judge
from hueman.training.frames import Frames
from hueman.training.model import VideoModel
from hueman.weights.readers import load_i3d

PINNED = {
    1: {
        "version": 1,
        "person_threshold": 128,
        "requested_chroma": ((50, 10), (-35, 40), (10, -50), (-30, -5), (5, 55), (40, -40)),
        "first_compared_frame": 2,
        "color_stride": 5,
        "certain": 200,
        "absent": 20,
        "background": 3,
        "code_frames": 8,
        "code_pairs": 6,
        "interpolation_ends": [(0, 2), (3, 4)],
        "interpolation_steps": 10,
        "pose_independence_outfit": (4, 1),
        "flow_side": 256,
        "still_levels": 2,
        "fvd_window": 16,
        "resamples": 10_000,
        "level": 0.95,
        "bootstrap_seed": 0,
    },
}
PINNED[2] = PINNED[1] | {"version": 2}
"""By version. Never change a version's own; add the next one's."""

LIKENESS = {
    f"{name}{suffix}"
    for name in ("ms_ssim", "ssim", "psnr", "lpips")
    for suffix in ("", "_unmasked")
}
STABILITY = {"warping_error", "warping_error_true", "flicker", "flicker_true"}
ERRORS = {
    f"color_error{kind}_{garment}"
    for kind in ("", "_pixels", "_unchanged", "_pixels_unchanged")
    for garment in ("upper", "lower")
}
LEAKS = {
    f"leak_{place}"
    for place in (
        *("other", "skin", "background"),
        *("upper_to_lower", "upper_to_skin", "upper_to_background"),
        *("lower_to_upper", "lower_to_skin", "lower_to_background"),
    )
}
HAIR = {"leak_hair", "leak_upper_to_hair", "leak_lower_to_hair"}
CODES = {
    f"{name}_{garment}"
    for name in (
        *("monotonicity", "straightness", "unevenness", "interpolation_span"),
        *("color_spread_over_poses", "color_spread_over_poses_true"),
        *("reuse_error", "own_error", "reuse_difference"),
    )
    for garment in ("upper", "lower")
} | {"interpolation_leak", "shape_change_over_codes", "shape_change_over_codes_true"}


class Truth:
    """A perfect method: it knows the clips, as rendered in other colours where they were."""

    def __init__(self, clips: list[HeldOutClip]):
        self.size: tuple[int, int] = (96, 64)
        self.clips = clips

    def generate(self, content: Frames, pose: Tensor, outfits) -> Tensor:
        clip = next(clip for clip in self.clips if torch.equal(clip.frames.rgb[:1], content.rgb))
        known = clip.truth.recolored if clip.truth else []
        videos = []
        for outfit in outfits:
            shown = recolored(clip.frames, outfit)
            for other in known:
                asked = (other.upper_color[0, 1:], other.lower_color[0, 1:])
                if _equal((outfit.upper, outfit.lower), asked):
                    shown = other.pictures()
            videos.append(shown)
        return torch.stack(videos)


def _equal(first, second) -> bool:
    return all(a is not None and torch.equal(a, b) for a, b in zip(first, second, strict=True))


class Spy(ModelMethod):
    """Notes what it is told."""

    def __init__(self, model):
        super().__init__(model)
        self.contents: list[Frames] = []
        self.poses: list[Tensor] = []

    def encode(self, content: Frames, outfits) -> Tensor:
        self.contents.append(content)
        return super().encode(content, outfits)

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        self.contents.append(content)
        self.poses.append(pose)
        return super().decode(content, pose, codes)


@pytest.fixture(scope="module")
def judged(untrained, filmed_clips, lpips) -> tuple[Spy, Judgement]:
    spy = Spy(untrained)
    return spy, judge(spy, filmed_clips, lpips)


@pytest.fixture(scope="module")
def copied(filmed_clips, lpips) -> Judgement:
    return judge(CopiedFrame((96, 64)), filmed_clips, lpips)


def test_constants_are_those_of_their_version():
    assert constants() == PINNED.get(VERSION), (
        "What is fixed has changed, so numbers cannot be compared with earlier ones any more: "
        "raise protocol.VERSION, and add its constants to PINNED without touching those before."
    )


def test_all_numbers_are_there(judged, filmed_clips):
    _, judgement = judged
    assert [(row["actor"], row["action"]) for row in judgement.rows] == [
        (clip.actor, clip.action) for clip in filmed_clips
    ]
    for row in judgement.rows:
        assert row.keys() == {"actor", "action"} | LIKENESS | STABILITY | ERRORS | LEAKS | HAIR
        unknown = {name for name, value in row.items() if value != value}
        assert unknown == HAIR, "only hair is not known of a filmed clip"
        assert all(math.isfinite(row[name]) for name in LIKENESS | STABILITY | ERRORS | LEAKS)
    assert judgement.codes.keys() == CODES
    assert all(math.isfinite(value) for value in judgement.codes.values())
    assert judgement.fvd is None


def test_an_untrained_model_of_the_paper_is_worse_than_the_copy(copied, filmed_clips, lpips):
    """With the appearance path it is not: that shows the frame itself, and calibrates codes."""
    torch.manual_seed(0)
    tiny = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]
    model = VideoModel(load_config("demo", [*tiny, "stage_two.appearance=false"]))
    made, copy = judge(ModelMethod(model), filmed_clips[:1], lpips).rows[0], copied.rows[0]
    assert made["lpips"] > copy["lpips"] > 0
    assert made["ms_ssim"] < copy["ms_ssim"] < 1
    assert made["color_error_upper"] > 10 > copy["color_error_upper"]
    assert copy["flicker"] == 0


def test_a_method_without_codes_has_no_numbers_of_them(copied):
    assert not isinstance(CopiedFrame((96, 64)), CodedMethod)
    assert copied.codes == {}


def test_only_the_first_frame_and_the_poses_are_told(judged, filmed_clips):
    spy, _ = judged
    firsts = [clip.frames[:1] for clip in filmed_clips]
    whole = [clip.frames.pose for clip in filmed_clips]
    assert len(spy.contents) > len(filmed_clips)
    for content in spy.contents:
        assert len(content) == 1
        first = next(each for each in firsts if torch.equal(each.rgb, content.rgb))
        for field in fields(Frames):
            assert torch.equal(getattr(content, field.name), getattr(first, field.name))
    for pose in spy.poses:
        assert any(torch.equal(pose, each[: len(pose)]) for each in whole)
    for pose in whole:
        assert any(torch.equal(pose, each) for each in spy.poses)


def test_nothing_later_than_the_first_frame_is_used(copied, filmed_clips, lpips):
    """Other later frames change the numbers of a method, but not what it makes."""
    clip = filmed_clips[0]
    later = clip.frames.rgb.clone()
    later[1:] = 255 - later[1:]
    changed = replace(clip, frames=replace(clip.frames, rgb=later))
    seen = []

    class Recorder(CopiedFrame):
        def generate(self, content, pose, outfits):
            seen.append(super().generate(content, pose, outfits))
            return seen[-1]

    rows = judge(Recorder((96, 64)), [clip, changed], lpips).rows
    assert torch.equal(seen[0][0], seen[1][0])
    assert rows[0] == copied.rows[0]
    assert rows[1]["ms_ssim"] < rows[0]["ms_ssim"]


@pytest.mark.parametrize("kind", ["filmed_clips", "rendered_clips"])
def test_the_truth_gets_the_best_numbers(kind, lpips, request):
    clips = request.getfixturevalue(kind)
    for row in judge(Truth(clips), clips, lpips).rows:
        for suffix in ("", "_unmasked"):
            assert row[f"ms_ssim{suffix}"] == pytest.approx(1, abs=1e-4)
            assert row[f"ssim{suffix}"] == pytest.approx(1, abs=1e-4)
            assert row[f"lpips{suffix}"] == 0
            assert row[f"psnr{suffix}"] == math.inf
        assert row["warping_error"] == row["warping_error_true"] > 0
        assert row["flicker"] == row["flicker_true"]
        for garment in ("upper", "lower"):
            assert row[f"color_error_{garment}"] == pytest.approx(0, abs=1e-3)
            assert row[f"color_error_pixels_{garment}"] == pytest.approx(0, abs=1e-3)
            assert row[f"color_error_unchanged_{garment}"] > 5
        for place in ("skin", "background"):
            assert row[f"leak_{place}"] < 0.5
        assert math.isnan(row["leak_hair"]) == (kind == "filmed_clips")


def test_fvd_is_that_of_the_videos_in_their_own_colours(filmed_clips, lpips):
    """Windows are of 16 frames, so the clips are shown twice."""
    clips = [replace(clip, frames=clip.frames[[*range(8)] * 2]) for clip in filmed_clips]
    real = RealVideos((clip.frames.pictures() for clip in clips), load_i3d())
    assert judge(Truth(clips), clips, lpips, real).fvd == pytest.approx(0, abs=1e-6)
    short = judge(Truth(filmed_clips), filmed_clips, lpips, real).fvd
    assert short is not None
    assert math.isnan(short)
