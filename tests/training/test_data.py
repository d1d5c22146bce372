"""Which clips train and which test, by the dataset's own split or by settings."""

import shutil

import numpy as np
import pytest

from hueman.clips.split import DatasetSplit, write_split
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.evaluation.evaluate import held_out_clips
from hueman.training.data import FrameSampler, load_split


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


def test_what_the_split_keeps_out_is_judged(dataset):
    config = load_config("demo")
    assert [clip.action for clip in held_out_clips(dataset, config)] == ["wave_right"]
    with pytest.raises(HuemanError, match=r"no actor whom test_actions .* keeps out"):
        held_out_clips(dataset, load_config("demo", ["split=actions"]), "actors")
    write_split(dataset.root, DatasetSplit(("plaid",), ("mustard",), ("march",), ()))
    unseen = held_out_clips(dataset, config, "actors")
    assert [(clip.actor, clip.action) for clip in unseen] == [("mustard", "march")]
    assert len(held_out_clips(dataset, config, "all")) == len(dataset.entries) == 6
    with pytest.raises(HuemanError, match=r"split\.json keeps out"):
        held_out_clips(dataset, config)


def test_an_order_is_drawn_once_an_epoch(truth_dataset):
    split = load_split(truth_dataset, load_config("demo"), show_progress=False)
    sampler = FrameSampler(split.train, 3, seed=5)
    seen = [place for step in range(len(sampler)) for place in sampler.batch(step)]  # three epochs
    for epoch in range(3):
        order = np.random.default_rng((5, epoch)).permutation(len(sampler))
        part = seen[epoch * len(sampler) : (epoch + 1) * len(sampler)]
        assert part == [sampler.places[place] for place in order]
    assert sampler._order.cache_info().misses == 3
