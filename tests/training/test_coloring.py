"""Training with the paper's colourisation network, here a small untrained one of its class."""

import pytest
import torch
from tiny_training import TINY

from hueman.config import load_config
from hueman.networks.siggraph17 import Siggraph17
from hueman.training.coloring import make_recolor
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.stage_one import StageOne

CPU = torch.device("cpu")


@pytest.fixture
def siggraph_config(monkeypatch):
    def load_small():
        torch.manual_seed(0)
        return Siggraph17(width=4).eval()

    # The published weights, 137 MB, have an address only.
    monkeypatch.setattr("hueman.weights.readers.load_siggraph17", load_small)
    return load_config("demo", [*TINY, "colorizer=siggraph17"])


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
