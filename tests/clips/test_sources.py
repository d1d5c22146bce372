from pathlib import Path

import pytest

from hueman.clips.sources import ClipSource, find_clips
from hueman.errors import HuemanError


@pytest.fixture
def tree(tmp_path) -> Path:
    """Files as users have them; only their names matter here."""
    for name in (
        "ann/wave.mp4",
        "ann/wave.truth.npz",
        "ann/wave.recolored.mp4",
        "ann/.wave.mp4",
        "bob/jump/2.png",
        "bob/jump/10.png",
        "bob/sit down.MOV",
        "bob/cover.png",
        ".cache/old/wave.mp4",
        "README.md",
    ):
        path = tmp_path / "cast" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "cast"


def names(clips):
    return [(clip.actor, clip.action) for clip in clips]


def test_folder_of_actors(tree):
    clips = find_clips([tree], exclude=["*.recolored.mp4"])
    assert names(clips) == [("ann", "wave"), ("bob", "jump"), ("bob", "sit_down")]
    assert clips[1] == ClipSource("bob", "jump", tree / "bob/jump")


def test_nothing_is_excluded_unasked(tree):
    assert ("ann", "wave.recolored") in names(find_clips([tree]))


def test_exclude_an_actor_and_a_folder_of_pictures(tree):
    assert names(find_clips([tree], exclude=["ann/*", "jump"])) == [("bob", "sit_down")]


def test_single_files_and_folders_are_named_by_their_place(tree, monkeypatch):
    assert names(find_clips([tree / "ann/wave.mp4"])) == [("ann", "wave")]
    assert names(find_clips([tree / "bob/jump"])) == [("bob", "jump")]
    monkeypatch.chdir(tree / "ann")
    assert names(find_clips(["wave.mp4"])) == [("ann", "wave")]
    assert names(find_clips(["."], exclude=["*.recolored.mp4"])) == [("ann", "wave")]


def test_bundled_clips(clips_folder):
    clips = find_clips([clips_folder], exclude=["*.recolored.mp4"])
    assert len(clips) == 24
    assert {clip.actor for clip in clips} == {"plaid", "mustard", "stripes", "checker"}


def test_a_clip_named_twice_is_refused(tree):
    with pytest.raises(HuemanError, match="both clip ann/wave"):
        find_clips([tree, tree / "ann/wave.mp4"])


def test_names_that_differ_only_by_case_are_refused(tree):
    (tree / "ann/Wave.webm").touch()
    with pytest.raises(HuemanError, match="rename or exclude"):
        find_clips([tree])


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.mp4", "does not exist"), ("README.md", "not a video"), (".cache", "old/|No clips")],
)
def test_wrong_sources_are_named(tree, name, message):
    (tree / ".cache/old/wave.mp4").unlink()
    with pytest.raises(HuemanError, match=message):
        find_clips([tree / name])


def test_no_sources():
    with pytest.raises(HuemanError, match="No clips"):
        find_clips([])


def test_name_without_a_usable_character(tree):
    (tree / "ann/!!.mp4").touch()
    with pytest.raises(HuemanError, match="no name"):
        find_clips([tree / "ann/!!.mp4"])


def test_manifest(tree):
    manifest = tree / "clips.csv"
    manifest.write_text(
        f"path,actor,action\nann/wave.mp4,Anna,wave\n{tree}/bob/jump,Böb,jump\n", "utf-8-sig"
    )
    clips = find_clips([], manifest)
    assert names(clips) == [("Anna", "wave"), ("Böb", "jump")]
    assert all(Path(clip.path).exists() for clip in clips)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,actor\nann/wave.mp4,ann\n", "columns"),
        ("path,actor,action,start\nann/wave.mp4,ann,wave,3\n", "start"),
        ("path,actor,action\nann/wave.mp4,ann\n", "line 2"),
        ("path,actor,action\nann/wave.mp4,ann,wave,extra\n", "line 2"),
        ("path,actor,action\nann/none.mp4,ann,wave\n", "line 2.*does not exist"),
        ("path,actor,action\nann/wave.mp4,../ann,wave\n", "cannot name a file"),
        ("path,actor,action\nann/wave.mp4,ann,a/b\n", "cannot name a file"),
        ("", "columns"),
    ],
)
def test_wrong_manifests_are_explained(tree, text, message):
    (tree / "clips.csv").write_text(text, "utf-8")
    with pytest.raises(HuemanError, match=message):
        find_clips([], tree / "clips.csv")


def test_missing_manifest(tree):
    with pytest.raises(HuemanError, match="cannot be read"):
        find_clips([], tree / "none.csv")
