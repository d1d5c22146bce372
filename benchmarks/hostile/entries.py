"""Ways in that several kinds of files have, and what all ways in share."""

import os
import sys
from pathlib import Path


def command(*words: str) -> None:
    """Run a command of the command line in this process."""
    from hueman.cli import main

    sys.argv = ["hueman", *words]
    main()


def materials() -> Path:
    """Return where the good files are."""
    return Path(os.environ["HUEMAN_HOSTILE_MATERIALS"])


def generate(*words: str) -> None:
    command("generate", str(materials() / "run"), *words, "--device", "cpu")


def video(file: Path, out: Path) -> None:
    from hueman.clips.video import Video

    for _ in Video(file):
        pass


def upload(file: Path, out: Path) -> None:
    from hueman.studio.limits import Limits
    from hueman.studio.uploads import open_upload

    for _ in open_upload(file, Limits()):
        pass


def driving(file: Path, out: Path) -> None:
    from hueman.generation.driving import driving_poses
    from hueman.generation.motion import arrange

    poses, fps = driving_poses(file)
    arrange(poses, fps)


def drive(file: Path, out: Path) -> None:
    content = materials() / "clip.h5"
    generate("--content", str(content), "--drive", str(file), "--out", str(out / "x.mp4"))


def check(file: Path, out: Path) -> None:
    """Tell of damage as `hueman check` does, which prints it as a report."""
    from hueman.checking import check as find_damage
    from hueman.errors import HuemanError

    if damaged := find_damage(file).damaged:
        raise HuemanError(damaged[0])
