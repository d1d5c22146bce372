"""Bytes and milliseconds a frame of prepared clips as HDF5, npz and PNG.

.venv/bin/python benchmarks/shard_formats.py DATASET [--clips N]
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from hueman.clips.store import ARRAYS, ClipEntry, Dataset, PreparedClip
from hueman.shards.arrays import decode, encode
from hueman.shards.index import Sample


def main() -> None:
    """Measure clips spread over the dataset and print a row for each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--clips", type=int, default=6)
    arguments = parser.parse_args()
    dataset = Dataset(arguments.dataset)
    chosen = dataset.entries[:: max(1, len(dataset.entries) // arguments.clips)][: arguments.clips]
    rows = {"HDF5": [0.0, 0.0], "npz": [0.0, 0.0], "PNG": [0.0, 0.0]}
    frames = 0
    for entry in chosen:
        clip = dataset.read(entry)
        frames += len(clip)
        for name, (size, read) in formats(dataset, entry, clip).items():
            started = time.perf_counter()
            read()
            rows[name][0] += size
            rows[name][1] += time.perf_counter() - started
    first = chosen[0]
    print(f"{len(chosen)} clips, {frames} frames; the first is {first.height}x{first.width}")
    for name, (size, seconds) in rows.items():
        print(f"{name:5} {size / frames:9,.0f} bytes/frame {1e3 * seconds / frames:6.2f} ms/frame")


def formats(
    dataset: Dataset, entry: ClipEntry, clip: PreparedClip
) -> dict[str, tuple[int, Callable[[], object]]]:
    """Return the size of a clip in each format, and how it is read again."""
    path = dataset.root / entry.file
    sample = Sample(
        key="000000000",
        actor=clip.actor,
        action=clip.action,
        fps=clip.fps,
        start=0,
        length=len(clip),
        own=len(clip),
        height=entry.height,
        width=entry.width,
        upper_color=(0.0, 0.0, 0.0),
        lower_color=(0.0, 0.0, 0.0),
    )
    content = encode(clip)
    pictures = [
        cv2.imencode(".png", np.concatenate(list(getattr(clip, name))))[1]
        for name in ARRAYS
        if name != "pose"
    ]
    return {
        "HDF5": (path.stat().st_size, lambda: dataset.read(entry)),
        "npz": (len(content), lambda: decode(content, sample)),
        "PNG": (
            sum(len(each) for each in pictures) + clip.pose.nbytes,
            lambda: [cv2.imdecode(each, cv2.IMREAD_UNCHANGED) for each in pictures],
        ),
    }


if __name__ == "__main__":
    main()
