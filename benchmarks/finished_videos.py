"""Colours and steadiness of finished videos of everybody bundled.

python benchmarks/finished_videos.py [--model MODEL] [--clips FOLDER] [--out FOLDER] [--no-steady]

Every person of a folder of clips (FOLDER/PERSON/ACTION.mp4) is shown from one clip, doing each of
some actions as the next person's clip shows it, in pairs of colours. Prints for each person how
far, in CIEDE2000, garments are from the nearest colour that they can have, as every command does.

Everybody also does the same actions as their own clips show them: then it is known where the person
has to stand still. These videos are written and read again, as a user gets them. Prints how much
their pixels change there from frame to frame, in levels of 8
bits, beside the change in the driving clip itself, at the same size.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from hueman.clips.crop import centre_box, crop_frame
from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.evaluation.temporal import flicker
from hueman.generation.generator import HumanVideoGenerator
from hueman.perception.base import pose_estimator
from hueman.progress import track

CONTENT = "march"
"""The action of the clip that shows each person."""
ACTIONS = ("wave_right", "salute", "jack", "wave_both")
COLORS = (
    ("crimson", "navy"),
    ("white", "olive"),
    ("#1e8449", "#8e44ad"),
    ("lab(40, 10, -40)", "goldenrod"),
    ("black", "teal"),
)


def main() -> None:
    """Make all videos, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--clips", type=Path, default=Path("examples/clips"))
    parser.add_argument("--out", type=Path, help="where the videos are kept")
    parser.add_argument("--no-steady", dest="steady", action="store_false")
    options = parser.parse_args()
    people = sorted(each.name for each in options.clips.iterdir() if each.is_dir())
    generator = HumanVideoGenerator.from_pretrained(options.model, steady=options.steady)
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        rows = {
            person: judge(generator, options.clips, person, driver, out)
            for person, driver in track(
                list(zip(people, people[1:] + people[:1], strict=True)), "People", len(people)
            )
        }
    Console().print(table(rows))


def judge(
    generator: HumanVideoGenerator, clips: Path, person: str, driver: str, out: Path
) -> dict[str, list[float]]:
    """Return CIEDE2000 of garments, and flicker of own videos and of what drives them."""
    generator.set_content(clips / person / f"{CONTENT}.mp4")
    measured: dict[str, list[float]] = {"color": [], "flicker": [], "drive": []}
    for action in ACTIONS:
        drive = clips / driver / f"{action}.mp4"
        poses, fps = generator.poses(drive), Video(drive).info.fps
        for upper, lower in COLORS:
            file = out / person / f"{action}-{upper}-{lower}.mp4"
            write_video(file, generator.stream_poses(poses, upper, lower), fps)
            measured["color"] += [met.error for met in generator.met]
        shown, own = steadiness(generator, clips / person / f"{action}.mp4", out / person)
        measured["flicker"].append(shown)
        measured["drive"].append(own)
    return measured


def steadiness(generator: HumanVideoGenerator, drive: Path, out: Path) -> tuple[float, float]:
    """Return flicker on a person driven by an own clip, and in that clip."""
    video, file = Video(drive), out / f"own-{drive.stem}.mp4"
    write_video(file, generator.stream_poses(generator.poses(drive)), video.info.fps)
    frames = video.read()
    person = pose_estimator("blazepose")(frames).person[..., None].repeat(3, axis=-1)
    real = as_tensor(resized(frames, *generator.size))
    mask = torch.from_numpy(resized(person, *generator.size)[..., :1]).permute(0, 3, 1, 2)
    return flicker(as_tensor(Video(file).read()), real, mask), flicker(real, real, mask)


def resized(frames: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the middle of frames (T, H, W, 3) at another size."""
    box = centre_box(frames.shape[1], frames.shape[2], height, width)
    return np.stack([crop_frame(frame, box, height, width) for frame in frames])


def as_tensor(frames: np.ndarray) -> Tensor:
    """Return frames (T, H, W, 3) of 8 bits as (T, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 127.5 - 1


def table(rows: dict[str, dict[str, list[float]]]) -> Table:
    """Lay out means, and the worst colour, of each person."""
    result = Table(title=f"{len(ACTIONS)} actions in {len(COLORS)} pairs of colours")
    for column in ("person", "CIEDE2000", "worst", "flicker", "of the drive"):
        result.add_column(column)
    for person, measured in rows.items():
        color, shown, drive = (np.array(measured[key]) for key in ("color", "flicker", "drive"))
        numbers = (color.mean(), color.max(), shown.mean(), drive.mean())
        result.add_row(person, *(f"{number:.2f}" for number in numbers))
    return result


if __name__ == "__main__":
    main()
