"""hueman prepare, killed by kill -9 and run again, ends like a run that was left alone."""

import sys
from pathlib import Path

import pytest

from faults.commands import run_command
from faults.runs import Runs
from hueman.checking import check
from hueman.clips.encoding import write_video
from hueman.clips.video import Video

SETTINGS = ["--height", "96", "--width", "64", "--jobs", "1"]


@pytest.mark.skipif(sys.platform != "linux", reason="forks a program with threads")
def test_killed_preparations_end_like_an_undisturbed_one(clips_folder, tmp_path):
    for action in ("jack", "march"):
        frames = Video(clips_folder / "plaid" / f"{action}.mp4").read()[:2]
        write_video(tmp_path / "clips" / "plaid" / f"{action}.mp4", frames, fps=25)
    runs = Runs(tmp_path / "words.txt", ["hueman.preparation.prepare", "hueman.cli"])
    whole, out = (
        ["prepare", str(tmp_path / "clips"), "--out", str(tmp_path / name), *SETTINGS]
        for name in ("whole", "out")
    )
    folder = tmp_path / "out"
    runs.finish(runs.start(run_command, whole))
    # Killed when the first clip is being written, and when the index is there.
    for sign in (folder / "clips" / "plaid", folder / "index.json"):
        assert runs.kill_when(runs.start(run_command, out), sign.exists)
        if (folder / "index.json").exists():
            assert not check(folder).damaged
    runs.finish(runs.start(run_command, out))
    assert contents(folder) == contents(tmp_path / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
