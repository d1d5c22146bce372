import shutil
import uuid

import numpy as np
import pytest

from hueman.clips.remote import RemoteClip
from hueman.clips.sources import find_clips
from hueman.clips.split import read_split, split_dataset
from hueman.clips.store import Dataset
from hueman.errors import HuemanError
from hueman.preparation.prepare import prepare
from hueman.storage.names import below
from hueman.storage.remote import RemoteFolder, fetched, place_of, written_to


@pytest.fixture
def address(monkeypatch, tmp_path):
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    return f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def remote(address, truth_dataset):
    """A dataset in memory, as it lies on disk."""
    folder = RemoteFolder(f"{address}/dataset")
    with written_to(folder) as local:
        shutil.copytree(truth_dataset.root, local, dirs_exist_ok=True)
    return folder


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a//x", "a\\x", "c:x", "", "a/.."])
def test_names_cannot_lead_out_of_their_folder(tmp_path, name):
    with pytest.raises(HuemanError, match="could lead out"):
        below(tmp_path, name)
    assert below(tmp_path, "a/b c.h5") == tmp_path / "a" / "b c.h5"


def test_local_places_stay_paths(tmp_path):
    assert place_of(tmp_path) == place_of(str(tmp_path)) == place_of(f"file://{tmp_path}")
    assert place_of("s3://b/data/") == RemoteFolder("s3://b/data")
    with written_to(tmp_path) as folder:
        assert folder == tmp_path


def test_a_remote_dataset_reads_as_the_local_one(remote, truth_dataset):
    dataset = Dataset(remote.url)
    assert dataset.entries == truth_dataset.entries
    assert not list(dataset.root.rglob("*.h5"))  # nothing is fetched before it is read
    entry = dataset.entries[0]
    expected = truth_dataset.read(truth_dataset.entries[0])
    np.testing.assert_array_equal(dataset.read(entry).frames, expected.frames)
    assert len(list(dataset.root.rglob("*.h5"))) == 1


def test_a_damaged_copy_is_fetched_again_and_a_wrong_file_refused(remote):
    entry = Dataset(remote.url).entries[0]
    path = Dataset(remote.url).file(entry.file, entry.sha256)
    path.write_bytes(b"damaged")
    assert len(Dataset(remote.url).read(entry)) == entry.length
    with pytest.raises(HuemanError, match="another sha256"):
        Dataset(remote.url).file(entry.file, "0" * 64)


def test_an_index_cannot_name_files_elsewhere(remote):
    dataset = Dataset(remote.url)
    with pytest.raises(HuemanError, match="could lead out"):
        dataset.file("../../../secret", "0" * 64)


def test_a_split_is_written_to_the_address(remote):
    split_dataset(Dataset(remote.url), 0, 1, 7)
    again = Dataset(remote.url)
    split = read_split(again.root)
    assert split is not None
    assert len(split.test_actions) == 1
    with pytest.raises(HuemanError, match=r"split.json is there"):
        split_dataset(again, 0, 1, 8)


def test_clips_at_an_address_are_found_by_their_place(address):
    folder = RemoteFolder(f"{address}/videos")
    with written_to(folder) as local:
        for name in ("ann/wave.mp4", "ann/.hidden.mp4", "bob/run/1.png", "bob/run/2.png", "x.txt"):
            (local / name).parent.mkdir(parents=True, exist_ok=True)
            (local / name).write_bytes(name.encode())
    wave, run = find_clips([folder.url])
    assert [(clip.actor, clip.action) for clip in (wave, run)] == [("ann", "wave"), ("bob", "run")]
    assert isinstance(run, RemoteClip)
    with fetched(run.files) as copy:
        assert [file.read_bytes() for file in sorted((copy / "bob/run").iterdir())] == [
            b"bob/run/1.png",
            b"bob/run/2.png",
        ]
    assert not copy.exists()
    [single] = find_clips([f"{folder.url}/ann/wave.mp4"])
    assert (single.actor, single.action) == ("ann", "wave")
    assert [clip.actor for clip in find_clips([folder.url], exclude=["wave.mp4"])] == ["bob"]


def test_what_is_not_there_is_told(address):
    with pytest.raises(HuemanError, match="holds no files"):
        find_clips([f"{address}/nothing"])
    with pytest.raises(HuemanError, match="holds no prepared clips"):
        Dataset(f"{address}/nothing")
    gone = tuple(find_clips_after_removal(address))
    with pytest.raises(HuemanError, match="no such place"), fetched(gone):
        pass
    with pytest.raises(HuemanError, match="nosuch"):
        Dataset("nosuch://bucket/data")


def find_clips_after_removal(address):
    folder = RemoteFolder(f"{address}/gone")
    with written_to(folder) as local:
        (local / "a.mp4").write_bytes(b"x")
    files = folder.files()
    system, path = folder._open()
    system.rm(path, recursive=True)
    return files


def test_memory_of_one_process_is_refused_for_preparing(clips_folder, address):
    with pytest.raises(HuemanError, match="seen by one process only"):
        prepare(find_clips([clips_folder / "plaid" / "march.mp4"]), f"{address}/out")
