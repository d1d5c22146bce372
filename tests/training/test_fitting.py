"""Out of memory, for real: a process that may not grow finds the batch that fits, and trains it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tiny_training import TINY

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.devices import make_fabric
from hueman.training.fitting import clear_memory_errors, is_out_of_memory
from hueman.training.loop import make_update
from hueman.training.stage_one import StageOne

HELPERS = Path(__file__).parents[1] / "helpers"
MEBIBYTES = 700
TOO_LARGE = 128

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits address space as Linux can")


def train(dataset, out, mebibytes, *settings):
    """Run `hueman train` with one thread in a process that may grow by so much."""
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(HELPERS),
        "MALLOC_MMAP_THRESHOLD_": str(1 << 16),
        "MALLOC_MMAP_MAX_": str(1 << 20),
        "MALLOC_TRIM_THRESHOLD_": "0",
        "MALLOC_TOP_PAD_": "0",
        "MALLOC_ARENA_MAX": "1",
    }
    command = [HELPERS / "limited_training.py", mebibytes, "train", dataset.root, "--out", out]
    options = ["--preset", "demo", "--device", "cpu", "--set", *TINY, *settings]
    return subprocess.run(
        [sys.executable, *map(str, command), *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@linux
def test_batch_that_is_said_to_fit_does(truth_dataset, tmp_path):
    batch = "stage_one.schedule.batch_size"
    one = ("stage_one.schedule.steps=1", "stage_two.schedule.steps=1")
    failed = train(truth_dataset, tmp_path / "run", MEBIBYTES, *one, f"{batch}={TOO_LARGE}")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    *progress, error = failed.stderr.splitlines()
    assert not [line for line in progress if "rror" in line]
    said = re.fullmatch(
        rf"error: A batch of {TOO_LARGE} does not fit into memory; (\d+) fits \(it was tried\)\. "
        r"Set stage_one\.schedule\.batch_size=(\d+) and stage_one\.schedule\.accumulate=(\d+) .*",
        error,
    )
    assert said, error
    fitting, size, accumulate = map(int, said.groups())
    assert fitting == size
    assert 1 <= size < TOO_LARGE
    assert size * accumulate >= TOO_LARGE

    settings = [*one, f"{batch}={size}", f"stage_one.schedule.accumulate={accumulate}"]
    done = train(truth_dataset, tmp_path / "again", MEBIBYTES, *settings)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "model.safetensors").is_file()


@linux
def test_networks_that_do_not_fit_are_told_in_a_sentence(truth_dataset, tmp_path):
    wide = "stage_one.generator_channels=2048"
    failed = train(truth_dataset, tmp_path / "run", 600, wide)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    error = failed.stderr.splitlines()[-1]
    assert error.startswith("error: Out of memory; choose smaller frames")


def hungry(split, asked, fitting, *settings):
    """Return a stage that demands too much above a batch size, and the sizes it is tried with."""
    config = load_config("demo", [*TINY, *settings, f"stage_one.schedule.batch_size={asked}"])
    stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
    tried = []

    def make_batch(number):
        tried.append(stage.sampler.batch_size)
        if stage.sampler.batch_size > fitting:
            demand("torch")
        return stage.make_batch(number)

    stage.batch = make_batch  # type: ignore[assignment]
    return stage, tried


def test_batches_are_halved_until_one_fits(split):
    stage, tried = hungry(split, 22, 3)
    with pytest.raises(HuemanError, match=r"A batch of 22 .*batch_size=2 .*accumulate=11 "):
        make_update(stage, 0, 1e-3)
    assert tried == [22, 11, 5, 2, 2, 2, 2]


def test_batches_of_which_halves_are_taken_stay_even(split):
    random = "stage_one.latent_regression=random"
    stage, tried = hungry(split, 22, 3, random)
    with pytest.raises(HuemanError, match=r"batch_size=2 .*accumulate=11 "):
        make_update(stage, 0, 1e-3)
    assert tried == [22, 10, 4, 2, 2, 2, 2]
    stage, tried = hungry(split, 2, 1, random)
    with pytest.raises(HuemanError, match="Not even the smallest"):
        make_update(stage, 0, 1e-3)
    assert tried == [2]


def demand(library):
    if library == "torch":
        torch.empty(1 << 60, dtype=torch.uint8)
    elif library == "numpy":
        np.empty(1 << 60, np.uint8)
    elif library == "opencv":
        cv2.copyMakeBorder(np.zeros((1, 1), np.uint8), 0, 2**30, 0, 2**30, cv2.BORDER_CONSTANT)
    else:
        raise RuntimeError(library)


@pytest.mark.parametrize(
    "library", ["torch", "numpy", "opencv", "std::bad_alloc", "could not create a primitive"]
)
def test_lack_of_memory_is_recognised(library):
    with pytest.raises(HuemanError, match="Out of memory; choose smaller"), clear_memory_errors():
        demand(library)


def test_other_errors_are_left_alone():
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(cv2.error), clear_memory_errors():
        cv2.resize(np.zeros((1, 1), np.uint8), (0, 0))
    with pytest.raises(ZeroDivisionError), clear_memory_errors():
        _ = 1 / 0
