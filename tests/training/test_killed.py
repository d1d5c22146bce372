"""Runs ended by kill -9, while training and while writing, end like one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from tiny_training import TINY

HELPERS = Path(__file__).parents[1] / "helpers"
STEPS = ["stage_one.schedule.steps=8", "stage_two.schedule.steps=8"]
STAGES = ("stage_one/upper", "stage_one/lower", "stage_two")
DEADLINE_SECONDS = 120


def start(threads, *command):
    path = os.pathsep.join(filter(None, (str(HELPERS), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": path}
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def arguments(dataset, out):
    chosen = ["--preset", "demo", "--device", "cpu", "--set", *TINY, *STEPS]
    return ["train", dataset.root, "--out", out, *chosen]


def finish(process):
    _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 0, errors


def kill_at(process, log: Path, lines: int):
    """Kill -9 as soon as the log has so many lines."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not log.exists() or log.read_text().count("\n") < lines:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def results(out):
    """Return the logs and sample pictures of all stages, and the model's numbers."""
    files = {
        f"{stage}/{path.name}": path.read_bytes()
        for stage in STAGES
        for path in [out / stage / "log.jsonl", *(out / stage / "samples").glob("*.png")]
    }
    return files, load_file(out / "model.safetensors")


def test_killed_runs_end_like_an_undisturbed_one(truth_dataset, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "run"
    finish(start(1, "-m", "hueman", *arguments(truth_dataset, whole)))

    train = arguments(truth_dataset, out)
    chance = random.Random(0)
    # With two threads the encoders train side by side, as processes that outlive their parent for
    # an update; the next run begins while they may still be at it.
    kill_at(start(2, "-m", "hueman", *train), out / "stage_one/upper/log.jsonl", 3)
    writing = start(1, HELPERS / "killed_training.py", 2, *train)
    _, errors = writing.communicate(timeout=DEADLINE_SECONDS)
    assert writing.returncode == -signal.SIGKILL, errors
    assert list((out / "stage_one").rglob(".*.unfinished/checkpoint-*"))  # half-written
    kill_at(start(1, "-m", "hueman", *train), out / "stage_two" / "log.jsonl", chance.randint(1, 7))
    finish(start(1, "-m", "hueman", *train))

    files, weights = results(out)
    expected_files, expected_weights = results(whole)
    assert files == expected_files
    for name, tensor in expected_weights.items():
        assert torch.equal(weights[name], tensor), name
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]
