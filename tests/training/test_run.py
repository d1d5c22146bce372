"""Whole tiny runs: stages in their order, the model's file, options of resuming and releasing."""

import pytest
import torch
from tiny_training import RESTORATION, TINY

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.checkpoints import read_checkpoint
from hueman.training.data import FrameSampler, load_split
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.run import train


def test_test_actions_are_held_out(split):
    assert {clip.action for clip in split.test} == {"salute"}
    assert {clip.action for clip in split.train} == {"wave_right", "march"}


def test_everything_held_out_is_an_error(truth_dataset):
    everything = load_config("demo", ["test_actions=[wave_right, march, salute]"])
    with pytest.raises(HuemanError, match="none is left"):
        load_split(truth_dataset, everything, show_progress=False)


def test_sampler_shows_every_frame_once_an_epoch(split):
    sampler = FrameSampler(split.train, batch_size=4, seed=0, span=2)
    assert len(sampler) == 4 * 7
    seen = [place for step in range(7) for place in sampler.batch(step)]
    assert sorted(seen) == sorted(sampler.places)
    assert sampler.batch(3) == FrameSampler(split.train, 4, 0, 2).batch(3)
    assert seen != [place for step in range(7, 14) for place in sampler.batch(step)]


def test_model_file_round_trip_and_damage(config, tmp_path):
    torch.manual_seed(0)
    model = VideoModel(config)
    save_model(model, tmp_path / "model.safetensors", {"minutes": 3})
    again, notes = load_model(tmp_path)
    assert notes == {"minutes": 3}
    assert again.config == config
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HuemanError, match="damaged"):
        load_model(tmp_path)
    with pytest.raises(HuemanError, match="no model"):
        load_model(tmp_path / "nothing")


def test_whole_run_makes_a_model_whose_code_matters(truth_dataset, config, tmp_path):
    dataset, out = Dataset(truth_dataset.root), tmp_path / "run"
    file = train(dataset, out, config, "cpu")
    assert file == out / "model.safetensors"
    model, notes = load_model(file)
    assert notes["stage_two"]["updates"] == 4
    assert set(notes["stage_one"]) == {"upper", "lower"}
    clip = load_split(truth_dataset, config, show_progress=False).test[0]
    content: Frames = clip.frames[:1]
    guidance = model.estimate(content, content.pose, None)
    black = torch.full((1, 3, 96, 64), -1.0)
    codes = [torch.zeros(1, 24), torch.zeros(1, 24)]
    codes[1][:, :16] = 3
    with torch.no_grad():
        frames = [model.next_frame(guidance, code, black) for code in codes]
    assert (frames[0] - frames[1]).abs().max() > 0.05
    assert train(dataset, out, config, "cpu") == file
    with pytest.raises(HuemanError, match="other settings"):
        train(dataset, out, load_config("demo", TINY[:2]), "cpu")
    with pytest.raises(HuemanError, match="holds a run already"):
        train(dataset, out, config, "cpu", resume="never")

    # Back to the middle of stage II, with another learning rate.
    middle = out / "stage_two" / "checkpoint-0000002.pt"
    before = file.read_bytes()
    slow = load_config("demo", [*TINY, "stage_two.schedule.learning_rate=1e-6"])
    assert train(dataset, out, slow, "cpu", resume=str(middle)) == file
    assert file.read_bytes() != before
    assert load_model(file)[0].config == slow


def test_restoration_is_trained_between_the_stages_and_used_by_option(truth_dataset, tmp_path):
    settings = [*TINY, RESTORATION, "stage_two.restore=true", "stage_two.ema_decay=0.9"]
    config = load_config("demo", settings)
    file = train(Dataset(truth_dataset.root), tmp_path, config, "cpu")
    model, notes = load_model(file)
    assert notes["restoration"]["updates"] == 4
    assert (tmp_path / "restoration" / "samples" / "0000004.png").is_file()
    content = load_split(truth_dataset, config, show_progress=False).test[0].frames
    with torch.no_grad():
        restored = model.estimate(content[[0, 0]], content.pose[2:4], None).features
        model.choose_restoration("off")
        warped = model.estimate(content[[0, 0]], content.pose[2:4], None).features
    assert restored.shape == (2, 4, 96, 64)
    assert not torch.equal(restored, warped)
    assert model.restoration is not None
    trained = read_checkpoint(tmp_path / "restoration" / "checkpoint-0000004.pt")["stage"]
    name, tensor = next(iter(model.restoration.state_dict().items()))
    torch.testing.assert_close(
        tensor, trained["networks"]["restoration"][name], atol=1e-3, rtol=1e-3
    )
    with pytest.raises(HuemanError, match="choose auto, on or off"):
        model.choose_restoration("maybe")


def test_best_checkpoint_can_be_released(truth_dataset, tmp_path, monkeypatch):
    values = iter([1.0, 2.0, 3.0, 4.0])
    monkeypatch.setattr(
        "hueman.training.stage_two.StageTwo.measure",
        lambda self: {"perceptual": next(values), "l1": 0.0},
    )
    config = load_config("demo", [*TINY, "release=best", "keep_checkpoints=1", "sample_every=2"])
    file = train(Dataset(truth_dataset.root), tmp_path, config, "cpu")
    model, notes = load_model(file)
    assert notes["released_update"] == 2
    state = read_checkpoint(tmp_path / "stage_two" / "checkpoint-0000002.pt")["stage"]
    for name, tensor in model.generator.state_dict().items():
        torch.testing.assert_close(
            tensor, state["networks"]["generator"][name], atol=1e-3, rtol=1e-3
        )
