"""The commands that are killed, as small as they can be, and what they are run on."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hueman.clips.encoding import write_video
from hueman.clips.video import Video

CLIPS = Path("examples/clips")
IMPORTED = (
    *("hueman.cli", "hueman.choreography.videos", "hueman.engines.export"),
    *("hueman.engines.onnx_graph", "hueman.generation.generate", "hueman.personalize"),
    *("hueman.preparation.prepare", "hueman.training.curves", "hueman.training.run"),
    *("matplotlib.pyplot", "onnx", "onnxruntime"),
)
"""What the commands import."""
SIZE = ["--height", "96", "--width", "64"]
TINY = [
    *("stage_two.appearance=false", "split=actions", "save_every=1", "sample_every=2"),
    *("stage_one.schedule.steps=4", "stage_one.schedule.batch_size=2"),
    *("stage_two.schedule.steps=4", "stage_two.schedule.batch_size=2"),
    *("stage_one.generator_channels=4", "stage_one.encoder.channels=8"),
    *("stage_two.generator.channels=4", "stage_two.generator.residual_blocks=1"),
]


@dataclass(frozen=True)
class Case:
    """A command that is killed."""

    arguments: Callable[[Path, Path], list[str | Path]]
    """From the folder of inputs and the path of the output."""
    share: float
    """Of all kills."""
    output: str = "out"
    exact: bool = True
    """Whether all that is written is the same, byte for byte, every time."""
    replaces: bool = False
    """Whether it puts a new result in the place of an old one, so that it is tried with one."""
    planned: bool = False
    """Whether the command settles by the clock how much it does."""


CASES = {
    "prepare": Case(lambda work, out: [work / "clips", "--out", out, *SIZE, "--jobs", "1"], 0.34),
    "render": Case(
        lambda work, out: ["--out", out, "--actors", "plaid", "--actions", "march,salute",
                           "--size", "96x64", "--frames", "3", "--jobs", "1"], 0.12,
    ),
    "train": Case(
        lambda work, out: [work / "dataset", "--out", out, "--preset", "demo", "--device", "cpu",
                           "--set", *TINY], 0.1, exact=False,
    ),
    "personalize": Case(
        lambda work, out: [work / "clips/plaid/jack.mp4", "--out", out, "--model", work / "model",
                           "--minutes", "0.1", "--device", "cpu"], 0.06, exact=False, planned=True,
    ),
    # A folder of pictures: x264 itself does not write the same bytes for the same frames.
    "generate": Case(
        lambda work, out: [work / "model", "--content", work / "dataset/clips/plaid/jack.h5",
                           "--drive", "march", "--out", out],
        0.24, replaces=True,
    ),
    "export": Case(lambda work, out: [work / "model", "--out", out], 0.14, replaces=True),
}  # fmt: skip


def run_command(arguments: list[str]) -> None:
    """Run `hueman` in this process."""
    from hueman.cli import main

    sys.argv = ["hueman", *arguments]
    main()


def make_inputs(work: Path, run: Callable[[str, Path], object]) -> None:
    """Make short clips, and from them a dataset and a model.

    Args:
        work: folder for all of it.
        run: runs a command of this name to its end, given the path of its output.
    """
    for action in ("jack", "march"):
        frames = Video(CLIPS / "plaid" / f"{action}.mp4").read()[:3]
        write_video(work / "clips" / "plaid" / f"{action}.mp4", frames, 25)
    run("prepare", work / "dataset")
    run("train", work / "model")
