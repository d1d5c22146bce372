import json
from dataclasses import replace

import pytest

from hueman.clips.split import DatasetSplit, read_split, write_split
from hueman.errors import HuemanError

SPLIT = DatasetSplit(("ann", "bob"), ("cyd",), ("wave", "jump"), ("bow",))


@pytest.mark.parametrize(
    ("clip", "role"),
    [
        (("ann", "wave"), "train"),
        (("bob", "bow"), "test"),
        (("cyd", "wave"), None),
        (("cyd", "bow"), None),
        (("dan", "wave"), None),
        (("ann", "kick"), None),
    ],
)
def test_roles(clip, role):
    assert SPLIT.role(*clip) == role


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
