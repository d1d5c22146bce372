"""The command line: which commands there are, and how they end."""

import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import tyro

import hueman
from hueman.commands.data import check, poses, prepare, recolor, render, shard, split
from hueman.commands.training import benchmark, evaluate, export, personalize, train, weights
from hueman.commands.videos import colorways, demo, generate, interpolate, sample, studio
from hueman.errors import HuemanError, one_line
from hueman.memory import keep_freed_memory
from hueman.threads import keep_small_work_in_one_thread

COMMANDS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "render": render,
    "recolor": recolor,
    "poses": poses,
    "shard": shard,
    "train": train,
    "generate": generate,
    "personalize": personalize,
    "colorways": colorways,
    "sample": sample,
    "interpolate": interpolate,
    "studio": studio,
    "export": export,
    "check": check,
    "split": split,
    "evaluate": evaluate,
    "benchmark": benchmark,
    "weights": weights,
    "demo": demo,
}


def main() -> NoReturn:
    """Run the command line."""
    keep_freed_memory()
    keep_small_work_in_one_thread()
    # A polite kill is treated like Ctrl-C, so that long work saves what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        tyro.extras.subcommand_cli_from_dict(COMMANDS, prog="hueman", description=hueman.__doc__)
    except HuemanError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
