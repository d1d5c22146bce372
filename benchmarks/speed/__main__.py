"""How fast hueman is on this machine.

python -m benchmarks.speed [NAME...] [--rounds 5] [--out FILE.json] [--quick]

NAME: generators, engines, chain, preparation, training; all by default. Each thing is timed in turn
with its baseline, in the same run. The table shows medians a frame, what the first time took, and
how many times faster than the baseline; below "everything" come its parts, and how many times the
whole takes longer. Of trainings it also says which share of the time they wait for data, and of
each contest how much memory the process had at its peak (ways that have a process of their own are
not in it). With --quick everything is small, only to see that it runs.
"""

import argparse
import json
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.speed import chain, engines, generators, preparation, training
from benchmarks.speed.contest import Timing, conditions, hold
from hueman.files import atomic_file
from hueman.memory import keep_freed_memory
from hueman.threads import keep_small_work_in_one_thread

ROOMS = {
    "generators": lambda quick: nullcontext(generators.contests(quick)),
    "engines": lambda quick: nullcontext(engines.contests(quick)),
    "chain": chain.contests,
    "preparation": lambda quick: nullcontext(preparation.contests(quick)),
    "training": training.contests,
}


def main() -> None:
    """Time what is named, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ROOMS):
        parser.error(f"there is no {sorted(unknown)[0]}; choose of {', '.join(ROOMS)}")
    keep_freed_memory()
    keep_small_work_in_one_thread()
    timings: list[Timing] = []
    for name in options.names or ROOMS:
        with ROOMS[name](options.quick) as contests:
            for contest in contests:
                held = hold(contest, 1 if options.quick else options.rounds)
                Console().print(table(held))
                timings += held
    facts = conditions()
    print(", ".join(f"{name} {value}" for name, value in facts.items() if value is not None))
    if options.out:
        content = {**facts, "timings": [asdict(timing) for timing in timings]}
        with atomic_file(options.out) as temporary:
            temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def table(timings: list[Timing]) -> Table:
    """Lay out the timings of one contest."""
    peak = timings[0].peak_mib
    title = timings[0].contest + ("" if peak is None else f" (at most {peak} MiB)")
    result = Table(title=title, title_justify="left")
    for column in ("way", "ms", "first", "a second", "times faster", "waits"):
        result.add_column(column, justify="left" if column == "way" else "right")
    for each in timings:
        result.add_row(
            each.way,
            f"{each.milliseconds:.1f}",
            f"{each.first:.0f}",
            f"{1000 / each.milliseconds:.1f}",
            f"{each.ratio:.2f}",
            "" if each.waiting is None else f"{each.waiting:.1%}",
        )
    return result


if __name__ == "__main__":
    main()
