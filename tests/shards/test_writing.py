"""Datasets as shards: what is written is what was there, for us and for WebDataset; refusals."""

import shutil

import numpy as np
import pytest
from shard_tools import read_all
from webdataset.compat import WebDataset

from hueman.clips.split import DatasetSplit, write_split
from hueman.clips.store import ARRAYS, ClipEntry, Dataset
from hueman.errors import HuemanError
from hueman.shards.store import Shards
from hueman.shards.writing import cut, shard_dataset


def entry(length: int) -> ClipEntry:
    return ClipEntry("ann", "wave", "x.h5", "", length, 96, 64, 25.0, "")


def test_everything_comes_back(truth_dataset, shards_folder):
    shards = Shards(str(shards_folder))
    assert len(shards.shards) > 2
    assert len(shards.entries) == 12  # each clip of eight frames is cut in two
    found = read_all(shards)
    for clip in truth_dataset.entries:
        whole = truth_dataset.read(clip)
        runs = [each for each in shards.entries if each.actor == clip.actor]
        runs = sorted(
            (each for each in runs if each.action == clip.action), key=lambda each: each.start
        )
        assert sum(run.own for run in runs) == len(whole)
        for run in runs:
            assert found[run.key].fps == whole.fps
            for name in ARRAYS:
                expected = getattr(whole, name)[run.start : run.start + run.length]
                np.testing.assert_array_equal(getattr(found[run.key], name), expected)


def test_webdataset_reads_them_too(shards_folder):
    shards = Shards(str(shards_folder))
    urls = [f"{shards_folder}/{shard.file}" for shard in shards.shards]
    plain = WebDataset(urls, shardshuffle=False, empty_check=False).decode()
    rows = {row["__key__"]: row for row in plain}  # type: ignore[attr-defined]
    assert sorted(rows) == sorted(each.key for each in shards.entries)
    for sample in shards.entries:
        assert rows[sample.key]["json"]["actor"] == sample.actor
        assert rows[sample.key]["npz"]["frames"].shape == (sample.length, 96, 64, 3)


@pytest.mark.parametrize("length", [1, 2, 5, 6, 9, 10, 100])
def test_long_clips_are_cut_without_losing_a_pair(length):
    runs = cut(entry(length), 5)
    frames = [run.start + n for run in runs for n in range(run.own)]
    assert frames == list(range(length))
    pairs = [run.start + n for run in runs for n in range(run.length - 1)]
    assert pairs == list(range(length - 1))
    assert all(run.length <= 5 for run in runs)


def test_the_same_arguments_write_the_same_bytes(truth_dataset, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        shard_dataset(truth_dataset, f"{tmp_path / name}/%03d.tar", megabytes=0.2, seed=seed)
    first, again, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "abc"
    )
    assert first == again != other
    assert set(first) == {"shards.json", "000.tar", "001.tar"}


def test_what_is_held_out_has_shards_of_its_own(truth_dataset, tmp_path):
    root = shutil.copytree(truth_dataset.root, tmp_path / "dataset")
    split = DatasetSplit(("plaid",), ("mustard",), ("march", "salute"), ("wave_right",))
    write_split(root, split)
    shard_dataset(Dataset(root), f"{tmp_path}/out/shards-%d.tar")
    shards = Shards(str(tmp_path / "out"))
    assert shards.split == split
    first, second = ({(s.actor, s.action) for s in shard.samples} for shard in shards.shards)
    assert first == {("plaid", "march"), ("plaid", "salute")}
    assert len(second) == 4


def test_what_is_wrong_is_refused(truth_dataset, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    good = f"{tmp_path}/new/shards-%06d.tar"
    for out, settings, message in (
        (f"{tmp_path}/new/shards.tar", {}, r"is '.*shards\.tar'; give a pattern with one number"),
        (f"{tmp_path}/new/%d-%d.tar", {}, "one number"),
        (f"{tmp_path}/new/%s.tar", {}, "one number"),
        (f"{tmp_path}/new/a b%d.tar", {}, "letters, digits"),
        ("s3://bucket/shards-%06d.tar", {}, "write to a folder here"),
        (f"{tmp_path}/full/shards-%06d.tar", {}, "is there already; name a new folder"),
        (good, {"frames": 1}, "frames is 1; a sample needs at least 2"),
        (good, {"megabytes": 0}, "megabytes is 0; choose more than 0"),
        (good, {"megabytes": float("nan")}, "megabytes is nan"),
    ):
        with pytest.raises(HuemanError, match=message):
            shard_dataset(truth_dataset, out, **settings)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_stopped_writing_leaves_nothing(truth_dataset, tmp_path):
    root = shutil.copytree(truth_dataset.root, tmp_path / "dataset")
    (root / truth_dataset.entries[-1].file).write_bytes(b"damaged")
    with pytest.raises(HuemanError, match=r"is damaged \(its sha256"):
        shard_dataset(Dataset(root), f"{tmp_path}/out/shards-%06d.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]
