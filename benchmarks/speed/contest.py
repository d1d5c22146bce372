"""Ways to do the same thing, timed turn by turn, so that a busy machine is busy for all of them."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from hueman.machine import describe_machine
from hueman.training.dry_run import forget_peak, peak_memory

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Contest:
    """A baseline and other ways, each a function that does the whole thing once."""

    title: str
    baseline: str
    """Which of the ways the others are compared with."""
    ways: dict[str, Callable[[], object]]
    frames: int = 1
    """Frames that are made, or read, each time."""
    waiting: dict[str, Callable[[], float]] = field(default_factory=dict)
    """For some ways, which share of their time they have waited for data."""


@dataclass(frozen=True)
class Timing:
    """How long a way took."""

    contest: str
    way: str
    milliseconds: float
    """For a frame; the median of all rounds."""
    first: float
    """Milliseconds for a frame, the first time."""
    ratio: float
    """Median of the rounds' ratios of the baseline's time to its own; above 1 it is faster."""
    waiting: float | None
    """Share of the time in which it waited for data, if that was measured."""
    peak_mib: int | None
    """Most memory that the process had while the contest was held; only Linux tells."""


def hold(contest: Contest, rounds: int) -> list[Timing]:
    """Let each way begin once, then time all in turn, round after round."""
    alone = forget_peak(CPU)
    first: dict[str, float] = {}
    for name, way in contest.ways.items():  # memory is allocated, kernels are chosen
        started = time.perf_counter()
        way()
        first[name] = time.perf_counter() - started
    seconds: dict[str, list[float]] = {name: [] for name in contest.ways}
    for _ in range(rounds):
        for name, way in contest.ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    base = seconds[contest.baseline]
    peak = round(peak_memory(CPU) / 2**20) if alone else None
    return [
        Timing(
            contest.title,
            name,
            1000 * statistics.median(each) / contest.frames,
            1000 * first[name] / contest.frames,
            statistics.median(b / own for b, own in zip(base, each, strict=True)),
            contest.waiting[name]() if name in contest.waiting else None,
            peak,
        )
        for name, each in seconds.items()
    ]


def conditions() -> dict[str, Any]:
    """Return the machine, the versions and the number of threads."""
    return {**describe_machine(), "threads": torch.get_num_threads()}
