import json
import shutil
from dataclasses import replace

import pytest

from hueman.clips.split import DatasetSplit, draw_split, read_split, split_dataset, write_split
from hueman.clips.store import Dataset
from hueman.errors import HuemanError

ACTORS, ACTIONS = tuple("abcdefghijklm"), tuple("nopqrstuvwxyzäöü")
SPLIT = DatasetSplit(("ann", "bob"), ("cyd",), ("wave", "jump"), ("bow",))


@pytest.mark.parametrize(
    ("clip", "role"),
    [
        (("ann", "wave"), "train"),
        (("bob", "bow"), "test"),
        (("cyd", "wave"), None),
        (("cyd", "bow"), "unseen"),
        (("cyd", "kick"), None),
        (("dan", "wave"), None),
        (("ann", "kick"), None),
    ],
)
def test_roles(clip, role):
    assert SPLIT.role(*clip) == role


def test_without_test_actions_unseen_people_are_judged_in_all():
    split = replace(SPLIT, test_actions=())
    assert split.role("cyd", "wave") == "unseen"
    assert split.role("cyd", "bow") is None


def test_what_is_written_is_read(tmp_path):
    write_split(tmp_path, SPLIT)
    assert read_split(tmp_path) == SPLIT
    assert [path.name for path in tmp_path.iterdir()] == ["split.json"]


def test_a_dataset_need_not_have_a_split(tmp_path):
    assert read_split(tmp_path) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unseen_actors": ("bob",)}, "twice among the actors"),
        ({"test_actions": ("wave",)}, "twice among the actions"),
        ({"train_actors": ()}, "no actors are for training"),
        ({"train_actions": ()}, "no actions are for training"),
    ],
)
def test_contradictions_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SPLIT, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2, expected 1"),
        ({"train_actors": "ann"}, "damaged.*'ann' is no list of names"),
        ({"test_actions": [3]}, "damaged"),
        ({"test_actions": ["wave"]}, "damaged.*twice"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path, change, message):
    write_split(tmp_path, SPLIT)
    content = json.loads((tmp_path / "split.json").read_text("utf-8"))
    (tmp_path / "split.json").write_text(json.dumps(content | change), "utf-8")
    with pytest.raises(HuemanError, match=message):
        read_split(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "split.json").write_text(text, "utf-8")
    with pytest.raises(HuemanError, match=r"split\.json is damaged"):
        read_split(tmp_path)


def test_the_seed_draws_the_split():
    splits = [draw_split(ACTORS, ACTIONS, 3, 6, seed) for seed in range(20)]
    assert splits == [draw_split(ACTORS, ACTIONS, 3, 6, seed) for seed in range(20)]
    assert all(len(each.unseen_actors) == 3 and len(each.train_actions) == 10 for each in splits)
    assert len({name for split in splits for name in split.unseen_actors}) > 10
    assert len({split.test_actions for split in splits}) > 10
    assert list(splits[0].train_actors) == sorted(splits[0].train_actors)


def test_nothing_need_be_kept_out():
    split = draw_split(ACTORS, ACTIONS, 0, 0, seed=0)
    assert (split.train_actors, split.unseen_actors) == (ACTORS, ())
    assert draw_split(ACTORS, ACTIONS, 0, ("n", "o"), seed=0).test_actions == ("n", "o")


def test_a_dataset_is_split_once(truth_dataset, tmp_path):
    shutil.copy(truth_dataset.root / "index.json", tmp_path)
    dataset = Dataset(tmp_path)
    with pytest.raises(HuemanError, match="Keeping 2 of the actors mustard, plaid"):
        split_dataset(dataset, 2, 1, 0)
    with pytest.raises(HuemanError, match="test_actions is -1"):
        split_dataset(dataset, 0, -1, 0)
    split_dataset(dataset, 1, 1, 0)
    split = read_split(tmp_path)
    assert split is not None
    assert (len(split.unseen_actors), len(split.test_actions)) == (1, 1)
    with pytest.raises(HuemanError, match="delete it to draw another"):
        split_dataset(dataset, 1, 1, 0)
