"""Two real processes on the CPU: equal replicas, samples shared out, one writer; and devices."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import replica_worker
import torch
from tiny_training import TINY

from hueman.config import load_config
from hueman.device import choose_device
from hueman.errors import HuemanError
from hueman.training.devices import make_fabric
from hueman.training.networks import average_over_processes

SHORT = ["stage_one.schedule.steps=2", "stage_two.schedule.steps=2"]
HELPERS = Path(__file__).parents[1] / "helpers"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(HELPERS)}


def run(*command):
    done = subprocess.run(
        [sys.executable, *map(str, command)], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def folder(truth_dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp("replicas")
    for name in ("two", "one"):
        (out / name).mkdir()
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    run(*torchrun, HELPERS / "replica_worker.py", truth_dataset.root, out / "two", 2)
    replica_worker.main(truth_dataset.root, out / "one", 1)
    return out


@pytest.fixture(scope="module")
def records(folder):
    return [json.loads((folder / "two" / f"record-2-{rank}.json").read_text()) for rank in (0, 1)]


def test_replicas_are_equal_after_each_update(records):
    assert [record["rank"] for record in records] == [0, 1]
    assert len(records[0]["digests"]) == 4
    assert records[0]["digests"] == records[1]["digests"]
    assert len(set(records[0]["digests"])) == 4


def test_samples_are_shared_out_without_overlap(records):
    seen = [tuple(place) for record in records for batch in record["places"] for place in batch]
    assert len(seen) == len(set(seen)) == 2 * 4 * 2


def test_one_process_writes(folder, records):
    assert [record["saves"] for record in records] == [2, 0]
    steps = [json.loads(line)["step"] for line in (folder / "two/stage/log.jsonl").open()]
    assert steps == [1, 2, 3, 4]


def test_two_processes_have_the_gradients_of_one_that_accumulates(folder):
    first, second, alone = (
        torch.load(folder / name, weights_only=True)
        for name in ("two/gradients-2-0.pt", "two/gradients-2-1.pt", "one/gradients-1-0.pt")
    )
    assert first.keys() == alone.keys()
    for name, tensor in alone.items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(first[name], tensor, atol=1e-6, rtol=1e-4)
    logs = [
        [json.loads(line) for line in (folder / name / "stage/log.jsonl").open()]
        for name in ("two", "one")
    ]
    for two, one in zip(*logs, strict=True):
        assert two["l1"] == pytest.approx(one["l1"], rel=1e-3)


def test_command_starts_the_processes_itself(truth_dataset, tmp_path):
    out = tmp_path / "run"
    command = ["-m", "hueman", "train", truth_dataset.root, "--out", out, "--preset", "demo"]
    done = run(*command, "--device", "cpu", "--devices", 2, "--set", *TINY, *SHORT)
    assert (out / "model.safetensors").is_file()
    assert done.stdout.count("The model is") == 1
    assert json.loads((out / "training.json").read_text())["processes"] == 2


def test_devices_that_are_not_there_are_refused():
    config = load_config("demo")
    with pytest.raises(HuemanError, match="0 devices"):
        make_fabric(config, "cpu", devices=0)
    if not torch.cuda.is_available():
        with pytest.raises(HuemanError, match="Device 'cuda'"):
            make_fabric(config, "cuda")
    with pytest.raises(HuemanError, match="bf16-mixed"):
        make_fabric(load_config("demo", ["precision=16-mixed"]), "cpu")


def test_a_finished_model_runs_where_it_is_told_to():
    cuda = torch.cuda.is_available()
    assert choose_device().type == choose_device("auto").type == ("cuda" if cuda else "cpu")
    assert choose_device("cpu") == torch.device("cpu")
    for name in ("mps", "gpu", "") if cuda else ("mps", "gpu", "", "cuda"):
        with pytest.raises(HuemanError, match=f"Device '{name}' is not available here"):
            choose_device(name)


def test_deterministic_operations_are_asked_for(monkeypatch):
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    try:
        make_fabric(load_config("demo", ["deterministic=true"]), "cpu")
        assert torch.are_deterministic_algorithms_enabled()
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    finally:
        torch.use_deterministic_algorithms(False)


def test_averages_travel_in_buckets(monkeypatch):
    sizes = []

    class Two:
        """Stands for this process and another one, which has zeros."""

        def all_reduce(self, tensor, reduce_op):
            assert reduce_op == "mean"
            sizes.append(tensor.numel())
            return tensor / 2

    monkeypatch.setattr("hueman.training.networks.BUCKET", 10)
    tensors = [torch.ones(2, 3), torch.ones(5), torch.ones(12), torch.ones(1)]
    average_over_processes(tensors, Two())  # type: ignore[arg-type]
    assert sizes == [6, 5, 12, 1]
    assert all((tensor == 0.5).all() for tensor in tensors)
