"""The commands. Each calls one function of one room and prints where its result is."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Literal, NoReturn

import tyro
from tyro.conf import Positional, arg

from hueman.errors import HuemanError

# Rooms are imported inside the commands: `hueman --help` need not wait for torch.

Out = Annotated[Path, arg(aliases=["-o"])]


def weights(
    action: Positional[Literal["list", "pull", "path"]], names: Positional[tuple[str, ...]] = ()
) -> None:
    """List pretrained weights, fetch them into the cache, or say where they are.

    Args:
        action: what to do.
        names: weights to pull (all that can be had when none is named) or to locate.
    """
    from rich import print as show

    from hueman.weights.registry import locate, pull, weights_table

    if action == "list":
        show(weights_table())
    elif action == "pull":
        for path in pull(names):
            print(path)
    else:
        if not names:
            raise HuemanError("Say which weights: 'hueman weights path NAME'.")
        for name in names:
            print(locate(name))


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


COMMANDS: dict[str, Callable[..., Any]] = {
    "weights": weights,
    "train": train,
}


def main() -> NoReturn:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="hueman", description=__doc__)
    except HuemanError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Treat a polite kill like Ctrl-C, so that long work saves what it has."""
    raise KeyboardInterrupt
