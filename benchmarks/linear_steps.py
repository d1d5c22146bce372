"""The steps that `benchmarks.linear_cost` measures, each in a process of its own.

python -m benchmarks.linear_steps prepare CLIPS DATASET HEIGHT WIDTH FPS
python -m benchmarks.linear_steps read DATASET_OR_SHARDS BATCHES
python -m benchmarks.linear_steps index FOLDER CLIPS...

Each prints what it found as one line of JSON.
"""

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hueman.clips.sources import find_clips
from hueman.clips.store import ClipEntry, Dataset, write_index
from hueman.config import load_config
from hueman.memory import keep_freed_memory
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.shards.index import Sample, Shard, ShardIndex, dump_index, parse_index
from hueman.threads import keep_small_work_in_one_thread
from hueman.training.data import load_split, open_dataset
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.pairs import FramePairs
from hueman.training.stage_one import StageOne

SIZE = 128, 64
BUFFER = 0.02
"""Gigabytes for the clips of shards: less than the smallest set of clips takes."""
CLIPS_IN_A_SHARD = 50
JOBS = 2


def main() -> None:
    """Do the step that is named."""
    keep_freed_memory()
    keep_small_work_in_one_thread()
    name, *arguments = sys.argv[1:]
    print(json.dumps({"prepare": prepare_clips, "read": read, "index": index}[name](*arguments)))


def prepare_clips(clips: str, out: str, height: str, width: str, fps: str) -> dict[str, Any]:
    """Prepare all clips of a folder, as `hueman prepare` does."""
    settings = PrepareSettings(height=int(height), width=int(width), fps=float(fps))
    summary = prepare(find_clips([clips]), out, settings, JOBS)
    files = [path for path in Path(out).rglob("*") if path.is_file()]
    return {
        "clips": len(summary.made),
        "refused": len(summary.refused),
        "frames": sum(entry.length for entry in summary.made),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "clip_bytes": sum(path.stat().st_size for path in files if path.suffix == ".h5"),
    }


def read(source: str, batches: str) -> dict[str, Any]:
    """Open a dataset or shards as `hueman train` does, and make batches of both stages."""
    height, width = SIZE
    sizes = [f"height={height}", f"width={width}", "test_actions=[]"]
    networks = ["stage_one.generator_levels=6", f"buffer_gigabytes={BUFFER}"]
    config = load_config("lite", [*sizes, *networks])
    fabric = make_fabric(config, "cpu")
    opening = _Clock()
    split = load_split(open_dataset(source), config, show_progress=False)
    opened = opening.read()
    pairs = FramePairs(VideoModel(config), split.train, config, fabric)
    one = StageOne("upper", split, config, fabric)
    return {
        "clips": len(split.train),
        "open": opened,
        "stage I": _batches(one.make_batch, int(batches), one.schedule.batch_size),
        "stage II": _batches(pairs.warp, int(batches), pairs.sampler.batch_size),
    }


def index(folder: str, *counts: str) -> dict[str, Any]:
    """Write and read the indices of so many clips each."""
    return {"rows": [index_of(Path(folder, count), int(count)) for count in counts]}


def index_of(root: Path, count: int) -> dict[str, Any]:
    """Write and read the index of so many clips: of a dataset, and of its shards."""
    entries = [
        ClipEntry(
            f"actor-{n // 16:06d}",
            f"action-{n % 16:02d}",
            f"clips/actor-{n // 16:06d}/action-{n % 16:02d}.h5",
            "0" * 64,
            100,
            384,
            256,
            25.0,
            "0" * 64,
        )
        for n in range(count)
    ]
    samples = [
        Sample(
            key=f"{n:09d}",
            actor=each.actor,
            action=each.action,
            fps=25.0,
            start=0,
            length=100,
            own=100,
            height=384,
            width=256,
            upper_color=(51.25, 12.375, -20.5),
            lower_color=(31.125, -2.75, 10.25),
        )
        for n, each in enumerate(entries)
    ]
    groups = [samples[n : n + CLIPS_IN_A_SHARD] for n in range(0, count, CLIPS_IN_A_SHARD)]
    shards = tuple(
        Shard(
            file=f"shards-{n:06d}.tar",
            sha256="0" * 64,
            bytes=10**8,
            count=len(group),
            samples=tuple(group),
        )
        for n, group in enumerate(groups)
    )
    whole = ShardIndex(dataset="d", frames=128, megabytes=64, seed=0, split=None, shards=shards)
    root.mkdir(parents=True)
    writing = _Clock()
    write_index(root, entries)
    written = writing.read()
    (root / "shards.json").write_bytes(dump_index(whole))
    text = (root / "shards.json").read_bytes()
    return {
        "clips": count,
        "write": written,
        "dataset": _loading(lambda: Dataset(root)) | {"bytes": _size(root / "index.json")},
        "shards": _loading(lambda: parse_index(text, "shards.json")) | {"bytes": len(text)},
    }


def _batches(make: Callable[[int], object], count: int, size: int) -> dict[str, Any]:
    """Make batches one after the other; the first, which sets everything up, does not count."""
    make(0)
    clock = _Clock()
    for number in range(1, count + 1):
        make(number)
    return {"batches": count, "batch_size": size, **clock.read()}


def _loading(load: Callable[[], object]) -> dict[str, float]:
    """Return how long it takes to load something, and the bytes that are held then."""
    clock = _Clock()
    load()
    taken = clock.read()
    tracemalloc.start()
    kept = load()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return {**taken, "held_bytes": held}


def _size(path: Path) -> int:
    return path.stat().st_size


class _Clock:
    """Seconds since it was made, of the day and of this process on all cores."""

    def __init__(self):
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Return both."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {"wall_s": wall, "cpu_s": cpu}


if __name__ == "__main__":
    main()
