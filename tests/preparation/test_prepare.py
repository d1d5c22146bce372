import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_tflite import give_weights, write_network

from hueman.clips.encoding import write_video
from hueman.clips.sources import ClipSource, find_clips
from hueman.clips.store import Dataset, read_clip, read_index
from hueman.clips.video import Video
from hueman.color.garment import find_garments
from hueman.errors import HuemanError
from hueman.perception.base import SeenClass
from hueman.perception.multiclass import MulticlassSegmenter
from hueman.preparation.building import ClipJob
from hueman.preparation.prepare import ClipPreparer, fingerprint, prepare
from hueman.preparation.settings import PrepareSettings

SETTINGS = PrepareSettings(height=192, width=128)


@pytest.fixture(scope="module")
def sources(clips_folder, tmp_path_factory):
    """Two clips of two frames, and one that is damaged."""
    root = tmp_path_factory.mktemp("sources")
    for action in ("jack", "march"):
        frames = Video(clips_folder / "plaid" / f"{action}.mp4").read()[:2]
        write_video(root / "plaid" / f"{action}.mp4", frames, fps=25)
    (root / "plaid" / "broken.mp4").write_bytes((root / "plaid" / "jack.mp4").read_bytes()[:4000])
    return root


@pytest.fixture(scope="module")
def prepared(sources, tmp_path_factory):
    out = tmp_path_factory.mktemp("dataset")
    return out, prepare(find_clips([sources]), out, SETTINGS, jobs=1)


@pytest.fixture
def copy(prepared, tmp_path):
    return shutil.copytree(prepared[0], tmp_path / "dataset")


def test_good_clips_are_prepared_beside_a_damaged_one(prepared):
    out, summary = prepared
    assert [(entry.actor, entry.action) for entry in Dataset(out).entries] == [
        ("plaid", "jack"),
        ("plaid", "march"),
    ]
    for entry in Dataset(out).entries:
        assert len(Dataset(out).read(entry)) == entry.length == 2
        assert (out / entry.file).with_suffix(".png").stat().st_size > 10_000
    assert [clip.source.action for clip in summary.refused] == ["broken"]
    text = str(summary)
    assert "2 clips prepared" in text
    assert "plaid/broken: " in text
    assert "damaged" in text


def test_running_again_does_nothing(prepared, sources):
    out, _ = prepared
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    summary = prepare(find_clips([sources], exclude=["broken.mp4"]), out, SETTINGS)
    assert not summary.made
    assert len(summary.reused) == 2
    assert str(summary) == f"All 2 clips were already prepared in {out}."
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_only_what_is_damaged_is_prepared_again(copy, sources):
    damaged = copy / Dataset(copy).entry("plaid", "march").file
    sound = copy / Dataset(copy).entry("plaid", "jack").file
    before = sound.stat().st_mtime_ns
    digest = Dataset(copy).entry("plaid", "march").sha256
    damaged.write_bytes(damaged.read_bytes()[:-100])
    summary = prepare(find_clips([sources], exclude=["broken.mp4"]), copy, SETTINGS, jobs=1)
    assert [entry.action for entry in summary.made] == ["march"]
    assert "1 already there" in str(summary)
    assert sound.stat().st_mtime_ns == before
    assert Dataset(copy).entry("plaid", "march").sha256 == digest  # and gives the same bytes


def test_another_size_beside_other_clips_is_refused(copy, sources):
    march = find_clips([sources / "plaid" / "march.mp4"])
    with pytest.raises(HuemanError, match=r"192 x 128.*would be 96 x 64"):
        prepare(march, copy, PrepareSettings(height=96, width=64))


def test_jobs_must_be_positive(sources, tmp_path):
    with pytest.raises(HuemanError, match="jobs is 0"):
        prepare(find_clips([sources]), tmp_path, SETTINGS, jobs=0)


def test_an_unreadable_clip_is_refused(tmp_path):
    summary = prepare([ClipSource("a", "b", tmp_path / "gone.mp4")], tmp_path / "out", SETTINGS)
    assert "gone.mp4 cannot be read" in str(summary)
    assert read_index(tmp_path / "out") == []


def test_garments_are_found_with_the_network_that_is_chosen(
    prepared, sources, tmp_path, monkeypatch
):
    """One that sees skin everywhere."""
    skin = 20.0 * np.eye(6)[SeenClass.BODY_SKIN]
    give_weights(monkeypatch, write_network(tmp_path / "tiny.tflite", np.zeros((6, 3)), skin))
    [clip] = find_clips([sources / "plaid" / "march.mp4"])
    settings = replace(SETTINGS, garments="multiclass")
    entry = ClipPreparer(tmp_path, settings)(ClipJob(clip, fingerprint(Path(clip.path), settings)))
    dataset = Dataset(prepared[0])
    before, found = dataset.read(dataset.entry("plaid", "march")), read_clip(tmp_path / entry.file)
    view = MulticlassSegmenter()(found.frames, found.person)
    upper, lower = find_garments(found.frames, found.pose, found.person, found.parts, view)
    np.testing.assert_array_equal(found.upper, upper)
    np.testing.assert_array_equal(found.lower, lower)
    np.testing.assert_array_equal(found.person, before.person)
    assert found.upper.sum() < before.upper.sum()
    assert entry.fingerprint != dataset.entry("plaid", "march").fingerprint


def test_weights_that_cannot_be_had_are_told_before_anything_is_prepared(
    sources, tmp_path, monkeypatch
):
    (tmp_path / "selfie_multiclass_256x256.tflite").write_bytes(b"broken off")
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    settings = replace(SETTINGS, garments="multiclass")
    with pytest.raises(HuemanError, match="is not the file for selfie-multiclass"):
        prepare(find_clips([sources]), tmp_path / "out", settings)
    assert read_index(tmp_path / "out") == []


def test_fingerprint_follows_content_and_settings_but_not_the_name(sources, tmp_path):
    jack, march = sources / "plaid" / "jack.mp4", sources / "plaid" / "march.mp4"
    copied = shutil.copy(jack, tmp_path / "other.mp4")
    assert fingerprint(copied, SETTINGS) == fingerprint(jack, SETTINGS)
    assert fingerprint(march, SETTINGS) != fingerprint(jack, SETTINGS)
    assert fingerprint(jack, replace(SETTINGS, smoothing=False)) != fingerprint(jack, SETTINGS)


def test_fingerprint_of_pictures_follows_their_order(tmp_path):
    (tmp_path / "1.png").write_bytes(b"first")
    (tmp_path / "2.png").write_bytes(b"second")
    before = fingerprint(tmp_path, SETTINGS)
    (tmp_path / "1.png").rename(tmp_path / "3.png")
    assert fingerprint(tmp_path, SETTINGS) != before
