"""A dry run says what a real run then takes, and leaves nothing behind."""

import os
import subprocess
import sys
import tempfile

import numpy as np
import pytest
import torch
from rich.console import Console
from tiny_training import GAN, RESTORATION, TINY

from hueman.config import load_config
from hueman.training.checkpoints import Checkpoints
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.dry_run import (
    RunCost,
    StageCost,
    _seconds_per_update,
    cost_table,
    dry_run,
    forget_peak,
    peak_memory,
)
from hueman.training.run import train
from hueman.training.stage_one import StageOne

FOLDERS = ("stage_one/upper", "stage_one/lower", "restoration", "stage_two")


@pytest.fixture(scope="module")
def config():
    return load_config("demo", [*TINY, RESTORATION, "stage_two.schedule.steps=6"])


@pytest.fixture(scope="module")
def cost(truth_dataset, config, tmp_path_factory):
    """A dry run in a temporary folder of its own, which is empty again afterwards."""
    temporary = tmp_path_factory.mktemp("temporary")
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    files = sorted(truth_dataset.root.rglob("*"))
    try:
        cost = dry_run(truth_dataset, config, "cpu")
    finally:
        tempfile.tempdir = before
    assert list(temporary.iterdir()) == []
    assert sorted(truth_dataset.root.rglob("*")) == files
    return cost


def test_parameters_and_updates_are_the_stages_own(cost, truth_dataset, config):
    names = ["stage I, upper", "stage I, lower", "restoration", "stage II"]
    assert [stage.name for stage in cost.stages] == names
    assert [stage.updates for stage in cost.stages] == [4, 4, 4, 6]
    split = load_split(truth_dataset, config, show_progress=False)
    for found, region in zip(cost.stages, ("upper", "lower"), strict=False):
        networks = StageOne(region, split, config, make_fabric(config, "cpu")).networks
        assert found.parameters == sum(
            parameter.numel()
            for name in networks.names
            for parameter in networks[name].module.parameters()
        )


def test_files_of_a_real_run_are_as_large_as_foretold(cost, truth_dataset, config, tmp_path):
    model = train(truth_dataset, tmp_path, config, "cpu")
    assert model is not None
    assert model.stat().st_size == pytest.approx(cost.model, rel=0.02)
    for stage, folder in zip(cost.stages, FOLDERS, strict=True):
        kept = Checkpoints(tmp_path / folder).all()
        assert kept[-1].stat().st_size == pytest.approx(stage.checkpoint, rel=0.02)
        assert len(kept) <= stage.kept <= len(kept) + 1
    written = sum(path.stat().st_size for path in tmp_path.rglob("*.pt"))
    assert written <= cost.disk <= 2 * written


def test_memory_is_that_of_the_process(cost):
    for stage in cost.stages:
        assert 50e6 < stage.memory < 20e9
        assert stage.seconds > 0


def test_no_restoration_no_row(truth_dataset, capsys):
    cost = dry_run(truth_dataset, load_config("demo", TINY), "cpu")
    names = ["stage I, upper", "stage I, lower", "stage II"]
    assert [stage.name for stage in cost.stages] == names
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)


@pytest.mark.parametrize(
    ("settings", "names", "networks"),
    [
        (GAN, ["Deformable GAN"], ["generator", "discriminator"]),
        (
            [*TINY, "method=end_to_end", RESTORATION],
            ["restoration", "stage II"],
            ["generator", "discriminator", "encoders"],
        ),
    ],
)
def test_other_methods_have_their_own_stages(
    truth_dataset, capsys, monkeypatch, settings, names, networks
):
    config = load_config("demo", settings)
    stages = []
    monkeypatch.setattr(
        "hueman.training.dry_run._seconds_per_update",
        lambda stage: stages.append(stage) or _seconds_per_update(stage),
    )
    cost = dry_run(truth_dataset, config, "cpu")
    assert [stage.name for stage in cost.stages] == names
    assert [stage.updates for stage in cost.stages] == [4] * len(names)
    assert stages[-1].networks.names == networks
    made = sum(p.numel() for name in networks for p in stages[-1].networks.parameters(name))
    assert cost.stages[-1].parameters == made
    printed = capsys.readouterr().out
    assert all(f"{name} " in printed for name in names)
    assert ("stage I," in printed) is False


def test_table_is_for_people():
    stages = [
        StageCost("stage I, upper", 48_500_000, 1000, 0.25, 3_400_000_000, 580_000_000, 3, 5.0, 0),
        StageCost("stage II", 1_000_000, 30_000, 7.2, 900_000_000, 12_000_000, 2, 9.0, 100),
    ]
    cost = RunCost(stages, 400_000_000, "some GPU")
    assert cost.seconds == 250 + 216_000 + 900
    assert cost.disk == 400e6 + 3 * 580e6 + 2 * 12e6 + 580e6
    console = Console(width=120)
    with console.capture() as capture:
        console.print(cost_table(cost))
    text = capture.get()
    for expected in ("some GPU", "48.50 M", "3.40 GB", "0.250", "30,000", "4 min", "2.5 days"):
        assert expected in text
    assert "2.74 GB on disk" in text


def test_several_processes_are_refused(truth_dataset, tmp_path):
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    train = ["-m", "hueman", "train", str(truth_dataset.root), "--out", str(tmp_path / "run")]
    options = ["--preset", "demo", "--device", "cpu", "--dry-run", "--set", *TINY]
    done = subprocess.run(
        [sys.executable, *start, *train, *options],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode != 0
    assert "error: A dry run is made by one process; start it without torchrun." in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux starts a peak anew")
def test_a_peak_of_memory_can_begin_anew():
    device = torch.device("cpu")
    np.ones(40_000_000)  # 320 MB, and freed at once
    before = peak_memory(device)
    assert forget_peak(device)
    assert peak_memory(device) < before - 100e6
    held = np.ones(40_000_000)
    assert peak_memory(device) > held.nbytes
