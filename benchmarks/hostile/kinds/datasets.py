"""What tells which clips there are: manifests, indexes of datasets, splits."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ..crafting import DEEP, Crafted, changed_json, text
from ..entries import check, command
from ..kind import Kind


def _set_row(change: Callable[[dict], None]) -> Crafted:
    return changed_json(lambda content: change(content["clips"][0]))


def _rows(row: str) -> Crafted:
    return text(f"path,actor,action\n{row}\n")


def _manifest(file: Path, out: Path) -> None:
    from hueman.clips.sources import find_clips

    find_clips([], file)


def _prepare(file: Path, out: Path) -> None:
    # The clips of the manifest are refused by their size before any process is started.
    command("prepare", "--manifest", str(file), "--out", str(out / "data"), "--jobs", "0")


def _read_dataset(file: Path, out: Path) -> None:
    from hueman.clips.split import read_split
    from hueman.clips.store import Dataset

    dataset = Dataset(file.parent)
    read_split(file.parent)
    for entry in dataset.entries:
        dataset.read(entry)


def _read_remote(file: Path, out: Path) -> None:
    from hueman.clips.store import Dataset

    os.environ["HUEMAN_CACHE"] = str(out / "cache")
    # A pipe or a device is at no address.
    dataset = Dataset(f"local://{file.parent}" if file.is_file() else file.parent)
    for entry in dataset.entries:
        dataset.read(entry)


def _shard(file: Path, out: Path) -> None:
    command("shard", str(file.parent), "--out", f"{out}/shards/shards-%06d.tar")


def _split(file: Path, out: Path) -> None:
    data = out / "data"
    # Links, since pipes cannot be copied.
    shutil.copytree(file.parent, data, symlinks=True, copy_function=os.symlink)
    (data / "split.json").unlink(missing_ok=True)
    command("split", str(data), "--test-actions", "1")


def _dry_run(file: Path, out: Path) -> None:
    from hueman.clips.store import Dataset
    from hueman.config import load_config
    from hueman.training.data import load_split

    load_split(Dataset(file.parent), load_config("demo"), show_progress=False)


MANIFESTS = Kind(
    "manifests",
    ("manifest.csv",),
    {"find_clips": _manifest, "hueman prepare": _prepare},
    text=True,
    share=2,
    around=("clip.mp4", "clip.gif"),
    crafted={
        "a way out as actor": _rows("clip.mp4,../../escape,wave"),
        "a way out as action": _rows("clip.mp4,ann,../../../escape"),
        "an absolute actor": _rows("clip.mp4,/etc,passwd"),
        "dots": _rows("clip.mp4,..,."),
        "a zero in a path": _rows("clip\0.mp4,ann,wave"),
        "a zero in a name": _rows("clip.mp4,a\0nn,wave"),
        "a long path": _rows(f"{'x' * 5000}.mp4,ann,wave"),
        "a long name": _rows(f"clip.mp4,{'x' * 5000},wave"),
        "a long cell": _rows(f"clip.mp4,{'x' * 200_000},wave"),
        "a device": _rows("/dev/zero,ann,wave"),
        "no file of pictures": _rows("/etc,ann,wave"),
        "escapes": _rows("clip.mp4,\x1b[2J,wave"),
        "lines in a cell": _rows('clip.mp4,"a\nb",wave'),
        "a quote": _rows('"' + "x" * 1000),
        "columns twice": text("path,path,actor,action\na,b,c,d\n"),
        "a thousand columns": text(",".join(f"c{n}" for n in range(5000)) + "\n"),
        "twice the same": _rows("clip.mp4,ann,wave\nclip.gif,ANN,WAVE"),
        "a name of Windows": _rows("clip.mp4,CON,NUL"),
        "a million rows": text("path,actor,action\n" + "clip.mp4,ann,wave\n" * 10**6),
    },
)

INDEXES = Kind(
    "indexes of datasets",
    ("dataset/index.json",),
    {
        "Dataset": _read_dataset,
        "Dataset at an address": _read_remote,
        "check": lambda file, out: check(file.parent, out),
        "load_split": _dry_run,
        "hueman shard": _shard,
        "hueman split": _split,
    },
    text=True,
    share=2,
    around=("dataset/clips/ann/wave.h5", "dataset/clips/ann/march.h5", "dataset/split.json"),
    renamed=False,
    crafted={
        "a way out": _set_row(lambda row: row.__setitem__("file", "../../../../etc/passwd")),
        "an absolute way out": _set_row(lambda row: row.__setitem__("file", "/etc/passwd")),
        "a device": _set_row(lambda row: row.__setitem__("file", "/dev/zero")),
        "truth out of the way": _set_row(lambda row: row.__setitem__("truth", "/etc/passwd")),
        "a way out as actor": _set_row(lambda row: row.__setitem__("actor", "../../escape")),
        "a zero in a path": _set_row(lambda row: row.__setitem__("file", "a\0b")),
        "a path as number": _set_row(lambda row: row.__setitem__("file", 7)),
        "a path as list": _set_row(lambda row: row.__setitem__("file", [])),
        "an actor as number": _set_row(lambda row: row.__setitem__("actor", 7)),
        "an actor as list": _set_row(lambda row: row.__setitem__("actor", [])),
        "length as text": _set_row(lambda row: row.__setitem__("length", "x")),
        "negative length": _set_row(lambda row: row.__setitem__("length", -1)),
        "height of 400 digits": _set_row(lambda row: row.__setitem__("height", 10**400)),
        "NaN fps": _set_row(lambda row: row.__setitem__("fps", float("nan"))),
        "a row as text": changed_json(lambda content: {"format": 1, "clips": ["x"]}),
        "a row as number": changed_json(lambda content: {"format": 1, "clips": [7]}),
        "a row as list": changed_json(lambda content: {"format": 1, "clips": [[1]]}),
        "rows by name": changed_json(lambda content: {"format": 1, "clips": {"a": 1}}),
        "rows as number": changed_json(lambda content: {"format": 1, "clips": 7}),
        "no rows": changed_json(lambda content: {"format": 1, "clips": []}),
        "a list": text("[]"),
        "null": text("null"),
        "deep": text('{"format": ' + "[" * DEEP),
        "twice": changed_json(lambda content: content["clips"].append(content["clips"][0])),
        "an escape": _set_row(lambda row: row.__setitem__("actor", "\x1b[2J\n")),
        "5000 digits": text('{"format": ' + "9" * 5000 + ', "clips": []}'),
    },
)

SPLITS = Kind(
    "splits of datasets",
    ("dataset/split.json",),
    {"Dataset": _read_dataset, "load_split": _dry_run},
    text=True,
    around=("dataset/clips/ann/wave.h5", "dataset/clips/ann/march.h5", "dataset/index.json"),
    renamed=False,
    crafted={
        "deep": text("[" * DEEP),
        "a list": text("[]"),
        "names as numbers": changed_json(lambda content: content.__setitem__("train_actors", [1])),
        "names as text": changed_json(lambda content: content.__setitem__("train_actors", "ann")),
        "nobody": changed_json(lambda content: content.__setitem__("train_actors", [])),
        "a million names": changed_json(
            lambda content: content.__setitem__("train_actors", [str(n) for n in range(10**6)])
        ),
        "twice": changed_json(lambda content: content.__setitem__("train_actors", ["ann", "ann"])),
        "escapes": changed_json(
            lambda content: content.__setitem__("train_actors", ["\x1b[2J", 1])
        ),
    },
)
