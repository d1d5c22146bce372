import shutil
from dataclasses import fields, replace

import numpy as np
import pytest

from hueman.choreography.truth import (
    ClipTruth,
    RenderedClip,
    read_entry_truth,
    read_truth,
    write_truth,
)
from hueman.clips.store import Dataset
from hueman.errors import HuemanError


def make_truth(length: int, height: int, width: int, recolors: int) -> ClipTruth:
    """Numbers without meaning, of the right shapes."""
    rng = np.random.default_rng(0)
    frames = (length, height, width)
    return ClipTruth(
        skin=rng.integers(0, 256, frames, np.uint8),
        hair=rng.integers(0, 256, frames, np.uint8),
        joint_depth=rng.uniform(3, 5, (length, 18)).astype(np.float32),
        part_order=rng.permuted(np.tile(np.arange(1, 11, dtype=np.uint8), (length, 1)), axis=1),
        upper_lab=rng.uniform(0, 60, (recolors + 1, 3)).astype(np.float32),
        lower_lab=rng.uniform(0, 60, (recolors + 1, 3)).astype(np.float32),
        recolored=rng.integers(0, 256, (recolors, *frames, 3), np.uint8),
    )


@pytest.mark.parametrize("recolors", [0, 2])
def test_what_is_written_is_read(tmp_path, recolors):
    truth = make_truth(3, 8, 6, recolors)
    digest = write_truth(tmp_path / "a.truth.h5", truth)
    read = read_truth(tmp_path / "a.truth.h5")
    for field in fields(ClipTruth):
        written = getattr(truth, field.name)
        assert getattr(read, field.name).dtype == written.dtype
        np.testing.assert_array_equal(getattr(read, field.name), written)
    assert write_truth(tmp_path / "b.truth.h5", read) == digest


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("skin", lambda array: array[:, :-1]),
        ("hair", lambda array: array.astype(bool)),
        ("joint_depth", lambda array: array.astype(np.float64)),
        ("part_order", lambda array: array[:, :9]),
        ("part_order", lambda array: np.ones_like(array)),
        ("part_order", lambda array: array - 1),
        ("upper_lab", lambda array: array[1:]),
        ("lower_lab", lambda array: array[:, :2]),
        ("recolored", lambda array: array[:, 1:]),
        ("recolored", lambda array: array[..., :1]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name, change):
    truth = make_truth(3, 8, 6, 1)
    with pytest.raises(ValueError, match="must"):
        replace(truth, **{name: change(getattr(truth, name))})


def test_a_damaged_file_and_another_kind_of_file_are_refused(tmp_path, truth_dataset):
    path = tmp_path / "a.truth.h5"
    write_truth(path, make_truth(3, 8, 6, 0))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(HuemanError, match=r"a\.truth\.h5 cannot be read.*render"):
        read_truth(path)
    clip_file = truth_dataset.root / truth_dataset.entries[0].file
    with pytest.raises(HuemanError, match="cannot be read as a rendered clip's truth"):
        read_truth(clip_file)


def test_truth_belongs_to_a_clip_of_its_size(truth_dataset):
    clip = truth_dataset.read(truth_dataset.entries[0])
    assert RenderedClip(clip, make_truth(len(clip), 96, 64, 0)).clip is clip
    with pytest.raises(ValueError, match=r"8, 96, 64.*7, 96, 64"):
        RenderedClip(clip, make_truth(7, 96, 64, 0))


def test_the_truth_of_an_entry(tmp_path, truth_dataset):
    entry = truth_dataset.entries[0]
    with pytest.raises(HuemanError, match=r"mustard/march .*was not rendered"):
        read_entry_truth(truth_dataset, entry)
    truth = make_truth(2, 8, 6, 0)
    dataset = Dataset(shutil.copytree(truth_dataset.root, tmp_path / "dataset"))
    sha256 = write_truth(dataset.root / "a.truth.h5", truth)
    named = replace(entry, truth="a.truth.h5", truth_sha256=sha256)
    np.testing.assert_array_equal(read_entry_truth(dataset, named).skin, truth.skin)
    with pytest.raises(HuemanError, match="is damaged"):
        read_entry_truth(dataset, replace(named, truth_sha256=entry.sha256))
