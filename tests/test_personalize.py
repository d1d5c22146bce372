"""From one's own clip and a model to one's own model."""

from itertools import islice

import numpy as np
import pytest
import torch
import yaml
from tiny_training import TINY

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.personalize import LEAST_UPDATES, personalize, plan
from hueman.training.model import VideoModel, load_model, save_model


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("start") / "model.safetensors"
    # It may have had a teacher, who is not at hand any more.
    taught = "stage_two.distillation_weight=1"
    settings = [*TINY, "stage_two.appearance=true", "stage_two.perceptual_layers=1", taught]
    save_model(VideoModel(load_config("demo", settings)), file, {})
    return file


@pytest.fixture(scope="module")
def clip(tmp_path_factory, clips_folder):
    file = tmp_path_factory.mktemp("clips") / "anna" / "salute.mp4"
    file.parent.mkdir()
    write_video(file, islice(Video(clips_folder / "plaid" / "salute.mp4"), 0, 24, 4), 6)
    return file


def test_a_clip_becomes_a_model_of_its_person(start, clip, tmp_path, capsys):
    out = tmp_path / "anna"
    made = personalize([clip], out, start, minutes=0.1, device="cpu")
    settings = yaml.safe_load((out / "config.yaml").read_text())
    updates = settings["stage_two"]["schedule"]["steps"]
    assert updates == made.updates >= LEAST_UPDATES
    assert f"{updates} updates of" in capsys.readouterr().out
    before, after = load_model(start)[0], load_model(made.model)[0]
    for name, tensor in before.state_dict().items():
        learned = name.startswith(("generator.", "tint."))
        same = torch.equal(tensor, after.state_dict()[name])
        if name.startswith("encoders."):
            assert same
        elif learned and tensor.ndim > 1:
            assert not same, name
    assert list(made.samples.glob("*.png"))
    # Once more: nothing is left to do, however many minutes there are now.
    again = personalize([clip], out, start, minutes=50, device="cpu")
    assert again.updates == updates
    assert "hueman generate" in str(again)


def test_clips_that_cannot_be_used_are_said_to_be_so(start, tmp_path):
    empty = tmp_path / "anna" / "empty.mp4"
    empty.parent.mkdir()
    write_video(empty, np.full((6, 96, 64, 3), 200, np.uint8), 6)
    with pytest.raises(HuemanError, match=r"None of the clips can be used: .*empty\.mp4 shows"):
        personalize([empty], tmp_path / "out", start)


def test_what_cannot_be_done_is_said(start, clip, tmp_path):
    with pytest.raises(HuemanError, match="minutes are 0"):
        personalize([clip], tmp_path / "a", start, minutes=0)
    with pytest.raises(HuemanError, match=r"nothing\.mp4"):
        personalize([tmp_path / "nothing.mp4"], tmp_path / "b", start)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (600, (264, 8)),  # 72 of 600 seconds are looks
        (100, (41, 2)),  # as many looks as fit into 20 seconds
        (9, (20, 1)),  # always one look, and never fewer than 20 updates
    ],
)
def test_looks_are_part_of_the_time(seconds, expected):
    assert plan(seconds, update=2.0, look=9.0) == expected
