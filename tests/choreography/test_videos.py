"""A dataset as videos; its clips need not be rendered ones to be written."""

from dataclasses import replace

import numpy as np
import pytest

from hueman.choreography.truth import ClipTruth, write_truth
from hueman.choreography.videos import write_clip_videos, write_videos
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset, write_index
from hueman.clips.video import Video
from hueman.preparation.building import store_clip


def truth_with(frames: np.ndarray, recolors: int) -> ClipTruth:
    """A truth whose recolourings are the frames, each with one more level of brightness."""
    length, height, width = frames.shape[:3]
    return ClipTruth(
        skin=np.zeros((length, height, width), np.uint8),
        hair=np.zeros((length, height, width), np.uint8),
        joint_depth=np.ones((length, 18), np.float32),
        part_order=np.tile(np.arange(1, 11, dtype=np.uint8), (length, 1)),
        upper_lab=np.arange(3 * recolors + 3, dtype=np.float32).reshape(-1, 3),
        lower_lab=-np.arange(3 * recolors + 3, dtype=np.float32).reshape(-1, 3),
        recolored=np.stack([frames // 2 + 60 * k for k in range(recolors)])
        if recolors
        else np.zeros((0, *frames.shape), np.uint8),
    )


@pytest.fixture
def clip(truth_dataset):
    return truth_dataset.read(truth_dataset.entry("plaid", "salute"), slice(0, 3))


@pytest.fixture
def dataset(tmp_path, clip) -> Dataset:
    root = tmp_path / "dataset"
    sha256 = write_truth(root / "salute.truth.h5", truth_with(clip.frames, 2))
    entry = store_clip(root, clip, "print")
    write_index(root, [replace(entry, truth="salute.truth.h5", truth_sha256=sha256)])
    return Dataset(root)


def test_truth_file_is_like_the_bundled_ones(tmp_path, clip, clips_folder):
    truth = truth_with(clip.frames, 1)
    write_clip_videos(tmp_path, clip, truth)
    written = dict(np.load(tmp_path / "salute.truth.npz"))
    bundled = dict(np.load(clips_folder / "plaid" / "salute.truth.npz"))
    assert set(written) == {*bundled, "upper_lab", "lower_lab"}
    for name, array in bundled.items():
        assert written[name].dtype == array.dtype
        assert written[name].ndim == array.ndim
    np.testing.assert_array_equal(written["pose"], clip.pose[..., :2])
    np.testing.assert_array_equal(written["parts"], clip.parts)
    np.testing.assert_array_equal(written["upper"], clip.upper > 127)
    np.testing.assert_array_equal(written["lower_lab"], truth.lower_lab)


def test_videos_show_the_frames(tmp_path, clip):
    truth = truth_with(clip.frames, 2)
    write_clip_videos(tmp_path / "plaid", clip, truth)
    for name, frames in zip(
        ("salute.mp4", "salute.recolored.mp4", "salute.recolored_2.mp4"),
        (clip.frames, *truth.recolored),
        strict=True,
    ):
        shown = Video(tmp_path / "plaid" / name).read()
        assert np.abs(shown.astype(float) - frames).mean() < 3
    clips = find_clips([tmp_path], exclude=["*.recolored*"])
    assert [(clip.actor, clip.action) for clip in clips] == [("plaid", "salute")]


def test_recolourings_of_earlier_times_vanish(tmp_path, clip):
    write_clip_videos(tmp_path, clip, truth_with(clip.frames, 2))
    write_clip_videos(tmp_path, clip, truth_with(clip.frames, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "salute.mp4",
        "salute.recolored.mp4",
        "salute.truth.npz",
    ]


@pytest.mark.parametrize("name", ["salute.mp4", "salute.truth.npz", "salute.recolored_2.mp4"])
def test_only_missing_videos_are_written(tmp_path, dataset, name):
    videos = tmp_path / "videos"
    assert write_videos(dataset, dataset.entries, videos, jobs=1) == []
    before = {path: path.stat().st_mtime_ns for path in videos.rglob("*")}
    assert write_videos(dataset, dataset.entries, videos, jobs=1) == []
    assert {path: path.stat().st_mtime_ns for path in videos.rglob("*")} == before
    content = (videos / "plaid" / name).read_bytes()
    (videos / "plaid" / name).unlink()
    assert write_videos(dataset, dataset.entries, videos, jobs=1) == []
    assert (videos / "plaid" / name).read_bytes() == content


def test_videos_of_another_rendering_are_written_again(tmp_path, dataset, clip):
    videos = tmp_path / "videos"
    write_videos(dataset, dataset.entries, videos, jobs=1)
    before = (videos / "plaid" / "salute.mp4").read_bytes()
    entry = store_clip(dataset.root, replace(clip, frames=255 - clip.frames), "other")
    former = dataset.entries[0]
    entry = replace(entry, truth=former.truth, truth_sha256=former.truth_sha256)
    write_videos(dataset, [entry], videos, jobs=1)
    assert (videos / "plaid" / "salute.mp4").read_bytes() != before


def test_a_clip_without_truth_is_refused(tmp_path, dataset):
    entry = replace(dataset.entries[0], truth="", truth_sha256="")
    refused = write_videos(dataset, [entry], tmp_path / "videos", jobs=1)
    assert [clip.source.action for clip in refused] == ["salute"]
    assert "was not rendered" in refused[0].reason


def test_a_folder_that_cannot_be_written_is_named(tmp_path, dataset):
    (tmp_path / "videos").write_text("a file")
    refused = write_videos(dataset, dataset.entries, tmp_path / "videos", jobs=1)
    assert "videos/plaid/salute.mp4 cannot be written" in refused[0].reason


@pytest.mark.parametrize("record", ["", "[1]", '{"plaid/salute": {}}'])
def test_a_damaged_record_costs_only_time(tmp_path, dataset, record):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "videos.json").write_text(record)
    assert write_videos(dataset, dataset.entries, tmp_path / "videos", jobs=1) == []
    assert (tmp_path / "videos" / "plaid" / "salute.mp4").exists()
