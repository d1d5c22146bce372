"""Training with the paper's colourisation network, here a small untrained one of its class."""

from dataclasses import replace

import pytest
import torch
from tiny_training import TINY

from hueman.config import load_config
from hueman.networks.siggraph17 import Siggraph17
from hueman.training.coloring import draw_clip_colors, make_recolor
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.pairs import FramePairs
from hueman.training.stage_one import StageOne

CPU = torch.device("cpu")


@pytest.fixture
def siggraph_config(monkeypatch):
    def load_small():
        torch.manual_seed(0)
        return Siggraph17(width=4).eval()

    # The published weights, 137 MB, have an address only.
    monkeypatch.setattr("hueman.weights.readers.load_siggraph17", load_small)
    return load_config("demo", [*TINY, "colorizer=siggraph17", "lightness_augmentation=false"])


def test_garments_are_coloured_by_the_network_alone(split, siggraph_config):
    frames = split.train[0].frames[:2]
    recolor = make_recolor(siggraph_config, CPU)
    first, second = (
        frames.recolored(torch.tensor([[a, b]]).expand(2, -1), None, recolor)
        for a, b in ((60.0, 20.0), (-40.0, 30.0))
    )
    outside = (frames.upper == 0).expand(-1, 3, -1, -1)
    assert torch.equal(first[outside], frames.pictures()[outside])
    assert not torch.equal(first, second)
    shifted = frames.recolored(torch.tensor([[60.0, 20.0]]).expand(2, -1), None)
    assert not torch.equal(first, shifted)
    assert make_recolor(load_config("demo"), CPU) is None


def test_stages_and_models_colour_by_the_settings(split, siggraph_config):
    fabric = make_fabric(siggraph_config, "cpu")
    stage = StageOne("upper", split, siggraph_config, fabric, make_recolor(siggraph_config, CPU))
    plain = StageOne("upper", split, siggraph_config, fabric)
    assert not torch.equal(stage.make_batch(0).frames, plain.make_batch(0).frames)
    model = VideoModel(siggraph_config)
    frames = split.train[0].frames[:1]
    wanted = torch.tensor([[30.0, -30.0]])
    recolored = frames.recolored(wanted, None, model.recolor)
    assert torch.equal(
        recolored, frames.recolored(wanted, None, make_recolor(siggraph_config, CPU))
    )


def test_a_garment_keeps_its_own_colour_now_and_then(split):
    frames = split.train[0].frames[[0] * 400]
    own = [frames.upper_color, frames.lower_color]

    def kept(share):
        config = load_config("demo", [*TINY, f"keep_probability={share}"])
        colors = draw_clip_colors(frames, config, torch.Generator().manual_seed(0))
        return [(a == b).all(dim=1) for a, b in zip(colors, own, strict=True)]

    assert all(garment.all() for garment in kept(1))
    assert not any(garment.any() for garment in kept(0))
    upper, lower = kept(0.25)
    for garment in (upper, lower):
        assert garment.float().mean() == pytest.approx(0.25, abs=0.08)
    assert not torch.equal(upper, lower)


@pytest.mark.parametrize("augmented", [False, True])
def test_without_augmentation_frames_are_trained_on_as_they_are(split, augmented):
    settings = [*TINY, f"color_augmentation={str(augmented).lower()}", "keep_probability=0"]
    config = load_config("demo", settings)
    fabric = make_fabric(config, "cpu")
    sources = [clip.frames.pictures() for clip in split.train]
    for region in ("upper", "lower"):
        stage = StageOne(region, split, config, fabric)
        own = torch.stack([sources[clip][frame] for clip, frame in stage.sampler.batch(3)])
        assert torch.equal(stage.make_batch(3).frames, own) != augmented
    pairs = FramePairs(VideoModel(config), split.train, config, fabric)
    made, places = pairs.warp(3), pairs.sampler.batch(3)
    for found, later in ((made.content, None), (made.real[0], 0), (made.real[1], 1)):
        chosen = [(clip, 0 if later is None else frame + later) for clip, frame in places]
        own = torch.stack([sources[clip][frame] for clip, frame in chosen])
        assert torch.equal(found, own) != augmented


def test_without_augmentation_the_colourisation_network_colours_nothing(split, siggraph_config):
    config = replace(siggraph_config, color_augmentation=False)
    recolor, fabric = make_recolor(config, CPU), make_fabric(config, "cpu")
    made, plain = (
        FramePairs(VideoModel(config), split.train, config, fabric, each).warp(0)
        for each in (recolor, None)
    )
    assert torch.equal(made.content, plain.content)
