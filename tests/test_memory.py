"""Freed memory is kept: large blocks are taken again without page faults."""

import os
import subprocess
import sys

import pytest

COUNT_FAULTS = """
import resource, sys
import numpy as np
if sys.argv[1] == "keep":
    from hueman.memory import keep_freed_memory
    keep_freed_memory()
def churn():
    for _ in range(20):
        np.ones(8_000_000)
churn()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
churn()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_large_blocks_are_taken_again_without_faults():
    # Commands that ran before in this process have told their children to keep memory.
    fresh = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    faults = {
        mode: int(
            subprocess.run(
                [sys.executable, "-c", COUNT_FAULTS, mode],
                capture_output=True,
                text=True,
                check=True,
                env=fresh,
            ).stdout
        )
        for mode in ("leave", "keep")
    }
    assert faults["keep"] < faults["leave"] / 10
