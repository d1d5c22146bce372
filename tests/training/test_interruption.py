"""A training that is stopped from outside saves what it has and goes on from there."""

import json
import signal
import subprocess
import sys
import time

import pytest
from tiny_training import TINY

from hueman.training.checkpoints import Checkpoints, read_checkpoint

STEPS = 40
SETTINGS = [
    *TINY,
    f"stage_one.schedule.steps={STEPS}",
    "stage_two.schedule.steps=1",
    "sample_every=1000",
    "save_every=1000",
]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_sigterm_saves_and_the_same_command_goes_on(truth_dataset, tmp_path):
    command = [sys.executable, "-m", "hueman", "train", str(truth_dataset.root)]
    command += ["--out", str(tmp_path), "--preset", "demo", "--device", "cpu", "--set", *SETTINGS]
    log = tmp_path / "stage_one" / "upper" / "log.jsonl"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        deadline = time.monotonic() + 120
        while not (log.exists() and log.read_text().count("\n") >= 3):
            assert run.poll() is None, run.stderr and run.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        run.send_signal(signal.SIGTERM)
        _, error = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "again to go on" in error
    assert "Traceback" not in error
    checkpoint = Checkpoints(log.parent).newest()
    assert checkpoint is not None
    assert 3 <= read_checkpoint(checkpoint)["step"] < STEPS
    assert not (tmp_path / "model.safetensors").exists()

    again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "model.safetensors" in again.stdout
    assert "Traceback" not in again.stderr
    assert (tmp_path / "model.safetensors").exists()
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps == list(range(1, STEPS + 1))
