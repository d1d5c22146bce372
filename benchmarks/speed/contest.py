"""Ways to do the same thing, timed turn by turn, so that a busy machine is busy for all of them."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hueman.machine import describe_machine


@dataclass(frozen=True)
class Contest:
    """A baseline and other ways, each a function that does the whole thing once."""

    title: str
    baseline: str
    """Which of the ways the others are compared with."""
    ways: dict[str, Callable[[], object]]
    frames: int = 1
    """Frames that are made, or read, each time."""


@dataclass(frozen=True)
class Timing:
    """How long a way took."""

    contest: str
    way: str
    milliseconds: float
    """For a frame; the median of all rounds."""
    ratio: float
    """Median of the rounds' ratios of the baseline's time to its own; above 1 it is faster."""


def hold(contest: Contest, rounds: int) -> list[Timing]:
    """Let each way begin once, then time all in turn, round after round."""
    for way in contest.ways.values():
        way()  # memory is allocated, kernels are chosen
    seconds: dict[str, list[float]] = {name: [] for name in contest.ways}
    for _ in range(rounds):
        for name, way in contest.ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    base = seconds[contest.baseline]
    return [
        Timing(
            contest.title,
            name,
            1000 * statistics.median(each) / contest.frames,
            statistics.median(b / own for b, own in zip(base, each, strict=True)),
        )
        for name, each in seconds.items()
    ]


def conditions() -> dict[str, Any]:
    """Return the machine and the versions, threads, and the process's peak of memory in MiB."""
    import torch

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        **describe_machine(), "threads": torch.get_num_threads(), "peak_mib": round(peak)
    }  # fmt: skip
