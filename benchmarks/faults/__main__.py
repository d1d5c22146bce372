"""Kill commands by kill -9 at random moments, run them again, compare with a quiet run.

Run it with `python -m benchmarks.faults [--kills 100] [--seed 0] [--commands prepare,train,...]
[--out FILE.json]`. FILE.json grows result by result, and the same command goes on where it stopped.

Each command is first left alone, which gives the result to compare with and how long it takes. Then
its whole process group is killed, once to four times, before it may end: half of the moments are
drawn from all of that time, half from the time in which it writes.

After every kill, whatever lies under a final name has to be whole: as in the quiet run, or as it
was before, or sound by its own checksum. Logs and event files grow line by line, and are left out.
After the last run nothing half-written may be left, and the result has to be equal: byte for byte
of prepare, render, generate and export, whose outputs hold no times; of train and
personalize the model's numbers, logs, samples and prepared clips, but not the seconds that their
notes tell.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # forks must not inherit threads

from benchmarks.faults.commands import CASES, IMPORTED, make_inputs, run_command
from benchmarks.faults.results import differences, older, partial_files
from benchmarks.faults.runs import Runs
from hueman.files import atomic_file
from hueman.machine import describe_machine

MOST_KILLS = 4
"""Of one result."""


@dataclass
class Row:
    """What came of one command."""

    command: str
    seconds: float = 0.0
    """Of the processor, for the quiet run without its imports."""
    kills: int = 0
    results: int = 0
    """Compared."""
    equal: int = 0
    problems: list[str] = field(default_factory=list)
    """Parts of files, left-overs, and differences."""


class Campaign:
    """Kills of one command after the other.

    Args:
        work: folder for everything.
        seed: of the moments.
    """

    def __init__(self, work: Path, seed: int):
        self.work = work
        self.seed = seed
        self.runs = Runs(work / "words.txt", IMPORTED)
        self._quiet: dict[str, tuple[Path, float, float]] = {}
        make_inputs(work, self.run)

    def run(self, command: str, out: Path) -> None:
        """Run a command to its end."""
        self.runs.finish(self._start(command, out))

    def add_result(self, row: Row, most: int) -> None:
        """Kill a command up to `most` times, let it end, compare, and note what came of it."""
        case, chance = CASES[row.command], random.Random(f"{self.seed} {row.command} {row.results}")
        quiet, began, row.seconds = self._quiet_run(row.command)
        out = self.work / row.command / f"result-{row.results}" / case.output
        out.parent.mkdir(parents=True)
        old = older(quiet, out) if case.replaces and row.results % 2 else {}
        for _ in range(min(chance.randint(1, MOST_KILLS), most)):
            moment = chance.uniform(chance.choice((0.0, began)), row.seconds)
            if not self.runs.kill_after(self._start(row.command, out), moment):
                break
            row.kills += 1
            row.problems += partial_files(out, quiet, old, case)
        else:
            self.run(row.command, out)
        problems = differences(out, self._replay(row.command, out) or quiet, case)
        problems += [f"{path} is left" for path in out.parent.rglob(".*.unfinished")]
        row.problems += problems
        row.results += 1
        row.equal += not problems
        if not problems:
            shutil.rmtree(out.parent)

    def _start(self, command: str, out: Path) -> BaseProcess:
        arguments = [command, *map(str, CASES[command].arguments(self.work, out))]
        return self.runs.start(run_command, arguments)

    def _quiet_run(self, command: str) -> tuple[Path, float, float]:
        """Return what a run makes that is left alone, when it began to write and when it ended."""
        if command not in self._quiet:
            out = self.work / command / "quiet" / CASES[command].output
            out.parent.mkdir(parents=True)
            process = self._start(command, out)
            began, ended = self.runs.watch(process, out.parent)
            self._quiet[command] = out, round(began, 2), round(ended, 2)
        return self._quiet[command]

    def _replay(self, command: str, out: Path) -> Path | None:
        """Run a command that plans by the clock as it had planned when it was killed."""
        if not CASES[command].planned:
            return None
        quiet = out.parent / "replayed"
        for name in ("config.yaml", "start.safetensors"):
            quiet.mkdir(exist_ok=True)
            shutil.copyfile(out / name, quiet / name)
        self.run(command, quiet)
        return quiet


def main(kills: int, seed: int, commands: list[str], out: Path | None) -> int:
    rows = read_rows(out, seed, commands)
    share = sum(CASES[name].share for name in commands)
    wanted = {name: max(1, round(kills * CASES[name].share / share)) for name in commands}
    with tempfile.TemporaryDirectory(prefix="hueman-faults-") as name:
        campaign = Campaign(Path(name), seed)
        # In turn, so that a campaign that is stopped early has something of every command.
        while left := [row for row in rows if row.kills < wanted[row.command]]:
            for row in left:
                campaign.add_result(row, wanted[row.command] - row.kills)
                summary = f"{row.kills} kills, {row.equal} of {row.results} equal"
                print(f"{row.command}: {summary}", *row.problems, sep="\n", file=sys.stderr)
                if out is not None:
                    write_rows(out, seed, rows)
    print(table(rows))
    return int(any(row.problems for row in rows))


def read_rows(out: Path | None, seed: int, commands: list[str]) -> list[Row]:
    """Return what an earlier campaign of this seed came to, and empty rows for the rest."""
    known = {}
    if out is not None and out.exists():
        content = json.loads(out.read_text("utf-8"))
        if content["seed"] != seed:
            raise SystemExit(f"{out} is of seed {content['seed']}; choose another file.")
        known = {row["command"]: Row(**row) for row in content["rows"]}
    return [known.get(name) or Row(name) for name in commands]


def write_rows(out: Path, seed: int, rows: list[Row]) -> None:
    content = {
        "seed": seed,
        "machine": describe_machine(),
        "rows": [asdict(row) for row in rows],
    }
    with atomic_file(out) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def table(rows: list[Row]) -> str:
    lines = [
        "| command | seconds of a quiet run | kills | results | equal |",
        "|---|" + "---|" * 4,
    ]
    for row in rows:
        numbers = f"{row.seconds:g} | {row.kills} | {row.results} | {row.equal}"
        lines.append(f"| {row.command} | {numbers} |")
    total = sum(row.kills for row in rows)
    problems = [f"{row.command}: {problem}" for row in rows for problem in row.problems]
    return "\n".join([*lines, f"{total} kills, {len(problems)} problems", *problems])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commands", default=",".join(CASES), help="with commas between them")
    parser.add_argument("--out", type=Path, help="JSON file for the numbers, which grows")
    chosen = parser.parse_args()
    names = chosen.commands.split(",")
    if unknown := set(names) - set(CASES):
        parser.error(f"unknown commands {sorted(unknown)}; choose of {', '.join(CASES)}")
    sys.exit(main(chosen.kills, chosen.seed, names, chosen.out))
