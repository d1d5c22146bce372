"""What 1,000, 100,000 and a million clips cost: time, storage, money, and what is in the way.

python -m benchmarks.scale_plan MEASURED.json [--clips 1000,100000,1000000] [--frames 100]
    [--laptop-cores 8] [--nodes 16] [--node-cores 32] [--core-hour 0.04] [--gigabyte-month 0.023]

MEASURED.json is what `benchmarks.linear_cost` wrote. Times of processors and sizes are measured;
cores, bandwidths, files a second and prices are assumptions, printed with the plan. Clips are of
384x256. What has not been measured is left out: GPUs, and trainings over many machines.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

TRAINING = Path(__file__).parent / "measured" / "training.json"
SHARD = 64e6
TRAINED_AT = 192, 128
BYTES_A_PIXEL = 8
"""Of a clip in memory while it is trained on."""


@dataclass(frozen=True)
class Figures:
    """What was measured, of clips of 384x256."""

    frame_cpu_s: float
    """Of preparing a frame, on one core."""
    source_bytes: float
    """Of a frame, as H.264."""
    prepared_bytes: float
    """Of a frame, its share of the preview too."""
    shard_bytes: float
    """Of a frame."""
    files: float
    """Of a clip that is prepared."""
    index_bytes: float
    """Of a clip, in shards.json."""
    index_held_bytes: float
    """Of a clip, in the memory of each process that trains."""


@dataclass(frozen=True)
class Site:
    """Where clips are prepared. All but the name is assumed."""

    name: str
    cores: int
    bandwidth: float
    """Bytes a second that the storage takes, from all cores together."""
    files: float
    """Files a second that it takes."""


@dataclass(frozen=True)
class Plan:
    """What so many clips take."""

    core_hours: float
    hours: dict[str, float]
    """Of each of what goes on at the same time: the longest is how long it takes."""
    source: float
    prepared: float
    shards: float
    """Bytes."""
    files: float
    shard_count: float
    index: float
    index_held: float
    """Bytes."""
    folder_memory: float
    """Bytes that training takes from the dataset's folder; from shards it is what one chooses."""
    compute_cost: float
    month_cost: float
    """Of keeping sources and shards."""

    @property
    def bottleneck(self) -> str:
        """What takes the longest."""
        return max(self.hours, key=lambda name: self.hours[name])


def figures_of(measured: dict[str, Any]) -> Figures:
    """Read what `benchmarks.linear_cost` wrote."""
    small, real = measured["preparing"], measured["full-size"][-1]
    first, last = small[0], small[-1]
    clip = (last["cpu_s"] - first["cpu_s"]) / (last["clips"] - first["clips"])
    start = first["cpu_s"] - clip * first["clips"]  # of the processes; the same for any clips
    frames, shards = real["frames"], measured["indices"][-1]
    return Figures(
        frame_cpu_s=(real["cpu_s"] - start) / frames,
        source_bytes=real["source_bytes"] / frames,
        prepared_bytes=real["bytes"] / frames,
        shard_bytes=real["shard_bytes"] / frames,
        files=(real["files"] - 1) / real["clips"],
        index_bytes=shards["shards"]["bytes"] / shards["clips"],
        index_held_bytes=shards["shards"]["held_bytes"] / shards["clips"],
    )


def plan(
    figures: Figures,
    clips: int,
    frames: int,
    site: Site,
    core_hour: float,
    gigabyte_month: float,
) -> Plan:
    """Return what clips of so many frames each take at a site."""
    every = clips * frames
    core_hours = every * figures.frame_cpu_s / 3600
    prepared, files = every * figures.prepared_bytes, clips * figures.files
    source, shards = every * figures.source_bytes, every * figures.shard_bytes
    return Plan(
        core_hours=core_hours,
        hours={
            "processors": core_hours / site.cores,
            "bandwidth": (source + prepared) / site.bandwidth / 3600,
            "many files": files / site.files / 3600,
        },
        source=source,
        prepared=prepared,
        shards=shards,
        files=files,
        shard_count=max(1.0, shards / SHARD),
        index=clips * figures.index_bytes,
        index_held=clips * figures.index_held_bytes,
        folder_memory=every * BYTES_A_PIXEL * TRAINED_AT[0] * TRAINED_AT[1],
        compute_cost=core_hours * core_hour,
        month_cost=(source + shards) / 1e9 * gigabyte_month,
    )


def cores_until_storage(figures: Figures, frames: int, site: Site) -> float:
    """Return with how many cores the storage becomes the slowest, however many clips there are."""
    by_bytes = site.bandwidth / (figures.source_bytes + figures.prepared_bytes)
    by_files = site.files * frames / figures.files
    return figures.frame_cpu_s * min(by_bytes, by_files)


def main() -> None:
    """Print the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--clips", default="1000,100000,1000000")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--laptop-cores", type=int, default=8)
    parser.add_argument("--nodes", type=int, default=16)
    parser.add_argument("--node-cores", type=int, default=32)
    parser.add_argument("--core-hour", type=float, default=0.04)
    parser.add_argument("--gigabyte-month", type=float, default=0.023)
    options = parser.parse_args()
    measured = json.loads(options.measured.read_text(encoding="utf-8"))
    for part in ("preparing", "full-size", "indices"):
        if part not in measured:
            parser.error(
                f"{options.measured} lacks '{part}'; "
                f"run: python -m benchmarks.linear_cost {part} --out {options.measured}"
            )
    figures = figures_of(measured)
    cores = options.nodes * options.node_cores
    sites = [
        Site(f"a laptop, {options.laptop_cores} cores", options.laptop_cores, 500e6, 5000),
        Site(f"{options.nodes} nodes, {cores} cores, an object store", cores, 1e9, 2000),
    ]
    console = Console(width=160)
    console.print(f"Measured on {measured['machine']['processor']} by {measured['command']}.")
    for site in sites:
        plans = {
            int(count): plan(
                *(figures, int(count), options.frames, site),
                *(options.core_hour, options.gigabyte_month),
            )
            for count in options.clips.split(",")
        }
        console.print(table(site, plans))
        limit = cores_until_storage(figures, options.frames, site)
        console.print(f"Beyond {limit:,.0f} cores the storage is the slowest.\n")
    console.print(
        f"Assumed: clips of {options.frames} frames; {options.core_hour} a core and hour, "
        f"{options.gigabyte_month} a GB and month; the laptop's disk takes 500 MB and 5,000 files "
        "a second, the store 1 GB and 2,000 files.\n" + training_line(options.frames)
    )


def table(site: Site, plans: dict[int, Plan]) -> Table:
    """Lay out the plans of a site."""
    result = Table(title=site.name, title_justify="left")
    result.add_column("")
    for clips in plans:
        result.add_column(f"{clips:,} clips", justify="right")
    rows = {
        "preparing": lambda p: f"{_time(p.hours[p.bottleneck])}, {p.core_hours:,.0f} core hours",
        "what it waits for": lambda p: p.bottleneck,
        "cost of it": lambda p: f"{p.compute_cost:,.0f}",
        "sources": lambda p: _size(p.source),
        "dataset": lambda p: f"{_size(p.prepared)}, {p.files:,.0f} files",
        "shards": lambda p: f"{_size(p.shards)}, {p.shard_count:,.0f} files",
        "a month of sources and shards": lambda p: f"{p.month_cost:,.2f}",
        "shards.json; in memory": lambda p: f"{_size(p.index)}; {_size(p.index_held)}",
        "memory to train from the folder": lambda p: _size(p.folder_memory),
    }
    for name, show in rows.items():
        result.add_row(name, *(show(each) for each in plans.values()))
    return result


def training_line(frames: int) -> str:
    """Say what a training takes, which does not depend on the number of clips."""
    known = json.loads(TRAINING.read_text(encoding="utf-8"))
    pairs = known["updates"] * known["batch_size"]
    return (
        f"Training stage II of {known['preset']}: {known['updates']:,} updates of "
        f"{known['batch_size']} pairs take {pairs * known['pair_s'] / 3600:.1f} hours on one core "
        f"of {known['processor']} ({known['command']}), however many clips there are; they see "
        f"{pairs:,} pairs, those of {pairs / frames:,.0f} clips once."
    )


def _time(hours: float) -> str:
    return (
        f"{hours * 60:.0f} min"
        if hours < 1
        else f"{hours:.1f} h"
        if hours < 48
        else (f"{hours / 24:.1f} days")
    )


def _size(count: float) -> str:
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count / 1e3:.0f} kB"


if __name__ == "__main__":
    main()
