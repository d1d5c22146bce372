"""A short run of benchmarks/hostile_input.py, which tries over a thousand spoiled files."""

import subprocess
import sys
from json import loads
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "hostile_input.py"


def test_bad_input_ends_in_success_or_in_one_line_of_error(tmp_path):
    result = tmp_path / "result.json"
    # A process of its own: it forks, which one with threads must not.
    run = subprocess.run(
        [sys.executable, str(BENCHMARK), "--count", "50", "--seed", "3", "--out", str(result)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    found = loads(result.read_text("utf-8"))
    assert found["failures"] == [], run.stdout
    assert sum(found["total"].values()) == 50
    assert found["total"]["refused"] > 20
    assert found["total"]["succeeded"] > 5
