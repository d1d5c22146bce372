"""The command line: exit statuses, clear errors, and each command once for real."""

import hashlib
import subprocess
import sys

import pytest

from hueman import cli
from hueman.clips.encoding import write_video
from hueman.clips.split import read_split
from hueman.clips.store import Dataset
from hueman.clips.video import Video
from hueman.weights.catalogue import WEIGHTS, WeightEntry


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["hueman", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    return exit_.value.code


@pytest.fixture(scope="module")
def short_clip(clips_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("short") / "plaid" / "salute.mp4"
    write_video(path, Video(clips_folder / "plaid" / "salute.mp4").read()[::12], 2)
    return path


def test_module_entry_point_shows_all_commands():
    help_ = subprocess.run(
        [sys.executable, "-m", "hueman", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in cli.COMMANDS:
        assert command in help_


def test_user_errors_are_one_line_and_status_one(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "train", tmp_path, "--out", tmp_path / "run") == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "hueman prepare" in error
    assert "Traceback" not in error


def test_interruption_says_how_to_go_on(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "weights", interrupted)
    assert run(monkeypatch, "weights") == 130
    assert "again to go on" in capsys.readouterr().err


def test_prepare_refuses_broken_clips_and_keeps_the_others(
    monkeypatch, capsys, tmp_path, short_clip
):
    (tmp_path / "plaid").mkdir()
    (tmp_path / "plaid" / "broken.mp4").write_bytes(b"no video")
    out = tmp_path / "dataset"
    size = ("--height", 96, "--width", 64)
    status = run(monkeypatch, "prepare", short_clip, tmp_path / "plaid", "--out", out, *size)
    printed = capsys.readouterr().out
    assert status == 1
    assert "1 clips prepared" in printed
    assert "plaid/broken" in printed
    assert (out / "clips" / "plaid" / "salute.png").exists()
    assert run(monkeypatch, "prepare", short_clip, "--out", out, *size) == 0
    assert "already prepared" in capsys.readouterr().out


def test_render_makes_a_dataset_with_videos_and_split(monkeypatch, capsys, tmp_path):
    out, videos = tmp_path / "dataset", tmp_path / "videos"
    options = ("--preset", "tiny", "--actions", "march,bow", "--frames", 2, "--videos", videos)
    assert run(monkeypatch, "render", "-o", out, *options) == 0
    printed = capsys.readouterr().out
    assert f"4 clips rendered in {out}" in printed
    assert f"{videos}" in printed
    assert {entry.length for entry in Dataset(out).entries} == {2}
    split = read_split(out)
    assert split is not None
    assert len(split.unseen_actors) == len(split.test_actions) == 1
    assert Video(videos / "plaid" / "bow.mp4").read().shape == (2, 96, 64, 3)
    assert run(monkeypatch, "render", "-o", out, "--actors", "nobody") == 1
    assert "choose from plaid, mustard" in capsys.readouterr().err


def test_recolor_and_poses(monkeypatch, capsys, tmp_path, short_clip):
    out = tmp_path / "out.mp4"
    assert run(monkeypatch, "recolor", short_clip, "--upper", "teal", "-o", out) == 0
    assert Video(out).read().shape == (4, 384, 256, 3)
    assert run(monkeypatch, "recolor", short_clip, "-o", out) == 1
    assert run(monkeypatch, "poses", short_clip, "-o", tmp_path / "poses") == 0
    assert "4 poses" in capsys.readouterr().out
    assert len(list((tmp_path / "poses").glob("*.json"))) == 4


def test_weights_list_names_every_entry(monkeypatch, capsys):
    assert run(monkeypatch, "weights", "list") == 0
    assert "blazepose" in capsys.readouterr().out
    assert run(monkeypatch, "weights", "path") == 1
    assert run(monkeypatch, "weights", "path", "hed") == 0
    assert "hed" in capsys.readouterr().out


def test_weights_pull_without_names_fetches_all_that_can_be_had(monkeypatch, capsys, tmp_path):
    source = tmp_path / "tiny.bin"
    source.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HUEMAN_WEIGHTS", raising=False)
    for name in list(WEIGHTS):
        monkeypatch.delitem(WEIGHTS, name)
    for name in ("first", "gone", "last"):
        url = f"file://{tmp_path}/none.bin" if name == "gone" else source.as_uri()
        entry = WeightEntry(f"{name}.bin", "a test", "CC0", 7, digest, urls=(url,))
        monkeypatch.setitem(WEIGHTS, name, entry)
    assert run(monkeypatch, "weights", "pull") == 1
    printed = capsys.readouterr()
    cached = tmp_path / "cache" / "weights"
    assert printed.out.split() == [str(cached / "first.bin"), str(cached / "last.bin")]
    assert "\nerror: The weights gone could not be fetched" in printed.err
    monkeypatch.delitem(WEIGHTS, "gone")
    assert run(monkeypatch, "weights", "pull") == 0
