"""Held-out clips: what is read of rendered and of filmed ones."""

import shutil
from dataclasses import fields, replace

import pytest
import torch

from hueman.choreography.truth import read_entry_truth
from hueman.clips.store import Dataset
from hueman.errors import HuemanError
from hueman.evaluation.held_out import read_held_out
from hueman.evaluation.temporal import Motion
from hueman.training.frames import Frames


def same(first: Frames, second: Frames) -> list[str]:
    """Names of the fields that are equal."""
    return [
        f.name
        for f in fields(Frames)
        if torch.equal(getattr(first, f.name), getattr(second, f.name))
    ]


def test_filmed_clips_have_no_truth(truth_dataset, filmed_clips):
    assert [(clip.actor, clip.action) for clip in filmed_clips] == [
        ("mustard", "salute"),
        ("plaid", "salute"),
    ]
    stored = truth_dataset.read(truth_dataset.entry("plaid", "salute"))
    clip = filmed_clips[1]
    assert clip.truth is None
    assert clip.fps == pytest.approx(25 / 6)
    assert len(same(clip.frames, Frames.of(stored, 96, 64))) == len(fields(Frames))


def test_rendered_clips_have_skin_and_hair(rendered_dataset, rendered_clips):
    assert [clip.actor for clip in rendered_clips] == ["mustard", "plaid"]
    for clip in rendered_clips:
        truth = read_entry_truth(rendered_dataset, rendered_dataset.entry(clip.actor, "wave_right"))
        assert clip.truth is not None
        for name in ("skin", "hair"):
            mask = getattr(clip.truth, name)
            assert mask.shape == (6, 1, 96, 64)
            assert torch.equal(mask[:, 0], torch.from_numpy(getattr(truth, name)))
            assert (mask > 200).any()


def test_recolourings_of_another_lightness_are_left_out(rendered_dataset, rendered_clips):
    """Of the renderer's two, only the first keeps the lightness."""
    for clip in rendered_clips:
        truth = read_entry_truth(rendered_dataset, rendered_dataset.entry(clip.actor, "wave_right"))
        assert len(truth.recolored) == 2
        assert max(abs(lab[2, 0] - lab[0, 0]) for lab in (truth.upper_lab, truth.lower_lab)) > 2
        assert len(clip.truth.recolored) == 1
        rgb = torch.from_numpy(truth.recolored[0]).permute(0, 3, 1, 2)
        assert torch.equal(clip.truth.recolored[0].rgb, rgb)


def test_recolourings_differ_in_the_colours_of_garments_alone(rendered_clips):
    for clip in rendered_clips:
        own, other = clip.frames, clip.truth.recolored[0]
        assert same(own, other) == ["person", "upper", "lower", "edges", "parts", "pose"]
        for name in ("upper_color", "lower_color"):
            before, after = getattr(own, name), getattr(other, name)
            assert after.shape == before.shape
            assert (after[:, 0] - before[:, 0]).abs().max() < 3
            assert (after[:, 1:] - before[:, 1:]).norm(dim=1).min() > 15
        bare = ((own.upper == 0) & (own.lower == 0)).expand(-1, 3, -1, -1)
        change = (own.rgb.int() - other.rgb.int()).abs()
        assert change[bare].float().mean() < 0.5
        assert change[(own.upper > 200).expand(-1, 3, -1, -1)].float().mean() > 10


def test_clips_are_brought_to_the_size_asked_for(rendered_dataset):
    clip = next(read_held_out(rendered_dataset, rendered_dataset.entries[:1], 64, 32))
    assert clip.frames.rgb.shape == (6, 3, 64, 32)
    assert clip.truth is not None
    assert clip.truth.skin.shape == clip.truth.hair.shape == (6, 1, 64, 32)
    assert clip.truth.recolored[0].rgb.shape == (6, 3, 64, 32)
    assert torch.equal(clip.truth.recolored[0].pose, clip.frames.pose)


def test_motion_is_that_of_the_real_frames_and_found_once(filmed_clips):
    clip = filmed_clips[0]
    assert clip.motion is clip.motion
    assert torch.equal(clip.motion.flow, Motion.of(clip.frames.pictures()).flow)


def test_a_missing_truth_is_named(rendered_dataset, tmp_path):
    shutil.copytree(rendered_dataset.root, tmp_path / "copy")
    dataset = Dataset(tmp_path / "copy")
    entry = dataset.entries[0]
    (dataset.root / entry.truth).unlink()
    with pytest.raises(HuemanError, match="make the dataset again"):
        next(read_held_out(dataset, [entry], 96, 64))


def test_a_clip_of_one_frame_is_refused(truth_dataset):
    entry = replace(truth_dataset.entries[0], length=1)
    with pytest.raises(HuemanError, match="has 1 frame; a clip needs at least 2"):
        list(read_held_out(truth_dataset, [entry], 96, 64))
