"""Runs ended by kill -9, while training and while writing, end like one that was left alone."""

import signal
import sys
import time

import pytest
import torch
from killed_training import train, train_until_writing
from safetensors.torch import load_file
from tiny_training import TINY

from faults.runs import Runs

SETTINGS = [
    *("--preset", "demo", "--device", "cpu", "--set", *TINY),
    *("stage_one.schedule.steps=8", "stage_two.schedule.steps=8"),
    *("stage_two.perceptual_layers=1", "sample_every=8"),
]
STAGES = ("stage_one/upper", "stage_one/lower", "stage_two")


def results(out):
    """Return the logs and sample pictures of all stages, and the model's numbers."""
    files = {
        f"{stage}/{path.name}": path.read_bytes()
        for stage in STAGES
        for path in [out / stage / "log.jsonl", *(out / stage / "samples").glob("*.png")]
    }
    return files, load_file(out / "model.safetensors")


def lines(log, number):
    return lambda: log.exists() and log.read_text().count("\n") >= number


@pytest.mark.skipif(sys.platform != "linux", reason="forks a program with threads")
def test_killed_runs_end_like_an_undisturbed_one(truth_dataset, tmp_path):
    runs = Runs(tmp_path / "words.txt", ["hueman.training.run", "hueman.cli"])
    whole, out = (
        [str(truth_dataset.root), "--out", str(tmp_path / name), *SETTINGS]
        for name in ("whole", "run")
    )
    run = tmp_path / "run"
    runs.finish(runs.start(train, whole))

    # With two threads the encoders train side by side, as processes that outlive their parent for
    # an update; the next run begins while they may still be at it.
    parent = runs.start(train, out, 2)
    while not lines(run / "stage_one" / "upper" / "log.jsonl", 1)():
        assert parent.is_alive()
        time.sleep(0.002)
    parent.kill()
    parent.join()
    writing = runs.start(train_until_writing, out, 2)
    writing.join()
    assert writing.exitcode == -signal.SIGKILL
    assert list((run / "stage_one").rglob(".*.unfinished/checkpoint-*"))  # half-written
    assert runs.kill_when(runs.start(train, out), lines(run / "stage_two" / "log.jsonl", 5))
    runs.finish(runs.start(train, out))

    files, weights = results(run)
    expected_files, expected_weights = results(tmp_path / "whole")
    assert files == expected_files
    for name, tensor in expected_weights.items():
        assert torch.equal(weights[name], tensor), name
    assert not [path for path in run.rglob(".*") if path.name != ".lock"]
