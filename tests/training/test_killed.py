"""Runs ended by kill -9, while training and while writing, end like one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_training import TINY

HELPERS = Path(__file__).parents[1] / "helpers"
STEPS = ["stage_one.schedule.steps=8", "stage_two.schedule.steps=8"]
STAGES = ("stage_one/upper", "stage_one/lower", "stage_two")
DEADLINE_SECONDS = 120


def start(threads, *command):
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(HELPERS)}
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


@pytest.fixture(scope="module")
def undisturbed(truth_dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    finish(start(1, "-m", "hueman", *arguments(truth_dataset, out)))
    return out


def test_killed_runs_end_like_an_undisturbed_one(truth_dataset, undisturbed, tmp_path):
    out = tmp_path / "run"
    train = arguments(truth_dataset, out)
    process = start(1, HELPERS / "killed_training.py", 3, *train)
    process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == -signal.SIGKILL
    assert list((out / "stage_one" / "upper").glob(".checkpoint-*"))  # half-written
    chance = random.Random(0)
    for stage in STAGES[1:]:
        log = out / stage / "log.jsonl"
        kill_at(start(1, "-m", "hueman", *train), log, chance.randint(1, 7))
    finish(start(1, "-m", "hueman", *train))

    files, weights = results(out)
    expected_files, expected_weights = results(undisturbed)
    assert files == expected_files
    for name, tensor in expected_weights.items():
        assert torch.equal(weights[name], tensor), name
    assert not [path for path in out.rglob(".*") if path.name != ".lock"]


def test_encoders_side_by_side_survive_the_death_of_their_parent(
    truth_dataset, undisturbed, tmp_path
):
    out = tmp_path / "run"
    train = arguments(truth_dataset, out)
    kill_at(start(2, "-m", "hueman", *train), out / "stage_one" / "upper" / "log.jsonl", 3)
    # The orphans may still be at an update when the next run begins.
    kill_at(start(2, "-m", "hueman", *train), out / "stage_two" / "log.jsonl", 1)
    for stage in STAGES[:2]:
        for name in ("log.jsonl", "samples/0000008.png"):
            assert (out / stage / name).read_bytes() == (undisturbed / stage / name).read_bytes()
