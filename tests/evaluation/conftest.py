"""What tests of evaluation share: rendered and filmed clips, an untrained model, LPIPS."""

import pytest
import torch

from hueman.choreography.performance import performances
from hueman.choreography.presets import RenderPlan
from hueman.choreography.render import render_plan
from hueman.choreography.settings import RenderSettings
from hueman.clips.split import DatasetSplit
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.evaluation.held_out import HeldOutClip, read_held_out
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.training.model import VideoModel

ACTORS = ("mustard", "plaid")


@pytest.fixture(scope="session")
def rendered_dataset(tmp_path_factory) -> Dataset:
    """Two actors, one action to train on and one held out, six frames each, two recolourings."""
    root = tmp_path_factory.mktemp("tiny") / "rendered"
    settings = RenderSettings(height=96, width=64, frames=6, recolors=2)
    split = DatasetSplit(ACTORS, (), ("march",), ("wave_right",))
    who_does_what = tuple(performances(ACTORS, ("march", "wave_right")))
    summary = render_plan(root, RenderPlan(settings, who_does_what, split), 1)
    assert not summary.refused
    return Dataset(root)


@pytest.fixture(scope="session")
def rendered_clips(rendered_dataset) -> list[HeldOutClip]:
    """The held-out ones."""
    entries = [entry for entry in rendered_dataset.entries if entry.action == "wave_right"]
    return list(read_held_out(rendered_dataset, entries, 96, 64))


@pytest.fixture(scope="session")
def filmed_clips(truth_dataset) -> list[HeldOutClip]:
    """Two actors, one action; nothing is known of other colours."""
    entries = [entry for entry in truth_dataset.entries if entry.action == "salute"]
    return list(read_held_out(truth_dataset, entries, 96, 64))


@pytest.fixture(scope="session")
def untrained() -> VideoModel:
    torch.manual_seed(0)
    tiny = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]
    return VideoModel(load_config("demo", tiny)).eval()


@pytest.fixture(scope="session")
def lpips() -> LPIPS:
    return load_lpips()
