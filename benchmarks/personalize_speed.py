"""How much sooner a model of one's own is good when it begins with the one in the box.

python benchmarks/personalize_speed.py CLIP --out FOLDER [--minutes 1 2 4] [--updates 1200]

The first half of a clip is trained on, the second is made from the first frame of the first, and
from eight of its frames. Once by `hueman personalize` with so many minutes; once from nothing,
with the same networks and `--updates` of stage II, judged at eight checkpoints on the way. Prints
minutes of training, MS-SSIM and LPIPS (background black) of both. Run it again to go on.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checkpoint_quality import load_generator
from content_frames import by_model
from hueman.appearance.choosing import content_frames
from hueman.box import boxed_model
from hueman.clips.encoding import write_video
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.clips.video import Video
from hueman.config import TrainingConfig, config_to_dict, override_config
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.similarity import measure_similarity
from hueman.generation.content import working_size
from hueman.generation.predictor import Predictor
from hueman.memory import keep_freed_memory
from hueman.personalize import SETTINGS, personalize
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.checkpoints import Checkpoints, read_checkpoint
from hueman.training.frames import Frames
from hueman.training.model import VideoModel, load_model
from hueman.training.run import train

CHECKPOINTS = 8
COUNTS = (1, 8)
"""Content frames."""


def main() -> None:
    """Train both ways, judge, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, nargs="*", default=[1, 2, 4])
    parser.add_argument("--updates", type=int, default=1200)
    options = parser.parse_args()
    keep_freed_memory()
    config = load_model(boxed_model())[0].config
    whole = whole_clip(options.clip, options.out / "whole", config)
    half = half_clip(options.clip, options.out / "first-half")
    rows = [("the model in the box", 0.0, judge(Predictor.from_file(boxed_model(), "cpu"), whole))]
    for minutes in options.minutes:
        made = personalize([half], options.out / f"{minutes:g}-minutes", None, minutes, "person")
        row = f"personalize --minutes {minutes:g}", seconds_of(made.model.parent)
        rows.append((*row, judge(Predictor.from_file(made.model, "cpu"), whole)))
    rows += from_nothing(options.out, config, options.updates, whole)
    Console().print(table(rows))


def whole_clip(clip: Path, out: Path, config: TrainingConfig) -> Frames:
    """Prepare the whole clip, and return its frames at the model's size."""
    height, width = working_size((config.height, config.width))
    prepare(find_clips([clip]), out, PrepareSettings(height=height, width=width, crop="person"))
    dataset = Dataset(out)
    return Frames.of(dataset.read(dataset.entries[0]), config.height, config.width)


def half_clip(clip: Path, folder: Path) -> Path:
    """Write the first half of a clip as a video."""
    video = Video(clip)
    frames = video.read()
    file = folder / "person" / "first-half.mp4"
    if not file.exists():
        write_video(file, frames[: len(frames) // 2], video.info.fps)
    return file


def from_nothing(
    out: Path, config: TrainingConfig, updates: int, whole: Frames
) -> list[tuple[str, float, list[float]]]:
    """Train the networks of a model anew on the first half; judge checkpoint after checkpoint."""
    every = updates // CHECKPOINTS
    settings = (
        *(setting for setting in SETTINGS if "schedule" not in setting),
        f"stage_two.schedule.steps={updates}",
        "stage_one.schedule.steps=350",
        "stage_two.schedule.learning_rate=0.001",
        f"save_every={every}",
        f"sample_every={every}",
        f"keep_checkpoints={updates}",
    )
    dataset = Dataset(next(out.glob("*-minutes")) / "dataset")
    run = out / "from-nothing"
    train(dataset, run, override_config(config_to_dict(config), settings), "cpu")
    model, notes = load_model(run)
    before = max(each["seconds"] for each in notes["stage_one"].values())
    rows = []
    for path in Checkpoints(run / "stage_two").all():
        step = load_generator(model, path, "averaged")
        load_tint(model, path)
        seconds = before + notes["stage_two"]["seconds"] * step / updates
        rows.append(
            (f"from nothing, {step} updates", seconds, judge(Predictor(model, "cpu"), whole))
        )
    return rows


def load_tint(model: VideoModel, checkpoint: Path) -> None:
    """Give the model a checkpoint's averaged tint decoder."""
    averaged = read_checkpoint(checkpoint)["stage"]["averages"]["tint"]
    if model.tint is not None:
        weights = {name: averaged[f"module.{name}"] for name in model.tint.state_dict()}
        model.tint.load_state_dict(weights)


def seconds_of(run: Path) -> float:
    """Return how long a run's stage II trained."""
    return load_model(run)[1]["stage_two"]["seconds"]


def judge(predictor: Predictor, whole: Frames) -> list[float]:
    """Return MS-SSIM and LPIPS of the second half, made from one and from more frames."""
    half, lpips, row = len(whole) // 2, load_lpips(), []
    early, late = whole[:half], whole[half:]
    for count in COUNTS:
        content = early[content_frames(early.parts, early.pose, count)]
        video = by_model(predictor, content, late.pose)
        measured = measure_similarity(video, late, lpips)
        row += [measured["ms_ssim"], measured["lpips"]]
    return row


def table(rows: list[tuple[str, float, list[float]]]) -> Table:
    """Lay out all models."""
    result = Table(title="The second half of the clip")
    result.add_column("model")
    result.add_column("minutes")
    for count in COUNTS:
        result.add_column(f"MS-SSIM from {count}")
        result.add_column("LPIPS")
    for name, seconds, measured in rows:
        numbers = (f"{value:.4f}" for value in measured)
        result.add_row(name, f"{seconds / 60:.1f}", *numbers)
    return result


if __name__ == "__main__":
    main()
