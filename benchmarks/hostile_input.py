"""Bad input: over a thousand spoiled files of every kind that hueman reads, and what comes of them.

python benchmarks/hostile_input.py [--count 1000] [--seed 0] [--out FILE.json]

Each case runs in a process of its own and must end in success, or with status 1 and one line that
begins with "error:". A traceback, a crash, more time or memory than stated, and any file written,
process started or connection made outside of the output folder break the contract.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # forks must not inherit threads

from rich.console import Console
from rich.table import Table

from hostile.campaign import run_campaign
from hostile.runner import MEGABYTES, REFUSED, SECONDS, SUCCEEDED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    result = run_campaign(options.count, options.seed, show=True)
    result["seconds"] = round(time.monotonic() - started)
    table = Table(title=f"Bad input: {options.count} cases, seed {options.seed}")
    for column in ("kind", "cases", SUCCEEDED, REFUSED, "broken"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    rows = {**result["counts"]}
    total: dict[str, int] = {}
    for counts in rows.values():
        for verdict, count in counts.items():
            total[verdict] = total.get(verdict, 0) + count
    for name, counts in {**rows, "all": total}.items():
        cases = sum(counts.values())
        kept = counts.get(SUCCEEDED, 0), counts.get(REFUSED, 0)
        table.add_row(name, *map(str, (cases, *kept, cases - sum(kept))))
    Console().print(table)
    result["total"] = total
    seconds, _, slowest = result["slowest"]
    _, megabytes, largest = result["largest"]
    print(
        f"{result['seconds']} seconds. The slowest case took {seconds:.1f} s of {SECONDS} s of "
        f"processor time ({slowest}), the largest {megabytes:.0f} MB of {MEGABYTES} MB ({largest})."
    )
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if result["broken"] else 0)


if __name__ == "__main__":
    main()
