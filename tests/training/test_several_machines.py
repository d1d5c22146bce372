"""Two machines with two processes each, on this one, by torchrun: equal gradients, a lost process.

The first test launches processes that compare gradients and views, and then train by the command
until one of them is killed; the second goes on from the checkpoint that they named.
"""

import json
import os
import re
import signal
import socket
import time
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from machine_worker import gradients_of_first_updates
from tiny_training import GAN

import hueman
from benchmarks.two_machines import Machines
from hueman.errors import HuemanError
from hueman.training.devices import make_fabric
from hueman.training.stage_one import ColoredBatch, StageOne
from hueman.training.watch import watched

HELPERS = Path(__file__).parents[1] / "helpers"
IMPORTS = HELPERS, Path(hueman.__file__).parents[1]
STEPS = "deformable_gan.schedule.steps"
ENDED_WITHIN_SECONDS = 60
"""Ten were measured; a busy machine needs longer."""


@pytest.fixture(scope="module")
def together(truth_dataset, tmp_path_factory):
    """Two machines at work until a process of the second one is killed."""
    out = tmp_path_factory.mktemp("machines")
    train = ["train", truth_dataset.root, "--out", out / "run", "--preset", "demo"]
    train += ["--device", "cpu", "--set", *GAN, "sample_every=100"]
    worker = [HELPERS / "machine_worker.py", truth_dataset.root, out]
    with Machines(out / "first", 2, [*worker, *train, f"{STEPS}=1000"], IMPORTS) as machines:
        machines.await_file("run/deformable_gan/checkpoint-*4.pt", out)
        os.kill(machines.process(3), signal.SIGKILL)
        killed = time.monotonic()
        statuses = machines.finish()
        seconds = time.monotonic() - killed
        assert not machines.processes()
        return SimpleNamespace(
            out=out, train=train, statuses=statuses, seconds=seconds, outputs=machines.outputs()
        )


@pytest.fixture(scope="module")
def records(together):
    return [json.loads((together.out / f"record-{rank}.json").read_text()) for rank in range(4)]


def test_gradients_are_those_of_one_process_with_the_same_batch(together, records, truth_dataset):
    assert len({record["digest"] for record in records}) == 1
    together = torch.load(together.out / "gradients.pt", weights_only=True)
    alone = gradients_of_first_updates(truth_dataset.root, 1)
    assert together.keys() == alone.keys() == {"stage_one", "stage_two"}
    for stage, gradients in alone.items():
        assert together[stage].keys() == gradients.keys()
        for name, gradient in gradients.items():
            scale = gradient.abs().max().item()
            torch.testing.assert_close(
                together[stage][name], gradient, atol=1e-5 * scale + 1e-9, rtol=0, msg=name
            )


def test_gradients_of_four_batches_are_those_of_one_of_four_times_the_size(together, split, config):
    gradients = torch.load(together.out / "gradients.pt", weights_only=True)["stage_one"]
    stage = StageOne("upper", split, config, make_fabric(config, "cpu"))
    four = [stage.make_batch(number) for number in range(4)]
    # Pixel weights are relative to their mean in a batch: all else does not depend on its size.
    four = [replace(each, weight=each.weight / each.weight.mean()) for each in four]
    whole = {
        name: torch.cat([getattr(each, name) for each in four], dim=int(name == "noise"))
        for name in (field.name for field in fields(ColoredBatch))
    }
    stage.batch = lambda number: ColoredBatch(**whole)  # type: ignore[assignment]
    stage.networks.start_update(1e-3)
    stage.backward(0)
    # Another order of sums, and other convolutions for another size: 1.3e-4 of the largest number
    # of a network were seen, and 2e-8 with 64 bits. The gradients of biases before a normalisation
    # are nothing but such errors, so a tensor has no scale of its own.
    for name in stage.networks.names:
        parameters = dict(stage.networks[name].module.named_parameters())
        largest = max(each.grad.abs().max().item() for each in parameters.values())
        for key, parameter in parameters.items():
            torch.testing.assert_close(
                gradients[f"{name}.{key}"], parameter.grad, atol=1e-3 * largest, rtol=0
            )


def test_machines_that_do_not_see_the_same_are_named(records):
    for record in records:
        host = socket.gethostname()
        assert record["folder"].startswith(f"The machine {host} does not see what the first")
        assert record["data"].startswith(f"The machine {host} has another dataset as clips")
        assert record["shared folder"] == record["same data"] == ""
    assert len({record["named"] for record in records}) == 1


def test_a_sign_of_life_is_not_asked_for_too_often(config):
    with pytest.raises(HuemanError, match="--lost-after is 2 seconds"):  # noqa: SIM117
        with watched(make_fabric(config, "cpu"), 2, str):
            pass


def test_all_end_soon_after_one_is_killed_and_say_how_to_go_on(together):
    assert all(together.statuses)
    assert together.seconds < ENDED_WITHIN_SECONDS
    newest = sorted((together.out / "run/deformable_gan").glob("checkpoint-*.pt"))[-1]
    for output in together.outputs:
        sentences = [line for line in output.splitlines() if line.startswith("error: ")]
        assert len(sentences) == 1
        assert sentences[0].startswith(f"error: Process 3 (of 0 to 3, on {socket.gethostname()})")
        assert f"--resume {newest} " in sentences[0]
        # Of tracebacks, there is only torchrun's own.
        assert output.count("Traceback") == 1
    assert "Deformable GAN" in together.outputs[0]
    assert "Deformable GAN" not in together.outputs[1]  # one process shows progress


def test_one_process_on_each_machine_goes_on_from_the_checkpoint(together):
    newest = re.search(r"--resume (\S+) ", together.outputs[0])
    assert newest
    step = int(newest[1][-10:-3])
    folder = together.out / "run/deformable_gan"
    train = ["-m", "hueman", *together.train, f"{STEPS}={step + 3}", "--resume", newest[1]]
    with Machines(together.out / "second", 1, train, IMPORTS) as machines:
        statuses = machines.finish()
        outputs = machines.outputs()
    assert statuses == [0, 0], outputs
    assert f"Going on from {newest[1]}, update {step}." in outputs[0]
    assert outputs[0].count("The model is") == 1
    assert "The model is" not in outputs[1]
    steps = [json.loads(line)["step"] for line in (folder / "log.jsonl").open()]
    assert steps == list(range(1, step + 4))
    notes = json.loads((together.out / "run/training.json").read_text())
    assert notes["processes"] == 2
