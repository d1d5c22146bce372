"""How soon a training on two machines ends when one of its processes is lost.

python -m benchmarks.lost_process DATASET [--lost-after 10]

Two agents of torchrun on this machine stand for two machines, with two processes each, that train
a tiny model. Once there is a checkpoint, something is killed or stopped. Prints the seconds until
the last of the other processes was gone, and the first sentence that was said.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.two_machines import Machines

SETTINGS = (
    *("stage_one.schedule.steps=100000", "stage_one.schedule.batch_size=2", "save_every=2"),
    *("stage_one.generator_channels=4", "stage_one.encoder.channels=8", "sample_every=100000"),
)
LONGEST_SECONDS = 120.0

Victims = Callable[[Machines], list[int]]
EVENTS: tuple[tuple[str, Victims, signal.Signals], ...] = (
    ("a process of the second machine is killed", lambda m: [m.process(3)], signal.SIGKILL),
    ("the first process of all is killed", lambda m: [m.process(0)], signal.SIGKILL),
    ("a process of the second machine stands still", lambda m: [m.process(3)], signal.SIGSTOP),
    (
        "the first machine stands still",
        lambda m: [m.agents[0].pid, m.process(0), m.process(1)],
        signal.SIGSTOP,
    ),
    ("torchrun on the first machine is killed", lambda m: [m.agents[0].pid], signal.SIGKILL),
    ("torchrun on the second is told to end", lambda m: [m.agents[1].pid], signal.SIGTERM),
)


def main() -> None:
    """Let each event happen to a training of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--lost-after", type=float, default=10.0, help="seconds")
    options = parser.parse_args()
    table = Table("what happened", "ended after, s", "what was said")
    with tempfile.TemporaryDirectory(prefix="hueman-lost-") as folder:
        for number, (event, victims, what) in enumerate(EVENTS):
            out = Path(folder, str(number))
            seconds, said = measure(options.dataset, out, options.lost_after, victims, what)
            table.add_row(event, f"{seconds:.1f}", said)
    Console(width=160).print(table)


def measure(
    dataset: Path, out: Path, lost_after: float, choose: Victims, what: signal.Signals
) -> tuple[float, str]:
    """Train, signal the victims, and return when all others had gone, and what was said.

    Raises:
        RuntimeError: they have not gone within two minutes, or training did not begin.
    """
    train = ["-m", "hueman", "train", dataset, "--out", out / "run", "--preset", "demo"]
    train += ["--device", "cpu", "--lost-after", lost_after, "--set", *SETTINGS]
    with Machines(out / "said", 2, train) as machines:
        machines.await_file("stage_one/upper/checkpoint-*4.pt", out / "run")
        victims = choose(machines)
        others = [each for each in machines.processes() if each not in victims]
        for victim in victims:
            os.kill(victim, what)
        began = time.monotonic()
        while any(map(_lives, others)):
            if time.monotonic() - began > LONGEST_SECONDS:
                raise RuntimeError("\n".join(machines.outputs()))
            time.sleep(0.05)
        seconds = time.monotonic() - began
        said = "\n".join(machines.outputs())
        lines = [line for line in said.splitlines() if line.startswith(("error: ", "Stopped"))]
        return seconds, lines[0] if lines else ""


def _lives(process: int) -> bool:
    """Say whether a process runs; one that has ended but was not waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


if __name__ == "__main__":
    main()
