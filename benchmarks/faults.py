"""Kill commands by kill -9 at random moments, run them again, compare with a quiet run.

Run it with `python benchmarks/faults.py [--kills 100] [--seed 0] [--commands prepare,train,...]
[--out FILE.json]`. Each command is first left alone, which gives the result to compare with and
how long it takes. Then its whole process group is killed, once to three times, before it may end.
Half of the moments are drawn from all of that time, half from the time in which it writes.

After every kill, whatever lies under a final name has to be whole: as in the quiet run, or as it
was before, or sound by its own checksum. Logs and event files grow line by line, and are left out.
After the last run nothing half-written may be left, and the result has to be equal: byte for byte
of prepare, render, generate and export, whose outputs hold no times; of train and personalize the
model's numbers, logs, samples and prepared clips, but not the seconds that their notes tell.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors.torch import load_file

from hueman.checking import check
from hueman.clips.encoding import write_video
from hueman.clips.pictures import read_picture
from hueman.clips.store import INDEX
from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.machine import describe_machine
from hueman.training.checkpoints import read_checkpoint
from hueman.training.model_file import read_checked

CLIPS = Path("examples/clips")
DEADLINE_SECONDS = 900
GROWING = ("log.jsonl", "events.out.tfevents.")
SIZE = ["--height", "96", "--width", "64"]
TINY = [
    *("stage_two.appearance=false", "split=actions", "save_every=2", "sample_every=2"),
    *("stage_one.schedule.steps=6", "stage_one.schedule.batch_size=2"),
    *("stage_two.schedule.steps=6", "stage_two.schedule.batch_size=2"),
    *("stage_one.generator_channels=4", "stage_one.encoder.channels=8"),
    *("stage_two.generator.channels=4", "stage_two.generator.residual_blocks=1"),
]


@dataclass(frozen=True)
class Case:
    """A command that is killed."""

    arguments: Callable[[Path, Path], list[str | Path]]
    """From the folder of inputs and the path of the output."""
    share: float
    """Of all kills."""
    output: str = "out"
    exact: bool = True
    """Whether all that is written is the same, byte for byte, every time."""
    replaces: bool = False
    """Whether it puts a new result in the place of an old one, so that it is tried with one."""
    planned: bool = False
    """Whether the command settles by the clock how much it does."""


CASES = {
    "prepare": Case(lambda work, out: [work / "clips", "--out", out, *SIZE, "--jobs", "1"], 0.34),
    "render": Case(
        lambda work, out: ["--out", out, "--actors", "plaid", "--actions", "march,salute",
                           "--size", "96x64", "--frames", "3", "--jobs", "1"], 0.08,
    ),
    "train": Case(
        lambda work, out: [work / "dataset", "--out", out, "--preset", "demo", "--device", "cpu",
                           "--set", *TINY], 0.14, exact=False,
    ),
    "personalize": Case(
        lambda work, out: [work / "clips", "--out", out, "--model", work / "model",
                           "--minutes", "0.1", "--device", "cpu"], 0.06, exact=False, planned=True,
    ),
    "generate": Case(
        lambda work, out: [work / "model", "--content", work / "dataset/clips/plaid/jack.h5",
                           "--drive", work / "dataset/clips/plaid/march.h5", "--out", out],
        0.22, "out.mp4", replaces=True,
    ),
    "export": Case(lambda work, out: [work / "model", "--out", out], 0.16, replaces=True),
}  # fmt: skip


@dataclass
class Row:
    """What came of one command."""

    command: str
    seconds: float
    """Of the quiet run."""
    kills: int = 0
    trials: int = 0
    """Results compared."""
    runs: int = 0
    """Runs that it took in all, killed or not."""
    equal: int = 0
    problems: list[str] = field(default_factory=list)
    """Parts of files, left-overs, and differences."""


def main(kills: int, seed: int, commands: list[str], out: Path | None) -> int:
    share = sum(CASES[name].share for name in commands)
    rows = []
    with tempfile.TemporaryDirectory(prefix="hueman-faults-") as name:
        work = Path(name)
        make_inputs(work)
        for command in commands:
            wanted = max(1, round(kills * CASES[command].share / share))
            rows.append(campaign(command, work, wanted, random.Random(f"{seed} {command}")))
            print(table(rows), flush=True)
    if out is not None:
        content = {
            "seed": seed,
            "machine": describe_machine(),
            "rows": [asdict(row) for row in rows],
        }
        out.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return int(any(row.problems or row.equal != row.trials for row in rows))


def make_inputs(work: Path) -> None:
    """Make short clips, and from them, by the commands, a dataset and a model."""
    for action in ("jack", "march"):
        frames = Video(CLIPS / "plaid" / f"{action}.mp4").read()[:3]
        write_video(work / "clips" / "plaid" / f"{action}.mp4", frames, 25)
    for command, name in (("prepare", "dataset"), ("train", "model")):
        finish(start(command, work, work / name))


def campaign(command: str, work: Path, kills: int, chance: random.Random) -> Row:
    """Kill a command so many times."""
    case, folder = CASES[command], work / command
    quiet = folder / "quiet" / case.output
    began, seconds = watch(start(command, work, quiet), quiet)
    row = Row(command, round(seconds, 1))
    while row.kills < kills:
        out = folder / f"trial-{row.trials}" / case.output
        old = older(quiet, out) if case.replaces and row.trials % 2 else {}
        for _ in range(min(chance.choice((1, 1, 2, 3)), kills - row.kills)):
            early = began if chance.random() < 0.5 else 0.0
            row.runs += 1
            if not kill(start(command, work, out), chance.uniform(early, seconds)):
                break
            row.kills += 1
            row.problems += partial_files(out, quiet, old, case)
        row.runs += 1
        finish(start(command, work, out))
        expected = replay(command, work, out) if case.planned else quiet
        problems = differences(out, expected, case)
        problems += [f"{path} is left" for path in out.parent.rglob(".*.unfinished")]
        row.problems += problems
        row.trials += 1
        row.equal += not problems
        shutil.rmtree(out.parent)
        print(f"{command}: {row.kills} kills, {row.equal} of {row.trials} equal", file=sys.stderr)
    return row


def start(command: str, work: Path, out: Path) -> subprocess.Popen:
    out.parent.mkdir(parents=True, exist_ok=True)
    arguments = map(str, CASES[command].arguments(work, out))
    return subprocess.Popen(
        [sys.executable, "-m", "hueman", command, *arguments],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a process group of its own, which is killed as one
    )


def finish(process: subprocess.Popen) -> None:
    _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    if process.returncode != 0:
        raise SystemExit(f"A run failed that was not killed:\n{errors}")


def watch(process: subprocess.Popen, out: Path) -> tuple[float, float]:
    """Return after how many seconds a run began to write, and after how many it ended."""
    started, began = time.monotonic(), 0.0
    while process.poll() is None:
        if not began and any(out.parent.iterdir()):
            began = time.monotonic() - started
        time.sleep(0.01)
    seconds = time.monotonic() - started
    finish(process)
    return began, seconds


def kill(process: subprocess.Popen, moment: float) -> bool:
    """Kill a run, with all its processes, after so many seconds; False if it had ended."""
    try:
        process.communicate(timeout=moment)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True


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


def replay(command: str, work: Path, out: Path) -> Path:
    """Run a command to its end without a kill, by the plan that a killed run had made."""
    quiet = out.parent / "replayed"
    for name in ("config.yaml", "start.safetensors"):
        quiet.mkdir(exist_ok=True)
        shutil.copyfile(out / name, quiet / name)
    finish(start(command, work, quiet))
    return quiet


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


def table(rows: list[Row]) -> str:
    lines = [
        "| command | seconds of a quiet run | kills | runs | results | equal |",
        "|---|" + "---|" * 5,
    ]
    for row in rows:
        numbers = f"{row.seconds:g} | {row.kills} | {row.runs} | {row.trials} | {row.equal}"
        lines.append(f"| {row.command} | {numbers} |")
    total = sum(row.kills for row in rows)
    problems = [f"{row.command}: {problem}" for row in rows for problem in row.problems]
    return "\n".join([*lines, f"{total} kills, {len(problems)} problems", *problems])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commands", default=",".join(CASES), help="with commas between them")
    parser.add_argument("--out", type=Path, help="JSON file for the numbers")
    chosen = parser.parse_args()
    names = chosen.commands.split(",")
    if unknown := set(names) - set(CASES):
        parser.error(f"unknown commands {sorted(unknown)}; choose of {', '.join(CASES)}")
    sys.exit(main(chosen.kills, chosen.seed, names, chosen.out))
