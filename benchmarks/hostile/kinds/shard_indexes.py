"""Indexes of shards: what lies in which tar file."""

from collections.abc import Callable
from pathlib import Path

from ..crafting import DEEP, TERA, Crafted, changed_json, text
from ..entries import command
from ..kind import Kind


def read_shards(file: Path, out: Path) -> None:
    from hueman.shards.store import Shards

    shards = Shards(str(file.parent))
    for shard in shards.shards:
        for _ in shards.read(shard, {sample.key for sample in shard.samples}):
            pass


def load_shards(file: Path, out: Path) -> None:
    from hueman.config import load_config
    from hueman.shards.store import Shards
    from hueman.training.data import load_split

    split = load_split(Shards(str(file.parent)), load_config("demo"), show_progress=False)
    for clip in split.train:
        clip.frames  # noqa: B018


def _train(file: Path, out: Path) -> None:
    # No shard fits into such a buffer, so that it ends where the training would begin.
    words = ("--preset", "demo", "--set", "buffer_gigabytes=1e-9")
    command("train", str(file.parent), "--out", str(out / "run"), *words)


def _shard(change: Callable[[dict], object]) -> Crafted:
    return changed_json(lambda content: change(content["shards"][0]) and None)


def _sample(name: str, value: object) -> Crafted:
    return _shard(lambda shard: shard["samples"][0].__setitem__(name, value))


INDEXES = Kind(
    "indexes of shards",
    ("shards/shards.json",),
    {"Shards": read_shards, "load_split": load_shards, "hueman train": _train},
    text=True,
    share=2,
    around=("shards/shards-000000.tar", "shards/shards-000001.tar"),
    renamed=False,
    crafted={
        "a way out": _shard(lambda shard: shard.__setitem__("file", "../../../etc/passwd.tar")),
        "an absolute way out": _shard(lambda shard: shard.__setitem__("file", "/etc/passwd")),
        "a device": _shard(lambda shard: shard.__setitem__("file", "/dev/zero.tar")),
        "an address": _shard(lambda shard: shard.__setitem__("file", "http://[::1]:9/x.tar")),
        "a zero in a name": _shard(lambda shard: shard.__setitem__("file", "a\0b.tar")),
        "lines in a name": _shard(lambda shard: shard.__setitem__("file", "a.tar\n")),
        "a long name": _shard(lambda shard: shard.__setitem__("file", "x" * 5000 + ".tar")),
        "no such shard": _shard(lambda shard: shard.__setitem__("file", "none.tar")),
        "a shard of a terabyte": _shard(lambda shard: shard.__setitem__("bytes", TERA)),
        "a shard of 4 GB": _shard(lambda shard: shard.__setitem__("bytes", 2**32)),
        "another checksum": _shard(lambda shard: shard.__setitem__("sha256", "0" * 64)),
        "a billion samples": _shard(lambda shard: shard.__setitem__("count", 10**9)),
        "samples as number": _shard(lambda shard: shard.__setitem__("samples", 7)),
        "no samples": _shard(lambda shard: shard.update(samples=[], count=0)),
        "a sample twice": _shard(
            lambda shard: shard.update(samples=[shard["samples"][0]] * 2, count=2)
        ),
        "a key in two shards": changed_json(
            lambda content: content["shards"][1].update(samples=content["shards"][0]["samples"])
        ),
        "a shard twice": changed_json(
            lambda content: content["shards"].append(content["shards"][0])
        ),
        "no shards": changed_json(lambda content: content.__setitem__("shards", [])),
        "shards by name": changed_json(lambda content: content.__setitem__("shards", {"a": 1})),
        "a way out as key": _sample("key", "../../../x"),
        "a way out as actor": _sample("actor", "../../escape"),
        "an escape": _sample("action", "\x1b[2J\n"),
        "a million frames": _sample("length", 2**20),
        "a negative length": _sample("length", -1),
        "frames of 2**14": changed_json(
            lambda content: content["shards"][0]["samples"][0].update(height=2**14, width=2**14)
        ),
        "height of 400 digits": _sample("height", 10**400),
        "NaN fps": _sample("fps", float("nan")),
        "infinite fps": _sample("fps", float("inf")),
        "NaN colours": _sample("upper_color", [float("nan")] * 3),
        "colours of 1e308": _sample("lower_color", [1e308] * 3),
        "start of 2**70": _sample("start", 2**70),
        "a split of nothing": changed_json(lambda content: content.__setitem__("split", {})),
        "a split of numbers": changed_json(
            lambda content: content["split"].__setitem__("train_actors", [7])
        ),
        "an unknown field": changed_json(lambda content: content.__setitem__("\x1b[2J", 1)),
        "a list": text("[]"),
        "null": text("null"),
        "deep": text('{"format": ' + "[" * DEEP),
        "5000 digits": text('{"format": ' + "9" * 5000 + "}"),
        "100 MB of spaces": text(" " * 100_000_000),
    },
)
