"""The commands. Each calls one function of one room and prints where its result is."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import tyro
from tyro.conf import OmitArgPrefixes, Positional, arg

from hueman.errors import HuemanError
from hueman.memory import keep_freed_memory
from hueman.preparation.settings import PrepareSettings

# Rooms are imported inside the commands: `hueman --help` need not wait for torch.

Out = Annotated[Path, arg(aliases=["-o"])]
DEFAULT_SETTINGS = PrepareSettings()


def weights(
    action: Positional[Literal["list", "pull", "path"]], names: Positional[tuple[str, ...]] = ()
) -> None:
    """List pretrained weights, fetch them into the cache, or say where they are.

    Args:
        action: what to do.
        names: weights to pull (all of them when none is named; what cannot be had is told and the
            others are fetched) or to locate.
    """
    from rich import print as show

    from hueman.weights.registry import locate, pull_each, weights_table

    if action == "list":
        show(weights_table())
    elif action == "pull":
        failed = False
        for outcome in pull_each(names):
            if isinstance(outcome, HuemanError):
                failed = True
                print(f"error: {outcome}", file=sys.stderr)
            else:
                print(outcome)
        if failed:
            sys.exit(1)
    else:
        if not names:
            raise HuemanError("Say which weights: 'hueman weights path NAME'.")
        for name in names:
            print(locate(name))


def prepare(
    sources: Positional[tuple[Path, ...]],
    out: Out,
    manifest: Path | None = None,
    exclude: tuple[str, ...] = (),
    jobs: int | None = None,
    settings: OmitArgPrefixes[PrepareSettings] = DEFAULT_SETTINGS,
) -> None:
    """Turn videos into a dataset: frames, poses, masks, edges, body parts, garments, previews.

    Running it again prepares only what is new or changed. Look at the preview sheets, the PNG
    beside each clip, before training.

    Args:
        sources: videos, folders of frames, or folders of ACTOR/ACTION.mp4.
        out: folder of the dataset.
        manifest: CSV file with the columns path, actor and action.
        exclude: names to leave out, such as "*.draft.mp4".
        jobs: clips at once; as many as CPU cores by default.
        settings: how to prepare them.
    """
    from hueman.clips.sources import find_clips
    from hueman.preparation.prepare import prepare as run

    summary = run(find_clips(sources, manifest, exclude), out, settings, jobs)
    print(summary)
    if summary.refused:
        sys.exit(1)


def recolor(
    clip: Positional[Path], out: Out, upper: str | None = None, lower: str | None = None
) -> None:
    """Give the clothes in a video other colours; nothing else changes.

    Args:
        clip: the video.
        out: the video to write, .mp4, .mov, .webm or .gif.
        upper: colour of the upper garment: "#c0392b", a CSS name, or "lab(50, 40, 20)".
        lower: colour of the lower garment.
    """
    from hueman.color.video import recolor_video

    print(recolor_video(clip, out, upper, lower))


def poses(clip: Positional[Path], out: Out) -> None:
    """See the poses in a video and write them as OpenPose's JSON, a file for each frame.

    They can be edited, and drive 'hueman generate'.

    Args:
        clip: the video, or a folder of frames.
        out: folder to write.
    """
    from hueman.generation.driving import write_poses

    print(f"{out}: {write_poses(clip, out)} poses.")


def train(
    dataset: Positional[Path],
    out: Out,
    preset: str = "lite",
    set: tuple[str, ...] = (),
    device: str = "auto",
) -> None:
    """Train colour encoders and video generator on a prepared dataset; go on if stopped before.

    Args:
        dataset: folder made by 'hueman prepare'.
        out: folder of the run; its model.safetensors is the result.
        preset: demo, lite, paper, or a YAML file.
        set: changes to the preset, such as stage_two.schedule.steps=2000.
        device: auto, cpu or cuda.
    """
    from hueman.clips.store import Dataset
    from hueman.config import load_config
    from hueman.training.run import train as run

    model = run(Dataset(dataset), out, load_config(preset, set), device)
    print(f"The model is {model}. Logs and sample pictures are beside it.")


def generate(
    model: Positional[Path],
    content: Path,
    drive: Path,
    out: Out,
    upper: str | None = None,
    lower: str | None = None,
    crop: Literal["centre", "person"] = "centre",
    device: str = "auto",
) -> None:
    """Show the person of one clip doing the action of another, in clothes of any colour.

    Args:
        model: folder of a training run, or its model.safetensors.
        content: video or prepared clip (.h5) of the person; its first frame is shown.
        drive: video, prepared clip (.h5), poses (.npz) or folder of OpenPose JSON files.
        out: the video to write.
        upper: colour of the upper garment: "#c0392b", a CSS name, or "lab(50, 40, 20)".
        lower: colour of the lower garment.
        crop: what to keep of a content video's frames: their middle, or around the person.
        device: auto, cpu or cuda.
    """
    from hueman.generation.generate import generate as run

    print(run(model, content, drive, out, upper, lower, crop, device))


def evaluate(model: Positional[Path], dataset: Positional[Path], out: Out) -> None:
    """Measure a model on the clips of a dataset that were kept out of its training.

    Args:
        model: folder of a training run, or its model.safetensors.
        dataset: folder made by 'hueman prepare'.
        out: JSON file to write.
    """
    from hueman.clips.store import Dataset
    from hueman.evaluation.measure import measure_to_file

    for name, value in measure_to_file(model, Dataset(dataset), out).items():
        print(f"{name:24} {value:.4f}")


def demo(
    out: Out = Path("demo-output"),
    clips: Path = Path("examples/clips"),
    set: tuple[str, ...] = (),
) -> None:
    """Run everything on the bundled clips and write a report; about ten minutes on two cores.

    Args:
        out: folder for dataset, model, videos, pictures, metrics.json and report.html.
        clips: the bundled clips.
        set: changes to the preset "demo", such as stage_two.schedule.steps=5000.
    """
    from hueman.demo import demo as run

    print(
        f"Open {run(clips, out, set)} in a browser; videos, sheets and metrics.json are beside it."
    )


COMMANDS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "recolor": recolor,
    "poses": poses,
    "train": train,
    "generate": generate,
    "evaluate": evaluate,
    "weights": weights,
    "demo": demo,
}


def main() -> NoReturn:
    """Run the command line."""
    keep_freed_memory()
    # A polite kill is treated like Ctrl-C, so that long work saves what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="hueman", description=__doc__)
    except HuemanError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
