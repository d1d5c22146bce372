"""Smooth noise on the frame before: where it is, and that nothing else is drawn differently."""

import pytest
import torch
from tiny_training import TINY

from hueman.config import load_config
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.pairs import FramePairs

NOISE = "stage_two.previous_noise=0.5"


@pytest.fixture(scope="module")
def split(truth_dataset):
    return load_split(truth_dataset, load_config("demo", TINY), show_progress=False)


def pairs(split, *overrides):
    settings = [*TINY, "stage_two.schedule.batch_size=4", "stage_two.previous_noise=0"]
    config = load_config("demo", [*settings, *overrides])
    torch.manual_seed(0)
    return FramePairs(VideoModel(config), split.train, config, make_fabric(config, "cpu"))


def test_nothing_is_added_unless_asked_for(split):
    assert all((each == 0).all() for each in pairs(split).warp(0).blotches)


def test_all_else_is_drawn_as_without_it(split):
    plain, noisy = pairs(split).warp(3), pairs(split, NOISE).warp(3)
    for first, second in zip(plain.real, noisy.real, strict=True):
        assert torch.equal(first, second)
    for one, other in zip(plain.guidance, noisy.guidance, strict=True):
        assert torch.equal(one.features, other.features)
        assert torch.equal(one.regions, other.regions)
    assert torch.equal(plain.content, noisy.content)


def test_blotches_are_smooth_and_as_strong_as_drawn(split):
    noisy = pairs(split, NOISE, "stage_two.warm_up_frames=3")
    number = next(n for n in range(20) if len(noisy.warp(n).guidance) > 2)
    for blotches in noisy.warp(number).blotches:
        assert blotches.shape == (4, 3, 96, 64)
        strengths = blotches.std(dim=(1, 2, 3))
        assert 0 < strengths.min() < strengths.max() < 0.6
        assert (blotches.diff(dim=3).abs().mean() < 0.3 * blotches.abs().mean()).item()
    again = noisy.warp(number).blotches
    assert torch.equal(again[0], noisy.warp(number).blotches[0])
    assert not torch.equal(again[0], again[1])


def test_black_before_the_first_frame_stays_black(split):
    noisy = pairs(split, NOISE, "stage_two.warm_up_frames=0")
    first, second = noisy.warp(0).blotches
    assert (first == 0).all()
    assert second.std() > 0.05


def test_the_generator_sees_them_in_training_alone(split):
    noisy = pairs(split, NOISE, "stage_two.warm_up_frames=0")
    batch, model = noisy(0), noisy.model
    arguments = batch.guidance, batch.code, batch.previous
    with torch.no_grad():
        clean = model.generate_sequence(*arguments)
        seen = model.generate_sequence(*arguments, batch.blotches)
    assert torch.equal(clean[0], seen[0])
    assert (clean[1] - seen[1]).abs().max() > 1e-3
