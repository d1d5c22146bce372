"""Clips of two frames."""

from pathlib import Path

from hueman.clips.encoding import write_video
from hueman.clips.video import Video


def write_short_clip(clips: Path, action: str, folder: Path) -> None:
    """Write FOLDER/plaid/ACTION.mp4 with the first two frames of a bundled clip."""
    frames = Video(clips / "plaid" / f"{action}.mp4").read()[:2]
    write_video(folder / "plaid" / f"{action}.mp4", frames, fps=25)
