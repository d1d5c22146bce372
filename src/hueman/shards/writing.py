"""Writing a prepared dataset as shards: WebDataset tar files and their index, all or nothing.

FOLDER/shards-000000.tar ...   for each sample KEY.json, what it is, and KEY.npz, its arrays
FOLDER/shards.json             written last: sha256, sizes and samples of all shards, settings

Samples are clips, or runs of long ones; they lie in random order, so that any few shards are a fair
choice of all. What the dataset's split keeps out of training comes last, in shards of its own.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from hueman.clips.split import read_split
from hueman.clips.store import ARRAYS, ClipEntry, Dataset, PreparedClip
from hueman.color.augmentation import GarmentStatistics
from hueman.errors import HuemanError
from hueman.files import atomic_folder, file_sha256
from hueman.progress import track
from hueman.shards.arrays import encode
from hueman.shards.index import (
    INDEX_FILE,
    MAX_SAMPLE_BYTES,
    MAX_SHARD_BYTES,
    SHARD_NAME,
    Sample,
    Shard,
    ShardIndex,
    dump_index,
    sample_bytes,
)
from hueman.shards.requirements import load

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """Consecutive frames of a clip that become a sample."""

    entry: ClipEntry
    start: int
    length: int
    own: int
    """See `Sample.own`."""


def shard_dataset(
    dataset: Dataset, out: str, frames: int = 128, megabytes: float = 64, seed: int = 0
) -> str:
    """Write a dataset as shards and say how many they are.

    The same arguments write the same bytes.

    Args:
        dataset: prepared clips.
        out: pattern of the shards' paths, FOLDER/shards-%06d.tar; the folder is new, or empty.
        frames: the most in a sample; a longer clip is cut into runs of nearly the same length.
        megabytes: a shard is closed when it is so large.
        seed: of the order of samples.

    Raises:
        HuemanError: the pattern, a size or the folder does not fit, or a sample is too large.
    """
    folder, name = _output(out)
    webdataset = load("webdataset")
    if frames < 2:
        raise HuemanError(f"frames is {frames}; a sample needs at least 2.")
    if not 0 < megabytes * 1e6 <= MAX_SHARD_BYTES / 2:
        raise HuemanError(f"megabytes is {megabytes}; choose more than 0 and at most 2000.")
    runs = _ordered(dataset, frames, seed)
    split = read_split(dataset.root)
    trained, kept_out = [], []
    for run in runs:
        role = split.role(run.entry.actor, run.entry.action) if split else "train"
        (trained if role == "train" else kept_out).append(run)
    with atomic_folder(folder) as temporary:
        samples: dict[str, list[Sample]] = {}
        with webdataset.ShardWriter(
            str(temporary / name), maxsize=megabytes * 1e6, verbose=0, mtime=0, encoder=False
        ) as writer:
            coming = _encoded(dataset, [*trained, *kept_out])
            for number, (sample, arrays) in enumerate(track(coming, "Writing shards", len(runs))):
                if number == len(trained) and number > 0:
                    writer.next_stream()
                content = TypeAdapter(Sample).dump_json(sample)
                writer.write({"__key__": sample.key, "json": content, "npz": arrays})
                samples.setdefault(Path(writer.fname).name, []).append(sample)
        shards = tuple(_shard(temporary / file, each) for file, each in samples.items())
        index = ShardIndex(
            dataset=dataset.name,
            frames=frames,
            megabytes=megabytes,
            seed=seed,
            split=split,
            shards=shards,
        )
        (temporary / INDEX_FILE).write_bytes(dump_index(index))
    size = sum(shard.bytes for shard in shards)
    return (
        f"{folder}: {len(shards)} shards, {len(runs)} samples of {len(dataset.entries)} clips, "
        f"{size / 1e6:.1f} MB. Train with: hueman train {folder} --out RUN"
    )


def cut(entry: ClipEntry, most: int) -> list[Run]:
    """Cut a clip into runs of at most `most` frames, the last of one being the first of the next.

    Frames of a run are what a sample of training is drawn from: pairs, the frames before them and
    the content frame. So runs are long, and a clip is cut only if it is longer.
    """
    if entry.length <= most:
        return [Run(entry, 0, entry.length, entry.length)]
    count = -(-(entry.length - 1) // (most - 1))
    ends = np.linspace(0, entry.length - 1, count + 1).round().astype(int).tolist()
    runs = [Run(entry, start, end - start + 1, end - start) for start, end in pairwise(ends)]
    return [*runs[:-1], replace(runs[-1], own=runs[-1].length)]


def _output(out: str) -> tuple[Path, str]:
    """Return the folder and the pattern of names."""
    if "://" in out:
        raise HuemanError(f"--out is '{out}'; write to a folder here, and copy it there.")
    folder, name = Path(out).parent, Path(out).name
    if not re.fullmatch(r"[^%]*%0?\d*d[^%]*\.tar", name) or not re.fullmatch(SHARD_NAME, name % 0):
        raise HuemanError(
            f"--out is '{out}'; give a pattern with one number in it, such as "
            "FOLDER/shards-%06d.tar (letters, digits, '_', '-' and '.')."
        )
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise HuemanError(f"{folder} is there already; name a new folder in --out, or delete it.")
    return folder, name


def _ordered(dataset: Dataset, frames: int, seed: int) -> list[Run]:
    """Return all samples in random order, and check that none is too large."""
    runs = [run for entry in dataset.entries for run in cut(entry, frames)]
    for run in runs:
        entry = run.entry
        if sample_bytes(run.length, entry.height, entry.width) > MAX_SAMPLE_BYTES:
            raise HuemanError(
                f"{run.length} frames of {entry.actor}/{entry.action}, {entry.height}x"
                f"{entry.width}, are more than {MAX_SAMPLE_BYTES} bytes; choose fewer --frames."
            )
    return [runs[place] for place in np.random.default_rng(seed).permutation(len(runs))]


def _encoded(dataset: Dataset, runs: list[Run]) -> Iterator[tuple[Sample, bytes]]:
    """Yield samples and their arrays, in order; compressing takes most of the time."""
    colors: dict[str, GarmentStatistics] = {}
    jobs = os.cpu_count() or 1
    with ThreadPoolExecutor(jobs) as pool:
        for some in _batched(enumerate(runs), jobs):
            read = [_sample(dataset, run, f"{number:09d}", colors) for number, run in some]
            arrays = pool.map(encode, [clip for _, clip in read])
            yield from zip([sample for sample, _ in read], arrays, strict=True)


def _batched(items: Iterator[T], count: int) -> Iterator[list[T]]:
    while some := list(islice(items, count)):
        yield some


def _sample(
    dataset: Dataset, run: Run, key: str, colors: dict[str, GarmentStatistics]
) -> tuple[Sample, PreparedClip]:
    """Read a run; colours are those of the whole clip, which is measured once."""
    entry = run.entry
    chosen = slice(run.start, run.start + run.length)
    if entry.file in colors:
        clip = dataset.read(entry, chosen)
    else:
        whole = dataset.read(entry)
        colors[entry.file] = GarmentStatistics.of_clip(whole.frames, whole.upper, whole.lower)
        clip = replace(whole, **{name: getattr(whole, name)[chosen] for name in ARRAYS})
    means = colors[entry.file]
    try:
        return Sample(
            key=key,
            actor=entry.actor,
            action=entry.action,
            fps=clip.fps,
            start=run.start,
            length=len(clip),
            own=run.own,
            height=clip.frames.shape[1],
            width=clip.frames.shape[2],
            upper_color=tuple(means.upper[0].tolist()),
            lower_color=tuple(means.lower[0].tolist()),
        ), clip
    except ValidationError as error:
        raise HuemanError(
            f"{dataset.root / entry.file} is not as the index says; prepare it again."
        ) from error


def _shard(path: Path, samples: list[Sample]) -> Shard:
    return Shard(
        file=path.name,
        sha256=file_sha256(path),
        bytes=path.stat().st_size,
        count=len(samples),
        samples=tuple(samples),
    )
