"""`hueman` in a process that may not grow by more than so many MiB of address space.

python limited_training.py MEBIBYTES ARGUMENTS...: Linux only.
"""

import resource
import sys
from pathlib import Path

import sklearn.linear_model  # noqa: F401  # as the line above
from tiny_training import little_to_look_at

import hueman.training.run  # noqa: F401  # what is imported later would count as growth
from hueman import cli


def limit_growth(mebibytes: int) -> None:
    """Let the address space grow by so much from what it is now, and no further."""
    status = Path("/proc/self/status").read_text().splitlines()
    kibibytes = int(next(line for line in status if line.startswith("VmSize")).split()[1])
    limit = (kibibytes + 1024 * mebibytes) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    # Freed memory goes back at once (the test sets it so in the environment): the limit is on
    # addresses, and a heap that keeps them would leave none for code that oneDNN makes as it runs.
    cli.keep_freed_memory = lambda: None
    limit_growth(int(sys.argv[1]))
    sys.argv = ["hueman", *sys.argv[2:]]
    with little_to_look_at():
        cli.main()
