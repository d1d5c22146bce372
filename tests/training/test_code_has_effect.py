"""A small model as `make demo` trains it, trained for half a minute: colours must follow the codes.

The published design ignores a tiled code altogether (docs/reproduction.md), so this is measured and
not assumed.
"""

import numpy as np
import pytest
import torch

from hueman.clips.store import Dataset
from hueman.color.lab import rgb_to_lab
from hueman.config import load_config
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor
from hueman.training.data import load_split
from hueman.training.frames import Frames
from hueman.training.run import train

SETTINGS = [
    "height=64",
    "width=32",
    "stage_one.schedule.steps=70",
    "stage_two.schedule.steps=90",
    "stage_one.schedule.batch_size=6",
    "stage_one.encoder.channels=12",
    "stage_one.generator_channels=8",
    "stage_one.generator_levels=4",
    "stage_two.generator.channels=8",
    "stage_two.generator.residual_blocks=2",
    "stage_two.perceptual_layers=2",
    "sample_every=1000",
    "save_every=1000",
]


@pytest.fixture(scope="module")
def predictor(truth_dataset, tmp_path_factory) -> Predictor:
    out = tmp_path_factory.mktemp("run")
    file = train(Dataset(truth_dataset.root), out, load_config("demo", SETTINGS), "cpu")
    return Predictor.from_file(file, "cpu")


def mean_chroma(frame: np.ndarray, mask: torch.Tensor) -> torch.Tensor:
    """Mean a, b (2,) of a uint8 frame inside a mask (1, H, W)."""
    lab = rgb_to_lab(torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255)
    return lab[0, 1:][:, mask[0] > 200].mean(dim=1)


@pytest.mark.parametrize(("garment", "other"), [("upper", "lower"), ("lower", "upper")])
def test_garment_follows_its_code_and_the_other_stays(predictor, truth_dataset, garment, other):
    config = predictor.model.config
    clips = load_split(truth_dataset, config, show_progress=False).test
    # The other actor's trousers are black, which can hardly show a colour.
    clip = next(clip for clip in clips if clip.actor == "plaid")
    content: Frames = clip.frames[:1]
    targets = clip.frames[1:]
    red, green = np.array([50, 45, 25], np.float32), np.array([50, -45, 25], np.float32)
    chroma = {}
    for name, color in (("red", red), ("green", green)):
        person = predictor.person(content)
        # The code alone: the colours that it was made of are left out.
        clothes = Clothes(predictor.clothes(person, **{garment: color}).code)
        frames = list(predictor.generate(person, targets.pose.numpy(), clothes))
        chroma[name] = {
            part: torch.stack(
                [
                    mean_chroma(frame, mask)
                    for frame, mask in zip(frames, getattr(targets, part), strict=True)
                ]
            ).mean(dim=0)
            for part in ("upper", "lower")
        }
    own = chroma["red"][garment][0] - chroma["green"][garment][0]
    foreign = chroma["red"][other][0] - chroma["green"][other][0]
    # 90 was asked for, of which so short a training brings a part (37 to 68 with three seeds, and
    # at most 0.1 of that in the other garment); without effect it is 0.
    assert own > 5
    assert foreign.abs() < own / 2
