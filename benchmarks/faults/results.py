"""What lies there after a kill, and whether a result is that of a quiet run."""

import json
import shutil
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors.torch import load_file

from benchmarks.faults.commands import Case
from hueman.checking import check
from hueman.clips.pictures import read_picture
from hueman.clips.store import INDEX
from hueman.errors import HuemanError
from hueman.training.checkpoints import read_checkpoint
from hueman.training.model_file import read_checked

GROWING = ("log.jsonl", "events.out.tfevents.")


def older(quiet: Path, out: Path) -> dict[str, bytes]:
    """Put an older result in the place of a new one; return its files."""
    if quiet.is_dir():
        shutil.copytree(quiet, out)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(quiet, out)
    for file in files_of(out).values():
        with file.open("ab") as stream:
            stream.write(b"old")
    return {name: file.read_bytes() for name, file in files_of(out).items()}


def files_of(out: Path) -> dict[str, Path]:
    """Return what lies under final names, by the path below `out`."""
    if not out.exists():
        return {}
    found = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    names = {path.relative_to(out.parent).as_posix(): path for path in found}
    return {
        name: path
        for name, path in names.items()
        if "/." not in name and not path.name.startswith(GROWING)
    }


def partial_files(out: Path, quiet: Path, old: dict[str, bytes], case: Case) -> list[str]:
    """Name the files that are neither as before, nor as they should be, nor sound."""
    problems, expected = [], files_of(quiet)
    for name, file in files_of(out).items():
        content = file.read_bytes()
        if content == old.get(name) or (
            case.exact and name in expected and content == expected[name].read_bytes()
        ):
            continue
        try:
            look_at(file)
        except (HuemanError, ValueError, yaml.YAMLError) as error:
            problems.append(f"{name} after a kill: {error}")
    return problems


def look_at(file: Path) -> None:
    """Refuse a file that is not whole, by its own measure."""
    if file.name == INDEX:
        if damaged := check(file.parent).damaged:
            raise ValueError("; ".join(damaged))
    elif file.suffix == ".json":
        json.loads(file.read_text("utf-8"))
    elif file.suffix == ".yaml":
        yaml.safe_load(file.read_text("utf-8"))["seed"]
    elif file.suffix == ".png":
        if not file.read_bytes().endswith(b"IEND\xaeB`\x82"):
            raise ValueError("ends early")
        read_picture(file)
    elif file.suffix == ".pt":
        read_checkpoint(file)
    elif file.suffix == ".safetensors":
        read_checked(file)
    elif file.suffix != ".h5":  # of which the index says whether it is whole, once it names it
        raise ValueError("is neither as before nor as it should be")


def differences(out: Path, quiet: Path, case: Case) -> list[str]:
    """Say in what a result differs from that of a quiet run."""
    found, expected = (
        {name.partition("/")[2]: path for name, path in files_of(each).items()}
        for each in (out, quiet)
    )
    if found.keys() != expected.keys():
        return [f"files differ: {sorted(found.keys() ^ expected.keys())}"]
    problems = []
    for name, file in found.items():
        if file.name == "model.safetensors" and not case.exact:
            same = same_numbers(load_file(file), load_file(expected[name]))
        elif case.exact or file.suffix in (".png", ".h5"):
            same = file.read_bytes() == expected[name].read_bytes()
        else:  # checkpoints and training.json tell seconds
            continue
        if not same:
            problems.append(f"{name} differs")
    for log in quiet.rglob("log.jsonl"):
        if log.read_bytes() != (out / log.relative_to(quiet)).read_bytes():
            problems.append(f"{log.relative_to(quiet)} differs")
    return problems


def same_numbers(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name].numpy(), other[name].numpy()) for name in one
    )
