"""The paper's generator on one device: how fast it makes frames, and how fast it might.

    python benchmarks/gpu_inference.py [--out FILE.json] [--minutes 8] [--quick]

The ceiling is what the device reaches in bfloat16 with large matrix products. Then frames are made
at 384x256 by an untrained generator from random input: streaming (each from the one before, batch
1) and in batches, the generator as hueman uses it (`autocast`), with its weights in bfloat16
(`eager`), channels-last besides, and compiled with CUDA graphs. What does not fit into the time
or the memory is left out; compiling takes most of it, so large batches are compiled first.

Wanted on an H200: 200 frames a second streaming, and half of the ceiling in batches. On a CPU it
works too; --quick makes everything small, only to see that it runs.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.compiler import config as compiler_config
from torch.utils.flop_counter import FlopCounterMode

from hueman.config import TrainingConfig, load_config
from hueman.files import atomic_file
from hueman.generation.precision import computing_in
from hueman.machine import describe_machine
from hueman.memory import keep_freed_memory
from hueman.networks.written_code import WrittenCode
from hueman.training.dry_run import device_name, forget_peak, peak_memory
from hueman.training.fitting import is_out_of_memory
from hueman.training.model import VideoModel

WAYS = ("autocast", "eager", "channels last", "compiled")
BATCHES = (1, 2, 4, 8, 16, 32, 64)
QUICK = ["stage_two.generator.channels=4", "height=128", "width=128"]
STREAMING_GOAL, CEILING_GOAL = 200.0, 0.5
WARM_UP = 3
"""Calls after the first: CUDA graphs are recorded in the second."""


@dataclass(frozen=True)
class Row:
    """One way of making frames."""

    way: str
    batch: int
    streaming: bool
    """Each frame is made from the one before."""
    frames_per_second: float
    share_of_ceiling: float
    """Operations of the network's convolutions and matrix products a second, of the ceiling."""
    first_call_seconds: float
    """With compiling, and choosing algorithms."""
    peak_bytes: int
    """What torch has allocated on a GPU; on a CPU the whole process."""


class FrameMaker:
    """The paper's generator, untrained, with random input: each call makes a batch of frames.

    Args:
        config: its settings.
        way: one of `WAYS`.
        batch: frames that are made at once.
        streaming: each call takes what the one before has made.
        device: where.
    """

    def __init__(
        self, config: TrainingConfig, way: str, batch: int, streaming: bool, device: torch.device
    ):
        self._device, self._streaming = device, streaming
        self._autocast = torch.bfloat16 if way == "autocast" else torch.float32
        dtype = torch.float32 if way == "autocast" else torch.bfloat16
        last = way in ("channels last", "compiled")
        layout = torch.channels_last if last else torch.contiguous_format
        torch.manual_seed(0)
        generator = VideoModel(config).generator.eval()
        generator.to(device, dtype, memory_format=layout)  # type: ignore[call-overload]

        def pictures(channels: int) -> Tensor:
            size = batch, channels, config.height, config.width
            return (torch.rand(size, device=device, dtype=dtype) * 2 - 1).to(memory_format=layout)

        upper, lower = (
            torch.randn(batch, length, device=device, dtype=dtype)
            for length in (config.stage_one.upper_code, config.stage_one.lower_code)
        )
        self._code = WrittenCode(upper, lower, torch.ones_like(pictures(2)))
        self._pictures = {name: pictures(count) for name, count in generator.inputs.items()}
        self._generator: Callable[..., Tensor] = generator
        if way == "compiled":
            self._generator = torch.compile(generator, mode="reduce-overhead", dynamic=False)

    @torch.no_grad()
    def __call__(self) -> Tensor:
        """Make frames, (N, 3, H, W)."""
        with computing_in(self._autocast, self._device):
            made = self._generator(self._pictures, self._code)
        if self._streaming:
            self._pictures["previous"].copy_(made)  # in its place, where a recorded graph reads it
        return made


class Stopwatch:
    """Says how often something can be done in a second."""

    def __init__(self, device: torch.device, seconds: float):
        self._device, self._seconds = device, seconds

    def rate(self, call: Callable[[], object]) -> tuple[float, float]:
        """Return calls a second, and how many seconds the first call took."""
        first = self._timed(call, 1)
        count, taken = 1, self._timed(call, WARM_UP) / WARM_UP
        while taken < self._seconds:
            count = max(2 * count, int(1.2 * count * self._seconds / taken))
            taken = self._timed(call, count)
        return count / taken, first

    def _timed(self, call: Callable[[], object], count: int) -> float:
        """Return how many seconds some calls take, until the device is done."""
        self._wait()
        started = time.perf_counter()
        for _ in range(count):
            call()
        self._wait()
        return time.perf_counter() - started

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def matrix_products(stopwatch: Stopwatch, device: torch.device, size: int) -> float:
    """Return how many operations a second square bfloat16 matrices are multiplied with."""
    left, right = (torch.randn(size, size, device=device).bfloat16() for _ in range(2))
    return 2 * size**3 * stopwatch.rate(lambda: left @ right)[0]


def operations(config: TrainingConfig, device: torch.device) -> int:
    """Count what a frame's convolutions and matrix products take; a product and its sum are 2."""
    maker = FrameMaker(config, "eager", 1, False, device)
    with FlopCounterMode(display=False) as counter:
        maker()
    return counter.get_total_flops()


def plan(quick: bool) -> list[tuple[str, int, bool]]:
    """Return way, batch and streaming of each row: what matters most comes first."""
    batches = (2,) if quick else BATCHES[::-1]
    streaming = [(way, 1, True) for way in WAYS]
    return streaming + [(way, batch, False) for way, batch in product(WAYS[1:], batches)]


def measured(
    config: TrainingConfig, device: torch.device, options: argparse.Namespace, facts: dict[str, Any]
) -> Iterator[Row]:
    """Measure row after row until the time is up."""
    end = time.monotonic() + 60 * options.minutes
    stopwatch = Stopwatch(device, 0.05 if options.quick else 2.0)
    size = 512 if options.quick else 8192
    facts["ceiling"] = ceiling = matrix_products(stopwatch, device, size)
    facts["operations_per_frame"] = work = operations(config, device)
    for way, batch, streaming in plan(options.quick):
        if time.monotonic() > end:
            return
        torch.compiler.reset()
        forget_peak(device)
        try:
            calls, first = stopwatch.rate(FrameMaker(config, way, batch, streaming, device))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            continue
        rate, peak = calls * batch, peak_memory(device)
        yield Row(way, batch, streaming, rate, rate * work / ceiling, first, peak)


def main() -> None:
    """Measure, and show and write a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="JSON, written after each row")
    parser.add_argument("--minutes", type=float, default=8.0, help="no row is begun after these")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    keep_freed_memory()
    compiler_config.force_disable_caches = True  # the first call shall cost what it costs at first
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = load_config("paper", QUICK if options.quick else [])
    facts: dict[str, Any] = {
        "device": device_name(device),
        "size": f"{config.height}x{config.width}",
    }
    facts |= describe_machine()
    rows: list[Row] = []
    for row in measured(config, device, options, facts):
        rows.append(row)
        print(row)
        if options.out:
            content = {**facts, **best(rows), "rows": [asdict(each) for each in rows]}
            with atomic_file(options.out) as temporary:
                temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    Console().print(table(rows))
    facts["ceiling"] = f"{facts['ceiling'] / 1e12:.1f} TFLOP/s"
    facts["operations_per_frame"] = f"{facts['operations_per_frame'] / 1e9:.1f} GFLOP"
    print(", ".join(f"{name} {value}" for name, value in facts.items() if value is not None))
    print(", ".join(f"{name} {value}" for name, value in best(rows).items()))


def best(rows: list[Row]) -> dict[str, float | bool]:
    """Return the best that was reached, and whether that is what is wanted of an H200."""
    streaming = max((row.frames_per_second for row in rows if row.streaming), default=0.0)
    share = max((row.share_of_ceiling for row in rows if not row.streaming), default=0.0)
    return {
        "streaming_frames_per_second": round(streaming, 2),
        "streaming_reached": streaming >= STREAMING_GOAL,
        "batched_share_of_ceiling": round(share, 4),
        "batched_reached": share >= CEILING_GOAL,
    }


def table(rows: list[Row]) -> Table:
    """Lay out all rows."""
    result = Table("way", "batch")
    for column in ("frames/s", "of the ceiling", "first call, s", "peak MiB"):
        result.add_column(column, justify="right")
    for row in rows:
        result.add_row(
            f"{row.way}, streaming" if row.streaming else row.way,
            str(row.batch),
            f"{row.frames_per_second:.1f}",
            f"{row.share_of_ceiling:.1%}",
            f"{row.first_call_seconds:.2f}",
            f"{row.peak_bytes / 2**20:.0f}",
        )
    return result


if __name__ == "__main__":
    main()
