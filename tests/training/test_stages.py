"""Both stages on tiny real data: what each update changes, resuming, and the effect of the code."""

import json

import numpy as np
import pytest
import torch

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, load_config
from hueman.errors import HuemanError
from hueman.training.data import FrameSampler, load_split
from hueman.training.frames import Frames
from hueman.training.loop import train_stage
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.run import make_fabric, train
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

TINY = [
    "stage_one.schedule.steps=4",
    "stage_two.schedule.steps=4",
    "stage_one.schedule.batch_size=2",
    "stage_two.schedule.batch_size=2",
    "stage_one.generator_channels=4",
    "stage_one.encoder.channels=8",
    "stage_two.generator.channels=4",
    "stage_two.generator.residual_blocks=1",
    "save_every=2",
    "sample_every=2",
]


class Counter:
    def __init__(self):
        self.steps = 0

    def advance(self, steps=1, note=""):
        self.steps += steps


@pytest.fixture(scope="module")
def config() -> TrainingConfig:
    return load_config("demo", TINY)


@pytest.fixture(scope="module")
def split(truth_dataset, config):
    return load_split(truth_dataset, config, show_progress=False)


def weights_of(*networks):
    return [p.detach().clone() for network in networks for p in network.parameters()]


def changed(before, network):
    return any(not torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


def test_test_actions_are_held_out(split):
    assert {clip.action for clip in split.test} == {"salute"}
    assert {clip.action for clip in split.train} == {"wave_right", "march"}


def test_everything_held_out_is_an_error(truth_dataset, config):
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


def test_stage_one_latent_loss_never_reaches_the_encoder(split, config):
    fabric = make_fabric(config, "cpu")
    none = load_config("demo", [*TINY, "stage_one.latent_weight=0"])
    without_latent = StageOne("upper", split, none, fabric)
    # Same seed, and the encoder's gradient holds no latent term: equal when the rest is equal.
    settings = load_config("demo", [*TINY, "stage_one.latent_weight=5"])
    heavy = StageOne("upper", split, settings, fabric)
    before = weights_of(heavy.generator)
    without_latent.step(0, 1e-3)
    heavy.step(0, 1e-3)
    for a, b in zip(without_latent.encoder.parameters(), heavy.encoder.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    assert changed(before, heavy.generator)
    assert any(
        not torch.allclose(a, b)
        for a, b in zip(
            without_latent.generator.parameters(), heavy.generator.parameters(), strict=True
        )
    )


def test_stage_one_measures_and_shows(split, config):
    stage = StageOne("lower", split, config, make_fabric(config, "cpu"))
    measured = stage.measure()
    assert set(measured) == {"r2", "r2_other", "active_units"}
    assert measured["active_units"] <= 8
    picture = stage.sample()
    assert picture.shape == (3 * 96, 8 * 64, 3)
    assert picture.dtype == np.uint8


def test_stage_two_trains_the_generator_and_leaves_the_encoders(split, config):
    model = VideoModel(config)
    stage = StageTwo(model, load_vgg("vgg16"), split, config, make_fabric(config, "cpu"))
    encoders, generator = weights_of(model.encoders), weights_of(model.generator)
    judge = weights_of(stage.discriminator)
    losses = stage.step(0, 1e-3)
    assert set(losses) == {"adversarial", "feature_matching", "perceptual", "l1", "judge"}
    assert all(np.isfinite(loss) for loss in losses.values())
    assert not changed(encoders, model.encoders)
    assert changed(generator, model.generator)
    assert changed(judge, stage.discriminator)


def test_stage_two_frames_follow_each_other_and_share_colours(split, config):
    stage = StageTwo(
        VideoModel(config), load_vgg("vgg16"), split, config, make_fabric(config, "cpu")
    )
    batch = stage.batch(0)
    assert [frame.shape for frame in batch.real] == [(2, 3, 96, 64)] * 2
    assert [feature.shape for feature in batch.features] == [(2, 4, 96, 64)] * 2
    assert [region.shape for region in batch.regions] == [(2, 2, 96, 64)] * 2
    assert batch.code.shape == (2, 24)
    for a, b in zip(batch.real, stage.batch(0).real, strict=True):
        assert torch.equal(a, b)


def test_warm_up_frames_come_before_the_pair(split):
    def previous(warm_up):
        config = load_config("demo", [*TINY, f"stage_two.warm_up_frames={warm_up}"])
        torch.manual_seed(0)
        fabric = make_fabric(config, "cpu")
        stage = StageTwo(VideoModel(config), load_vgg("vgg16", 1), split, config, fabric)
        return [stage.batch(step).previous for step in range(6)]

    assert all((frame == -1).all() for frame in previous(0))
    starts = [bool((frame == -1).all()) for frame in previous(2)]
    assert any(starts)
    assert not all(starts)


def test_interrupted_run_ends_like_an_uninterrupted_one(split, config, tmp_path):
    def run(folder, stop_after=None):
        stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
        if stop_after is not None:
            update = stage.step

            def interrupt(step: int, learning_rate: float) -> dict[str, float]:
                if step == stop_after:
                    raise KeyboardInterrupt
                return update(step, learning_rate)

            stage.step = interrupt
        train_stage(stage, folder, {"a": 1}, 2, 2, Counter())
        return stage

    whole = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", stop_after=3)
    resumed = run(tmp_path / "cut")
    for a, b in zip(whole.encoder.parameters(), resumed.encoder.parameters(), strict=True):
        assert torch.equal(a, b)
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in ("whole", "cut")]
    assert logs[0] == logs[1]
    assert [json.loads(line)["step"] for line in logs[0].splitlines()] == [1, 2, 3, 4]
    assert (tmp_path / "cut" / "samples" / "0000004.png").exists()


def test_checkpoint_of_other_settings_is_refused(split, config, tmp_path):
    stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
    train_stage(stage, tmp_path, {"a": 1}, 2, 2, Counter())
    with pytest.raises(HuemanError, match="other settings"):
        train_stage(stage, tmp_path, {"a": 2}, 2, 2, Counter())
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(HuemanError, match="cannot be read"):
        train_stage(stage, tmp_path, {"a": 1}, 2, 2, Counter())


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
    file = train(Dataset(truth_dataset.root), tmp_path / "run", config, "cpu")
    model, notes = load_model(file)
    assert notes["stage_two"]["updates"] == 4
    assert set(notes["stage_one"]) == {"upper", "lower"}
    clip = load_split(truth_dataset, config, show_progress=False).test[0]
    content: Frames = clip.frames[:1]
    features, regions = content.warped(content.pose, "parts")
    black = torch.full((1, 3, 96, 64), -1.0)
    codes = [torch.zeros(1, 24), torch.zeros(1, 24)]
    codes[1][:, :16] = 3
    with torch.no_grad():
        frames = [model.next_frame(features, code, regions, black) for code in codes]
    assert (frames[0] - frames[1]).abs().max() > 0.05
    again = train(Dataset(truth_dataset.root), tmp_path / "run", config, "cpu")
    assert again == file
    with pytest.raises(HuemanError, match="other settings"):
        train(Dataset(truth_dataset.root), tmp_path / "run", load_config("demo", TINY[:2]), "cpu")
