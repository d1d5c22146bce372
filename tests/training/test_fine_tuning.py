"""Runs that begin with a trained model."""

import pytest
import torch
from tiny_training import RESTORATION, TINY

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.dry_run import dry_run
from hueman.training.fine_tuning import START_FILE, choose_config
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.run import train

SETTINGS = [*TINY, RESTORATION, "stage_two.appearance=true"]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    torch.manual_seed(5)
    model = VideoModel(load_config("demo", SETTINGS))
    model.code_mean += 2
    file = tmp_path_factory.mktemp("start") / "start.safetensors"
    save_model(model, file, {})
    return file


def distances(one, other):
    """The largest change in each of a model's networks."""
    pairs = zip(one.state_dict().items(), other.state_dict().values(), strict=True)
    changes: dict[str, float] = {}
    for (name, a), b in pairs:
        network = name.split(".")[0]
        changes[network] = max(changes.get(network, 0.0), float((a - b).abs().max()))
    return changes


def test_the_generator_goes_on_and_codes_keep_their_meaning(truth_dataset, start, tmp_path):
    out, dataset = tmp_path / "run", Dataset(truth_dataset.root)
    config = choose_config(None, start, ["stage_two.schedule.steps=2"])
    assert config == load_config("demo", [*SETTINGS, "stage_two.schedule.steps=2"])
    file = train(dataset, out, config, "cpu", start_from=start)
    assert not (out / "stage_one").exists()
    assert not (out / "restoration").exists()
    changes = distances(load_model(file)[0], load_model(start)[0])
    assert 1e-4 < changes.pop("generator") < 0.1
    assert 1e-4 < changes.pop("tint") < 0.1
    assert set(changes) >= {"encoders", "restoration", "code_mean"}
    assert not any(changes.values())

    # It can go on without the model, which is in its folder, but not from another.
    assert train(dataset, out, config, "cpu") == file
    save_model(load_model(file)[0], tmp_path / "other.safetensors", {})
    with pytest.raises(HuemanError, match="began with another model"):
        train(dataset, out, config, "cpu", start_from=tmp_path / "other.safetensors")


def test_it_may_begin_at_another_size(truth_dataset, start, tmp_path):
    changes = ["height=64", "width=32", "stage_two.schedule.steps=1"]
    config = choose_config(None, start, changes)
    model, _ = load_model(train(truth_dataset, tmp_path / "run", config, "cpu", start_from=start))
    assert (model.config.height, model.config.width) == (64, 32)


def test_only_stage_two_is_in_its_dry_run(truth_dataset, start, capsys):
    config = choose_config(None, start, [])
    assert [stage.name for stage in dry_run(truth_dataset, config, "cpu", start).stages] == [
        "stage II"
    ]


def test_what_cannot_begin_so_is_refused_and_leaves_nothing(truth_dataset, start, tmp_path):
    with pytest.raises(HuemanError, match="not those of the preset 'demo'"):
        choose_config("demo", start, [])
    with pytest.raises(HuemanError, match="no model"):
        choose_config(None, tmp_path / "missing", [])
    config = choose_config(None, start, ["stage_two.generator.channels=6"])
    with pytest.raises(HuemanError, match="other networks"):
        train(truth_dataset, tmp_path / "run", config, "cpu", start_from=start)
    assert not (tmp_path / "run" / "config.yaml").exists()
    assert not (tmp_path / "run" / START_FILE).exists()
    assert choose_config(None, None, []) == load_config("lite")
    assert choose_config("demo", None, TINY) == load_config("demo", TINY)


def test_a_run_from_nothing_cannot_get_a_start_later(truth_dataset, start, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    config = choose_config(None, start, [])
    with pytest.raises(RuntimeError, match="stopped"):
        stop_at_once(truth_dataset, out, config)
    assert (out / "config.yaml").exists()
    with pytest.raises(HuemanError, match="did not begin with a model"):
        train(truth_dataset, out, config, "cpu", start_from=start)


def stop_at_once(dataset, out, config):
    """Begin a run from nothing, and stop it when its settings are written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hueman.training.run._train_all", _stop)
        train(dataset, out, config, "cpu")


def _stop(*_):
    raise RuntimeError("stopped")
