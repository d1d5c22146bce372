"""hueman prepare, killed by kill -9 and run again, ends like a run that was left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hueman.checking import check
from hueman.clips.encoding import write_video
from hueman.clips.sources import find_clips
from hueman.clips.video import Video
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings

DEADLINE_SECONDS = 120


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_preparations_end_like_an_undisturbed_one(clips_folder, tmp_path):
    for action in ("jack", "march"):
        frames = Video(clips_folder / "plaid" / f"{action}.mp4").read()[:2]
        write_video(tmp_path / "clips" / "plaid" / f"{action}.mp4", frames, fps=25)
    whole, out = tmp_path / "whole", tmp_path / "out"
    settings = PrepareSettings(height=96, width=64)
    prepare(find_clips([tmp_path / "clips"]), whole, settings, jobs=1)
    # Killed when the first clip is being written, and when the index is there.
    for sign in (out / "clips" / "plaid", out / "index.json"):
        kill_when(sign, tmp_path / "clips", out)
        if (out / "index.json").exists():
            assert not check(out).damaged
    prepare(find_clips([tmp_path / "clips"]), out, settings, jobs=1)
    assert contents(out) == contents(whole)


def kill_when(sign: Path, clips: Path, out: Path) -> None:
    """Kill a run with all its processes when a path appears."""
    options = ["--height", "96", "--width", "64", "--jobs", "1"]
    command = [sys.executable, "-m", "hueman", "prepare", clips, "--out", out, *options]
    process = subprocess.Popen(
        list(map(str, command)), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not sign.exists():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
