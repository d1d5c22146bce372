"""Which clips train and which test, by the dataset's own split or by settings."""

import shutil

import pytest

from hueman.clips.split import DatasetSplit, write_split
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.evaluation.measure import measure_to_file
from hueman.training.data import load_split
from hueman.training.model import VideoModel, save_model

TINY = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]


@pytest.fixture
def dataset(truth_dataset, tmp_path):
    """The clips of plaid and mustard with a split in which mustard is never seen."""
    root = shutil.copytree(truth_dataset.root, tmp_path / "dataset")
    write_split(root, DatasetSplit(("plaid",), ("mustard",), ("salute", "march"), ("wave_right",)))
    return Dataset(root)


def names(clips):
    return [f"{clip.actor}/{clip.action}" for clip in clips]


def test_the_datasets_own_split_comes_first(dataset):
    split = load_split(dataset, load_config("demo"), show_progress=False)
    assert names(split.train) == ["plaid/march", "plaid/salute"]
    assert names(split.test) == ["plaid/wave_right"]


def test_the_setting_can_overrule_it(dataset):
    config = load_config("demo", ["split=actions"])
    split = load_split(dataset, config, show_progress=False)
    assert len(split.train) == 4
    assert names(split.test) == ["mustard/salute", "plaid/salute"]


def test_a_split_that_leaves_nothing_is_an_error(dataset):
    write_split(dataset.root, DatasetSplit(("stripes",), ("plaid",), ("march",), ()))
    with pytest.raises(HuemanError, match=r"held out by the dataset's split\.json; none is left"):
        load_split(dataset, load_config("demo"), show_progress=False)


def test_a_model_is_measured_on_what_the_split_keeps_out(dataset, tmp_path):
    save_model(VideoModel(load_config("demo", TINY)), tmp_path / "model.safetensors", {})
    assert measure_to_file(tmp_path, dataset, tmp_path / "m.json")["clips"] == 1
    write_split(dataset.root, DatasetSplit(("plaid",), ("mustard",), ("march",), ()))
    with pytest.raises(HuemanError, match=r"split\.json keeps out"):
        measure_to_file(tmp_path, dataset, tmp_path / "m.json")
