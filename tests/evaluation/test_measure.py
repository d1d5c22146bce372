"""The measurement of a model: masks, baselines, colour errors."""

import json
import math

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.measure import (
    _mean_color_error,
    _pixel_error,
    mask_background,
    measure_clip,
    measure_to_file,
    roll_out,
    warp_baseline,
)
from hueman.training.data import load_split
from hueman.training.model import VideoModel, save_model

TINY = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return VideoModel(load_config("demo", TINY)).eval()


@pytest.fixture(scope="module")
def clip(truth_dataset, model):
    return load_split(truth_dataset, model.config, show_progress=False).test[0]


def test_each_code_gets_its_own_video(model, clip):
    frames = clip.frames[:3]
    codes = torch.stack([torch.zeros(24), torch.ones(24)])
    videos = roll_out(model, frames, codes)
    assert videos.shape == (2, 3, 3, 96, 64)
    alone = roll_out(model, frames, codes[1:])
    torch.testing.assert_close(videos[1:], alone, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(videos[0], videos[1])


def test_warped_baseline_beats_the_copy(truth_dataset, model):
    clips = load_split(truth_dataset, model.config, show_progress=False).train
    frames = next(clip.frames for clip in clips if clip.action == "march")
    truth = mask_background(frames.pictures(), frames.person)
    warped = mask_background(warp_baseline(frames), frames.person)
    copied = mask_background(frames[[0] * len(frames)].pictures(), frames.person)
    assert (warped[0] - truth[0]).abs().mean() < 0.01
    assert (warped[1:] - truth[1:]).abs().mean() < 0.8 * (copied[1:] - truth[1:]).abs().mean()


def test_background_is_black_and_the_person_untouched():
    pictures, person = torch.rand(1, 3, 4, 4), torch.zeros(1, 1, 4, 4, dtype=torch.uint8)
    person[..., 1:3, 1:3] = 255
    masked = mask_background(pictures, person)
    assert torch.equal(masked[..., 1:3, 1:3], pictures[..., 1:3, 1:3])
    assert (masked[..., 0, :] == -1).all()


def test_colour_errors_equal_an_independent_ciede2000():
    rng = np.random.default_rng(0)
    lab, target = (rng.uniform([0, -60, -60], [100, 60, 60], (2, 4, 4, 3)) for _ in range(2))
    mask = rng.uniform(size=(2, 4, 4)) > 0.5
    a, b = (torch.from_numpy(x).movedim(-1, 1).float() for x in (lab, target))
    inside = torch.from_numpy(mask)[:, None]
    expected = deltaE_ciede2000(lab, target)[mask].mean()
    assert _pixel_error(a, b, inside) == pytest.approx(expected, rel=1e-3)
    means = [[x[i][mask[i]].mean(axis=0) for i in range(2)] for x in (lab, target)]
    expected = deltaE_ciede2000(np.array(means[0]), np.array(means[1])).mean()
    assert _mean_color_error(a, b, inside) == pytest.approx(expected, rel=1e-3)
    assert math.isnan(_pixel_error(a, b, torch.zeros_like(inside)))


def test_untrained_model_is_worse_than_the_copy(model, clip):
    result = measure_clip(model, clip, load_lpips(), 0)
    assert result["lpips"] > result["lpips_copy"] > 0
    assert result["ms_ssim"] < result["ms_ssim_copy"] < 1
    assert result["color_error_upper"] > 10
    assert all(np.isfinite(value) for value in result.values())


def test_result_is_written_and_seen_clips_are_refused(model, truth_dataset, tmp_path):
    save_model(model, tmp_path / "model.safetensors", {})
    result = measure_to_file(tmp_path, Dataset(truth_dataset.root), tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text()) == result
    assert result["clips"] == 2
    other = VideoModel(load_config("demo", [*TINY, "test_actions=[jump]"]))
    save_model(other, tmp_path / "model.safetensors", {})
    with pytest.raises(HuemanError, match="jump"):
        measure_to_file(tmp_path, Dataset(truth_dataset.root), tmp_path / "m.json")
