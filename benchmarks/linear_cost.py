"""Whether cost grows as the number of clips does: preparing, reading for training, indices.

python -m benchmarks.linear_cost --out FILE.json [--times 1,4,16] [--batches 40] [--together 1]

Each step is done with 1, 4 and 16 times the clips, in processes of its own, of which processor
time, the time of the day and the most memory are taken together. Preparing: 2 clips of 24 frames at
128x64, copies of the same two bundled ones. Reading: 16 prepared clips, as a dataset's folder,
which training holds in memory, and as shards, of which it holds what a buffer of 20 MB allows;
batches of both stages, made one after the other. Indices: 1,000 clips. Then clips of 48 frames are
prepared at 384x256, for `benchmarks.scale_plan`. A cost is called linear if a clip costs at most a
quarter more among the most clips than among fewer, by processor time. With --together several steps
are measured at once: sooner done on a busy machine, but then times of the day say little.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.linear_steps import SIZE
from benchmarks.process_tree import Cost, cost_of
from hueman.clips.store import Dataset, write_index
from hueman.files import atomic_file
from hueman.machine import describe_machine
from hueman.shards.writing import shard_dataset

BUNDLED = Path("examples/clips")
PAIR = ("plaid/wave_right.mp4", "mustard/march.mp4")
STEPS = "benchmarks.linear_steps"
PREPARED, READ, INDEXED = 2, 16, 1000
"""Clips at 1x."""
SHARD_MEGABYTES = 0.6
LEEWAY = 1.25

Row = dict[str, Any]


def main() -> None:
    """Measure everything, print tables, write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--times", default="1,4,16")
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--together", type=int, default=1)
    options = parser.parse_args()
    times = [int(each) for each in options.times.split(",")]
    with tempfile.TemporaryDirectory(prefix="hueman-") as folder:
        measured = measure(Path(folder), times, options.batches, options.together)
    command = (
        f"python -m benchmarks.linear_cost --times {options.times} --batches {options.batches} "
        f"--together {options.together}"
    )
    content = {"command": command, "machine": describe_machine(), **measured}
    with atomic_file(options.out) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    report(measured)


def measure(folder: Path, times: list[int], batches: int, together: int) -> dict[str, list[Row]]:
    """Return the rows of each step, one for each number of clips."""
    height, width = SIZE
    with ThreadPoolExecutor(together) as pool:
        first, *more = [
            pool.submit(preparation, folder / f"small-{each}", each * PREPARED, height, width, 12.5)
            for each in times
        ]
        real = pool.submit(preparation, folder / "real", 2, 384, 256, 25.0)
        counts = [str(each * INDEXED) for each in times]
        indices = pool.submit(cost_of, STEPS, ["index", str(folder / "indices"), *counts])
        first.result()
        template = Dataset(folder / f"small-{times[0]}" / "dataset")
        reading: dict[str, list[Future[Cost]]] = {"folder": [], "shards": []}
        for each in times:
            data = copies(template, folder / f"read-{each}", each * READ)
            shards = folder / f"shards-{each}"
            shard_dataset(data, f"{shards}/shards-%06d.tar", megabytes=SHARD_MEGABYTES)
            for name, place in (("folder", data.root), ("shards", shards)):
                step = pool.submit(cost_of, STEPS, ["read", str(place), str(batches)])
                reading[name].append(step)
        prepared = real.result()
        size = shard_bytes(folder / "real" / "dataset", folder / "real-shards")
        return {
            "preparing": [each.result() for each in (first, *more)],
            "reading a folder": [row(each.result()) for each in reading["folder"]],
            "reading shards": [row(each.result()) for each in reading["shards"]],
            "indices": indices.result().answer["rows"],
            "preparing 384x256": [prepared | {"shard_bytes": size}],
        }


def preparation(folder: Path, count: int, height: int, width: int, fps: float) -> Row:
    """Prepare so many clips, half of them copies of each of two."""
    for number in range(count):
        source = BUNDLED / PAIR[number % 2]
        target = folder / "clips" / f"actor-{number:03d}" / "moves.mp4"
        target.parent.mkdir(parents=True)
        shutil.copyfile(source, target)
    sources = sum(path.stat().st_size for path in folder.rglob("*.mp4"))
    places = [str(folder / "clips"), str(folder / "dataset")]
    cost = cost_of(STEPS, ["prepare", *places, str(height), str(width), str(fps)])
    return row(cost) | {"source_bytes": sources}


def copies(template: Dataset, root: Path, count: int) -> Dataset:
    """Make a dataset of so many clips out of a few, each a file of its own under its own name."""
    entries = []
    for number in range(count):
        entry = template.entries[number % len(template.entries)]
        file = f"clips/actor-{number:04d}/{entry.action}.h5"
        (root / file).parent.mkdir(parents=True)
        shutil.copyfile(template.root / entry.file, root / file)
        entries.append(replace(entry, actor=f"actor-{number:04d}", file=file))
    write_index(root, entries)
    return Dataset(root)


def shard_bytes(dataset: Path, out: Path) -> int:
    """Write a dataset as shards and return how large they are."""
    shard_dataset(Dataset(dataset), f"{out}/shards-%06d.tar")
    return sum(path.stat().st_size for path in out.glob("*.tar"))


def row(cost: Cost) -> Row:
    """Return a cost as one flat row."""
    numbers = asdict(cost)
    return {**numbers.pop("answer"), **{name: round(each, 3) for name, each in numbers.items()}}


def further(rows: list[Row], value: Callable[[Row], float]) -> list[float]:
    """Return what each clip costs beyond the first of these rows, from row to row."""
    return [
        (value(more) - value(less)) / (more["clips"] - less["clips"])
        for less, more in pairwise(rows)
    ]


def grows(costs: list[float]) -> str:
    """Say whether what a clip costs stays the same."""
    ratio = costs[-1] / costs[0]
    return f"linear ({ratio:.2f})" if ratio <= LEEWAY else f"NOT linear ({ratio:.2f})"


def report(measured: dict[str, list[Row]]) -> None:
    """Print what was measured, and say of each step whether it is linear."""
    console = Console()
    console.print(preparing_table(measured["preparing"]))
    costs = further(measured["preparing"], lambda each: each["cpu_s"])
    console.print(f"a further clip: {costs[0]:.2f}, then {costs[-1]:.2f} s: {grows(costs)}\n")
    for name in ("reading a folder", "reading shards"):
        console.print(reading_table(name, measured[name]))
        rows = measured[name]
        console.print(
            f"opening: {grows([each['open']['cpu_s'] / each['clips'] for each in rows])}; batches: "
            + ", ".join(
                f"{stage} {grows([each[stage]['cpu_s'] for each in rows])}"
                for stage in ("stage I", "stage II")
            )
            + f"; memory: {rows[-1]['peak_mb'] - rows[0]['peak_mb']:.0f} MB more\n"
        )
    console.print(index_table(measured["indices"]))


def preparing_table(rows: list[Row]) -> Table:
    """Lay out what preparing costs."""
    table = _table("preparing, 24 frames at 128x64", "clips", "s", "CPU s", "KB a clip", "peak MB")
    for each in rows:
        numbers = each["wall_s"], each["cpu_s"], each["bytes"] / each["clips"] / 1e3
        table.add_row(str(each["clips"]), *(f"{n:.1f}" for n in numbers), f"{each['peak_mb']:.0f}")
    return table


def reading_table(name: str, rows: list[Row]) -> Table:
    """Lay out what reading costs."""
    columns = "clips", "opening, CPU ms a clip", "stage I, CPU ms a batch", "a second"
    table = _table(name, *columns, "stage II, CPU ms a batch", "a second", "peak MB")
    for each in rows:
        cells = [f"{1e3 * each['open']['cpu_s'] / each['clips']:.1f}"]
        for stage in ("stage I", "stage II"):
            made = each[stage]
            cells += [
                f"{1e3 * made['cpu_s'] / made['batches']:.1f}",
                f"{made['batches'] / made['wall_s']:.1f}",
            ]
        table.add_row(str(each["clips"]), *cells, f"{each['peak_mb']:.0f}")
    return table


def index_table(rows: list[Row]) -> Table:
    """Lay out what indices cost, for each clip."""
    columns = "clips", "writing, us a clip", "opening, us a clip", "bytes", "bytes held"
    table = _table("the index of a dataset; of shards", *columns)
    for each in rows:
        data, shards, count = each["dataset"], each["shards"], each["clips"]
        table.add_row(
            str(count),
            f"{1e6 * each['write']['cpu_s'] / count:.0f}",
            *(
                f"{scale * data[key] / count:.0f}; {scale * shards[key] / count:.0f}"
                for key, scale in (("cpu_s", 1e6), ("bytes", 1), ("held_bytes", 1))
            ),
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    return table


if __name__ == "__main__":
    main()
