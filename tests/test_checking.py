"""Damaged files are named, before anything is made of them, and left out if that is wished."""

import shutil

import pytest
import torch
from damage import one_bit_changed
from tiny_model import tiny_model_file

from hueman.box import boxed_model
from hueman.checking import check
from hueman.clips.store import Dataset, write_index
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.checkpoints import Checkpoints
from hueman.training.data import load_split
from hueman.training.model import load_model
from hueman.training.model_file import CHECKSUM, read_checked


@pytest.fixture
def damaged(truth_dataset, tmp_path):
    """Return a dataset of which one clip is damaged, and that clip's file."""
    dataset = Dataset(shutil.copytree(truth_dataset.root, tmp_path / "data"))
    file = dataset.root / dataset.entry("plaid", "march").file
    file.write_bytes(one_bit_changed(file))
    return dataset, file


def test_training_refuses_a_damaged_clip_by_its_name(damaged):
    dataset, file = damaged
    with pytest.raises(HuemanError, match=rf"{file} is damaged \(its sha256.*hueman check"):
        load_split(dataset, load_config("demo", []), show_progress=False)


def test_a_damaged_clip_is_named_and_left_out(damaged):
    dataset, file = damaged
    found = check(dataset.root)
    assert (found.sound, len(found.damaged), found.left_out) == (5, 1, False)
    assert str(file) in str(found)
    assert len(Dataset(dataset.root).entries) == 6
    assert "1 damaged and left out" in str(check(dataset.root, leave_out=True))
    assert len(Dataset(dataset.root).entries) == 5
    assert not check(dataset.root).damaged
    load_split(Dataset(dataset.root), load_config("demo", []), show_progress=False)


def test_a_missing_clip_is_named(damaged):
    dataset, file = damaged
    file.unlink()
    with pytest.raises(HuemanError, match=rf"{file} cannot be read \(No such file"):
        dataset.read(dataset.entry("plaid", "march"))
    assert len(check(dataset.root).damaged) == 1


def test_models_and_checkpoints_of_a_run(tmp_path):
    model = tiny_model_file(tmp_path)
    networks = {"stage": {"noise": torch.zeros(5000)}, "settings": {}, "processes": 1}
    state = {"step": 1, "best_step": None, **networks}
    checkpoint = Checkpoints(tmp_path / "stage_two").save(1, state, None)
    assert (check(tmp_path).sound, check(tmp_path).damaged) == (2, [])
    for file in (model, checkpoint):
        file.write_bytes(one_bit_changed(file))
    found = check(tmp_path)
    assert (found.sound, len(found.damaged)) == (0, 2)
    with pytest.raises(HuemanError, match=r"model\.safetensors is damaged \(its checksum is wrong"):
        load_model(tmp_path)


def test_what_has_no_checksums_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    for path in (tmp_path, tmp_path / "notes.txt", tmp_path / "nothing"):
        with pytest.raises(HuemanError, match="nothing to check"):
            check(path)
    with pytest.raises(HuemanError, match="is no dataset"):
        check(tmp_path, leave_out=True)
    write_index(tmp_path, [])
    with pytest.raises(HuemanError, match="no prepared clips"):
        check(tmp_path)


def test_the_model_in_the_box_has_a_checksum():
    _, metadata = read_checked(boxed_model())
    assert CHECKSUM in metadata
