"""Clips of two frames, and workers that die."""

import os
import signal
from pathlib import Path

from hueman.clips.encoding import write_video
from hueman.clips.video import Video


def write_short_clip(clips: Path, action: str, folder: Path) -> None:
    """Write FOLDER/plaid/ACTION.mp4 with the first two frames of a bundled clip."""
    frames = Video(clips / "plaid" / f"{action}.mp4").read()[:2]
    write_video(folder / "plaid" / f"{action}.mp4", frames, fps=25)


def making(function, threads: int):
    """Return a function, as what workers of a cluster are started with does."""
    return function


class DiesOnce:
    """A function that kills its process at the first of all items."""

    def __init__(self, marker: Path, function, threads: int):
        self._marker, self._function = marker, function

    def __call__(self, item):
        if not self._marker.exists():
            self._marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self._function(item)
