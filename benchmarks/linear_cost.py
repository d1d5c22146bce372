"""Whether cost grows as the number of clips does: preparing, reading for training, indices.

python -m benchmarks.linear_cost [PART...] --out FILE.json [--times 1,4,16] [--batches 40]
    [--dataset DATASET]

PART: preparing, folder, shards, indices, full-size; all by default. What FILE.json has of other
parts stays in it. Each step is done with 1, 4 and 16 times the clips, in processes of its own, of
which processor time, the time of the day and the most memory are taken together. Preparing: 2 clips
of 24 frames at 128x64, copies of the same two bundled ones. Reading: 16 prepared clips (copies of
those of DATASET, or of two that are prepared for it), as a dataset's folder, which training holds
in memory, and as shards, of which it holds what a buffer of 20 MB allows; batches of both stages,
made one after the other. Indices: 1,000 clips. Full size: clips of 48 frames at 384x256, for
`benchmarks.scale_plan`. A cost is called linear if a clip costs at most a quarter more among the
most clips than among fewer, by processor time.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
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
    """Measure what is named, write the numbers, print tables of all that the file has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--times", default="1,4,16")
    parser.add_argument("--batches", type=int, default=40)
    parser.add_argument("--dataset", type=Path)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {sorted(unknown)[0]}; choose of {', '.join(PARTS)}")
    times = [int(each) for each in options.times.split(",")]
    command = f"python -m benchmarks.linear_cost --times {options.times}"
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="hueman-") as folder:
            rows = PARTS[name](Path(folder), times, options.batches, options.dataset)
        known = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
        known |= {"command": command, "machine": describe_machine(), name: rows}
        with atomic_file(options.out) as temporary:
            temporary.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    report(known)


def preparing(folder: Path, times: list[int], *_: object) -> list[Row]:
    """Return what preparing small clips costs."""
    counts = [each * PREPARED for each in times]
    return [preparation(folder / str(each), each, *SIZE, 12.5) for each in counts]


def full_size(folder: Path, *_: object) -> list[Row]:
    """Return what preparing clips of the default size costs, and how large they are."""
    prepared = preparation(folder, 2, 384, 256, 25.0)
    shard_dataset(Dataset(folder / "dataset"), f"{folder}/shards/shards-%06d.tar")
    size = sum(path.stat().st_size for path in (folder / "shards").glob("*.tar"))
    return [prepared | {"shard_bytes": size}]


def reading(
    kind: str, folder: Path, times: list[int], batches: int, dataset: Path | None
) -> list[Row]:
    """Return what it costs to open a dataset or its shards, and to make batches of it."""
    if dataset is None:
        preparation(folder / "pair", 2, *SIZE, 12.5)
    template, rows = Dataset(dataset or folder / "pair" / "dataset"), []
    for each in times:
        place = copies(template, folder / f"clips-{each}", each * READ).root
        if kind == "shards":
            out = folder / f"shards-{each}"
            shard_dataset(Dataset(place), f"{out}/shards-%06d.tar", megabytes=SHARD_MEGABYTES)
            place = out
        rows.append(row(cost_of(STEPS, ["read", str(place), str(batches)])))
    return rows


def indices(folder: Path, times: list[int], *_: object) -> list[Row]:
    """Return what indices cost."""
    counts = [str(each * INDEXED) for each in times]
    return cost_of(STEPS, ["index", str(folder / "indices"), *counts]).answer["rows"]


PARTS: dict[str, Callable[..., list[Row]]] = {
    "preparing": preparing,
    "folder": partial(reading, "folder"),
    "shards": partial(reading, "shards"),
    "indices": indices,
    "full-size": full_size,
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


def report(measured: dict[str, Any]) -> None:
    """Print what was measured, and say of each step whether it is linear."""
    console = Console(width=120)
    if rows := measured.get("preparing"):
        console.print(preparing_table(rows))
        costs = further(rows, lambda each: each["cpu_s"])
        console.print(f"a further clip: {costs[0]:.2f}, then {costs[-1]:.2f} s: {grows(costs)}\n")
    for name in ("folder", "shards"):
        if rows := measured.get(name):
            console.print(reading_table(f"reading: {name}", rows))
            stages = {
                stage: grows([each[stage]["cpu_s"] for each in rows])
                for stage in ("stage I", "stage II")
            }
            console.print(
                f"opening: {grows([each['open']['cpu_s'] / each['clips'] for each in rows])}; "
                + ", ".join(f"batches of {stage}: {told}" for stage, told in stages.items())
                + f"; memory: {rows[-1]['peak_mb'] - rows[0]['peak_mb']:.0f} MB more\n"
            )
    if rows := measured.get("indices"):
        console.print(index_table(rows))


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
