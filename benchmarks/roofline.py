"""How near to the processor's limits the making of a frame comes.

    python -m benchmarks.roofline [--out FILE.json] [--seconds 1] [--quick]

A frame cannot be made faster than its operations by the peak of matrix products in the type that
they are in, nor faster than its bytes by the peak of copying. Both peaks are measured here, in the
same run as the frames. Operations are those of convolutions (a product and its sum are 2); bytes
are what convolutions read and write if nothing stays in a cache, weights included, so time by bytes
is an estimate from above, and time by operations is the floor.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.gpu_inference import Stopwatch
from benchmarks.speed.contest import conditions
from benchmarks.speed.engines import SAMPLES, made
from benchmarks.speed.generators import timed
from hueman.config import load_config
from hueman.engines.graph import COLORS, NextFrame, export_graph
from hueman.engines.int8 import quantized
from hueman.engines.openvino_graph import OpenVinoGraph, openvino_graph
from hueman.files import atomic_file
from hueman.memory import keep_freed_memory

CPU = torch.device("cpu")
BYTES = {"fp32": 4, "bf16": 2, "int8": 1}
"""Of a number."""


@dataclass(frozen=True)
class Peaks:
    """What the processor reaches."""

    operations: dict[str, float]
    """A second, by type: of square matrix products."""
    copied: float
    """Bytes a second, read and written together."""


@dataclass(frozen=True)
class Row:
    """A frame of one model, by one engine."""

    model: str
    engine: str
    gflop: float
    mebibytes: float
    milliseconds: float
    floor: float
    """Milliseconds that its operations take at their peak."""
    by_bytes: float
    """Milliseconds that its bytes take at theirs."""


def peaks(stopwatch: Stopwatch, size: int) -> Peaks:
    """Measure what the processor reaches, by matrices of `size` x `size`."""
    numbers = torch.randn(size, size)
    half = numbers.bfloat16()
    whole = torch.randint(-127, 127, (size, size), dtype=torch.int8)
    products: dict[str, Callable[[], Tensor]] = {
        "fp32": lambda: numbers @ numbers,
        "bf16": lambda: half @ half,
        "int8": lambda: torch.ops.aten._int_mm(whole, whole),
    }
    source = torch.zeros(4 * size, 4 * size)
    target = torch.empty_like(source)
    copies = stopwatch.rate(lambda: target.copy_(source))[0]
    return Peaks(
        {name: 2 * size**3 * stopwatch.rate(call)[0] for name, call in products.items()},
        2 * source.nbytes * copies,
    )


def work(frame: nn.Module, inputs: dict[str, Tensor]) -> tuple[int, int]:
    """Count the operations of a frame's convolutions, and the numbers that they touch."""
    touched = 0

    def note(layer: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal touched
        weights = sum(parameter.numel() for parameter in layer.parameters())
        touched += given[0].numel() + output.numel() + weights

    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    layers = [layer for layer in frame.modules() if isinstance(layer, kinds)]
    hooks = [layer.register_forward_hook(note) for layer in layers]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        frame(**inputs)
    for hook in hooks:
        hook.remove()
    return counter.get_total_flops(), touched


def rows(preset: str, overrides: list[str], limits: Peaks, stopwatch: Stopwatch) -> list[Row]:
    """Time a frame of a preset's model by every engine, and compare it with the limits."""
    model, inputs = made(load_config(preset, overrides))
    frame = NextFrame(model)
    operations, touched = work(frame, inputs)
    graph = openvino_graph(export_graph(model), inputs)
    graphs = {"fp32": graph, "bf16": graph, "int8": quantized(graph, [inputs] * SAMPLES)}
    if COLORS in inputs:  # such a graph is never in bfloat16
        del graphs["bf16"]
    engines: dict[tuple[str, str], Callable[[], object]] = {
        ("torch", kind): timed(lambda: frame(**inputs), dtype)
        for kind, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))
    }
    for kind, source in graphs.items():
        run = OpenVinoGraph(source, torch.float32 if kind == "fp32" else torch.bfloat16)
        engines["OpenVINO", kind] = partial(run, inputs)
    return [
        Row(
            preset,
            f"{engine}, {kind}",
            operations / 1e9,
            touched * BYTES[kind] / 2**20,
            1000 / stopwatch.rate(call)[0],
            1000 * operations / limits.operations[kind],
            1000 * touched * BYTES[kind] / limits.copied,
        )
        for (engine, kind), call in engines.items()
    ]


def main() -> None:
    """Measure, and show and write a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="JSON")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each number")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    keep_freed_memory()
    stopwatch = Stopwatch(CPU, 0.02 if options.quick else options.seconds)
    limits = peaks(stopwatch, 256 if options.quick else 2048)
    size = ["height=128", "width=128"] if options.quick else ["height=384", "width=256"]
    cure = ["stage_two.generator.code_cure=none"]
    narrow = ["stage_two.generator.channels=8"] if options.quick else []
    measured = [
        *rows("paper", size + cure + narrow, limits, stopwatch),
        *rows("lite", size, limits, stopwatch),
        *rows("realtime", size, limits, stopwatch),
    ]
    Console().print(table(measured))
    facts = {
        **{f"peak_{name}": f"{rate / 1e9:.0f} GFLOP/s" for name, rate in limits.operations.items()},
        "copied": f"{limits.copied / 1e9:.0f} GB/s",
        **conditions(),
    }
    print(", ".join(f"{name} {value}" for name, value in facts.items() if value is not None))
    if options.out:
        with atomic_file(options.out) as temporary:
            content = {**facts, "rows": [asdict(row) for row in measured]}
            temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def table(measured: list[Row]) -> Table:
    """Lay out all rows."""
    result = Table("model", "engine")
    for column in ("GFLOP", "MiB", "ms", "floor, ms", "of the peak", "by bytes, ms"):
        result.add_column(column, justify="right")
    for row in measured:
        result.add_row(
            row.model,
            row.engine,
            f"{row.gflop:.1f}",
            f"{row.mebibytes:.0f}",
            f"{row.milliseconds:.1f}",
            f"{row.floor:.1f}",
            f"{row.floor / row.milliseconds:.0%}",
            f"{row.by_bytes:.1f}",
        )
    return result


if __name__ == "__main__":
    main()
