"""The kinds of files that hueman reads from a user, and how each of them gets in."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Entry = Callable[[Path, Path], None]
"""Reads the file (first) as the program does; what it writes goes into a folder (second)."""


@dataclass(frozen=True)
class Kind:
    """Files of one kind."""

    name: str
    files: tuple[str, ...]
    """Good ones, in the materials."""
    entries: dict[str, Entry]
    """What reads them, by name; the first ones are fast."""
    text: bool = False
    """Mutated as text too."""
    share: int = 1
    """Of the random cases."""
    around: tuple[str, ...] = ()
    """Files of the materials that lie beside, by their paths; the spoiled one lies among them."""
    renamed: bool = True
    """Whether the file may have another name."""
    places: tuple[str, ...] = field(default=())


def command(*words: str) -> None:
    """Run a command of the command line in this process."""
    from hueman.cli import main

    sys.argv = ["hueman", *words]
    main()


def materials() -> Path:
    """Return where the good files are."""
    return Path(os.environ["HUEMAN_HOSTILE_MATERIALS"])


def _video(file: Path, out: Path) -> None:
    from hueman.clips.video import Video

    for _ in Video(file):
        pass


def _upload(file: Path, out: Path) -> None:
    from hueman.studio.limits import Limits
    from hueman.studio.uploads import open_upload

    for _ in open_upload(file, Limits()):
        pass


def _poses(file: Path, out: Path) -> None:
    command("poses", str(file), "--out", str(out / "poses"))


def _picture(file: Path, out: Path) -> None:
    from hueman.generation.backdrop import parse_backdrop

    parse_backdrop(str(file))


def _content(file: Path, out: Path) -> None:
    drive = materials() / "poses.npz"
    _generate("--content", str(file), "--drive", str(drive), "--out", str(out / "x.mp4"))


def _behind(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    _generate(*words, "--background", str(file), "--out", str(out / "x.mp4"))


def _driving(file: Path, out: Path) -> None:
    from hueman.generation.driving import driving_poses
    from hueman.generation.motion import arrange

    poses, fps = driving_poses(file)
    arrange(poses, fps)


def _drive(file: Path, out: Path) -> None:
    content = materials() / "clip.h5"
    _generate("--content", str(content), "--drive", str(file), "--out", str(out / "x.mp4"))


def _generate(*words: str) -> None:
    command("generate", str(materials() / "run"), *words, "--device", "cpu")


def _read_clip(file: Path, out: Path) -> None:
    from hueman.clips.store import read_clip

    read_clip(file)


def _manifest(file: Path, out: Path) -> None:
    from hueman.clips.sources import find_clips

    find_clips([], file)


def _prepare(file: Path, out: Path) -> None:
    # The clips of the manifest are refused by their size before any process is started.
    command("prepare", "--manifest", str(file), "--out", str(out / "data"), "--jobs", "0")


def _palette(file: Path, out: Path) -> None:
    from hueman.color.palette import read_palette

    read_palette(file)


def _recolor(file: Path, out: Path) -> None:
    clip = materials() / "no-such-clip.mp4"
    command("recolor", str(clip), "--palette", str(file), "--out", str(out / "x"))


def _preset(file: Path, out: Path) -> None:
    command("train", str(materials() / "none"), "--preset", str(file), "--out", str(out / "run"))


def _changes(file: Path, out: Path) -> None:
    words = file.read_text("utf-8", "surrogateescape").replace("\0", "").split("\n")
    words = [word for word in words if word and not word.startswith("-")]
    where = str(materials() / "none"), "--out", str(out / "run")
    command("train", *where, *(part for word in words for part in ("--set", word)))


def _model(file: Path, out: Path) -> None:
    from hueman.training.model import load_model

    load_model(file)


def _subject(file: Path, out: Path) -> None:
    from hueman.evaluation.subject import load_subject

    load_subject(file)


def _generate_by(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    command("generate", str(file), *words, "--out", str(out / "x.mp4"), "--device", "cpu")


def _checkpoint(file: Path, out: Path) -> None:
    from hueman.training.checkpoints import read_checkpoint

    read_checkpoint(file)


def _rewind(file: Path, out: Path) -> None:
    from hueman.config import load_config
    from hueman.training.rewinding import rewind

    from .materials import CHANGES

    run = out / "run"
    shutil.copytree(materials() / "run", run)
    target = run / "stage_two" / file.name
    target.unlink(missing_ok=True)
    target.symlink_to(file)
    rewind(run, target, load_config("demo", CHANGES), 1)


def _resume(file: Path, out: Path) -> None:
    data = materials() / "dataset"
    shutil.copytree(file.parents[1], out / "run", symlinks=True)
    words = [word for change in _changes_of_materials() for word in ("--set", change)]
    command("train", str(data), "--out", str(out / "run"), "--preset", "demo", *words)


def _changes_of_materials() -> tuple[str, ...]:
    from .materials import CHANGES

    return (*CHANGES, "split=actions", "test_actions=[wave]")


def _read_dataset(file: Path, out: Path) -> None:
    from hueman.clips.split import read_split
    from hueman.clips.store import Dataset

    dataset = Dataset(file.parent)
    read_split(file.parent)
    for entry in dataset.entries:
        dataset.read(entry)


def _split(file: Path, out: Path) -> None:
    data = out / "data"
    shutil.copytree(file.parent, data, symlinks=True)
    (data / "split.json").unlink(missing_ok=True)
    command("split", str(data), "--test-actions", "1")


def _dry_run(file: Path, out: Path) -> None:
    from hueman.clips.store import Dataset
    from hueman.config import load_config
    from hueman.training.data import load_split

    load_split(Dataset(file.parent), load_config("demo"), show_progress=False)


def _record(file: Path, out: Path) -> None:
    from hueman.engines.record import read_record

    read_record(file.parent / "model.safetensors")


def _by_graph(file: Path, out: Path) -> None:
    good = materials()
    words = ("--content", str(good / "clip.h5"), "--drive", str(good / "poses.npz"))
    words += ("--out", str(out / "x.mp4"), "--engine", "openvino", "--device", "cpu")
    command("generate", str(file.parent), *words)


def _result(file: Path, out: Path) -> None:
    from hueman.evaluation.result import read_evaluation

    read_evaluation(file)


def _begun(file: Path, out: Path) -> None:
    from hueman.config import load_config
    from hueman.training.settings import check_same_run

    check_same_run(file.parent, load_config("demo"))


def _begun_own(file: Path, out: Path) -> None:
    from hueman.personalize import _begun as begun

    begun(file.parent)


def _log(file: Path, out: Path) -> None:
    from hueman.training.curves import draw_curves
    from hueman.training.loop import _cut_log as cut_log

    kept = out / "log.jsonl"
    if file.is_file():
        shutil.copyfile(file, kept)
    else:
        kept.symlink_to(file)
    cut_log(kept, 2)
    draw_curves(kept, out / "curves.png")


def _pickle(file: Path, out: Path) -> None:
    from hueman.weights.numpy_pickle import read_numpy_pickle

    read_numpy_pickle(file)


def _weights(file: Path, out: Path) -> None:
    from hueman.weights.published import read_state

    read_state(file)


def _archive(file: Path, out: Path) -> None:
    from hueman.errors import HuemanError
    from hueman.weights.sources import SourceError, _extract

    try:
        _extract(file, "package/weights.bin", out / "weights.bin", 1000)
    except SourceError as error:  # the registry tells it so
        raise HuemanError(str(error)) from error


KINDS = (
    Kind(
        "videos",
        ("clip.mp4", "clip.webm", "clip.gif", "clip.mov"),
        {"Video": _video, "open_upload": _upload, "hueman poses": _poses},
        share=4,
    ),
    Kind(
        "pictures",
        ("picture.png", "picture.jpg"),
        {
            "parse_backdrop": _picture,
            "Video": _video,
            "open_upload": _upload,
            "hueman generate --background": _behind,
        },
        share=3,
    ),
    Kind(
        "OpenPose JSON",
        ("poses/frame_000000000000_keypoints.json",),
        {
            "driving_poses": lambda file, out: _driving(file.parent, out),
            "hueman generate --drive": lambda file, out: _drive(file.parent, out),
        },
        text=True,
        share=3,
        around=("poses/frame_000000000001_keypoints.json",),
        renamed=False,
    ),
    Kind(
        "poses (.npz)",
        ("poses.npz",),
        {"driving_poses": _driving, "hueman generate --drive": _drive},
        share=2,
    ),
    Kind(
        "motion capture (.bvh)",
        ("motion.bvh",),
        {"driving_poses": _driving, "hueman generate --drive": _drive},
        text=True,
        share=2,
    ),
    Kind(
        "prepared clips (.h5)",
        ("clip.h5",),
        {
            "read_clip": _read_clip,
            "hueman generate --content": _content,
            "hueman generate --drive": _drive,
        },
        share=3,
    ),
    Kind(
        "manifests",
        ("manifest.csv",),
        {"find_clips": _manifest, "hueman prepare": _prepare},
        text=True,
        share=2,
        around=("clip.mp4", "clip.gif"),
    ),
    Kind(
        "palettes",
        ("palette.csv", "palette.gpl", "palette.ase"),
        {"read_palette": _palette, "hueman recolor --palette": _recolor},
        text=True,
        share=3,
    ),
    Kind("presets (.yaml)", ("preset.yaml",), {"hueman train --preset": _preset}, True, 2),
    Kind(
        "changes (--set)",
        ("preset.yaml",),
        {"hueman train --set": _changes},
        True,
        1,
        renamed=False,
    ),
    Kind(
        "models",
        ("run/model.safetensors",),
        {"load_model": _model, "load_subject": _subject, "hueman generate": _generate_by},
        share=3,
    ),
    Kind(
        "checkpoints",
        ("run/stage_two/checkpoint-0000002.pt",),
        {"read_checkpoint": _checkpoint, "rewind": _rewind},
        share=2,
        renamed=False,
    ),
    Kind(
        "indexes of datasets",
        ("dataset/index.json",),
        {"Dataset": _read_dataset, "hueman split": _split, "load_split": _dry_run},
        text=True,
        share=2,
        around=("dataset/clips/ann/wave.h5", "dataset/clips/ann/march.h5", "dataset/split.json"),
        renamed=False,
    ),
    Kind(
        "splits of datasets",
        ("dataset/split.json",),
        {"Dataset": _read_dataset, "load_split": _dry_run},
        text=True,
        around=("dataset/clips/ann/wave.h5", "dataset/clips/ann/march.h5", "dataset/index.json"),
        renamed=False,
    ),
    Kind(
        "exported graphs",
        ("export/export.json", "export/frame.xml"),
        {"read_record": _record, "hueman generate --engine openvino": _by_graph},
        text=True,
        around=(
            "export/model.safetensors",
            "export/export.json",
            "export/frame.xml",
            "export/frame.bin",
        ),
        renamed=False,
    ),
    Kind("results", ("result.json",), {"read_evaluation": _result}, text=True),
    Kind(
        "settings of runs",
        ("run/config.yaml",),
        {"check_same_run": _begun, "personalize": _begun_own},
        text=True,
        renamed=False,
    ),
    Kind("logs of runs", ("run/stage_two/log.jsonl",), {"curves": _log}, text=True, renamed=False),
    Kind("published arrays", ("arrays.pickle",), {"read_numpy_pickle": _pickle}),
    Kind("published weights", ("weights.pth",), {"read_state": _weights}),
    Kind("packages", ("wheel.zip",), {"_extract": _archive}),
)
