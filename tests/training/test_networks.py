"""Networks under one optimiser: like one for each, restorable, compiled or in 16 bits as wanted."""

import copy
import shutil

import numpy as np
import pytest
import torch
from tiny_training import RESTORATION, TINY, changed, update, weights_of
from torch import nn
from torch._dynamo.utils import counters

from hueman.config import load_config
from hueman.networks.vgg import VGG
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.networks import TrainedNetworks
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo

RATES = (1e-2, 1e-2, 5e-3, 1e-3)


class Small(nn.Module):
    """A network of two convolutions."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, 4, 3)
        self.last = nn.Conv2d(4, channels, 3)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.first(picture)))


@pytest.fixture
def networks():
    torch.manual_seed(0)
    return {"generator": Small(3), "judge": Small(3)}


def trained(networks, config, **options) -> TrainedNetworks:
    return TrainedNetworks(copy.deepcopy(networks), make_fabric(config, "cpu"), **options)


def pictures(step: int) -> torch.Tensor:
    return torch.randn((2, 3, 12, 12), generator=torch.Generator().manual_seed(step))


def losses(generator, judge, step):
    """A game of two networks: each has a loss of its own, through the other one."""
    verdict = judge(generator(pictures(step)))
    return verdict.square().mean(), (verdict - 1).square().mean()


def play(made: TrainedNetworks, steps) -> None:
    for step in steps:
        made.start_update(RATES[step])
        wins, judges = losses(made["generator"], made["judge"], step)
        made.backward(wins, "generator", retain_graph=True)
        made.backward(judges, "judge")
        made.finish_update()


def weights(made: TrainedNetworks) -> list[torch.Tensor]:
    return weights_of(made["generator"], made["judge"])


def assert_same(first, second, **tolerance):
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, **(tolerance or {"rtol": 0, "atol": 0}))


def test_one_adam_does_what_one_for_each_network_does(networks, config):
    made = trained(networks, config)
    play(made, range(4))
    plain = copy.deepcopy(networks)
    adams = {
        name: torch.optim.Adam(network.parameters(), betas=(0.5, 0.999))
        for name, network in plain.items()
    }
    for step, rate in enumerate(RATES):
        wins, judges = losses(plain["generator"], plain["judge"], step)
        gradients = {
            name: torch.autograd.grad(loss, list(plain[name].parameters()), retain_graph=True)
            for name, loss in (("generator", wins), ("judge", judges))
        }
        for name, adam in adams.items():
            adam.param_groups[0]["lr"] = rate
            for parameter, gradient in zip(plain[name].parameters(), gradients[name], strict=True):
                parameter.grad = gradient
            adam.step()
    expected = weights_of(plain["generator"], plain["judge"])
    assert_same(weights(made), expected, rtol=1e-4, atol=1e-6)
    start = weights_of(networks["generator"], networks["judge"])
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(start, expected, strict=True))


def test_restored_state_goes_on_exactly(networks, config, tmp_path):
    averages = {"generator": 0.9}
    whole = trained(networks, config, averages=averages)
    play(whole, range(2))
    torch.save(whole.state_dict(), tmp_path / "state.pt")
    play(whole, range(2, 4))
    other = {"generator": Small(3), "judge": Small(3)}
    again = trained(other, config, averages=averages)
    again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    play(again, range(2, 4))
    assert_same(weights(whole), weights(again))
    assert_same(*(weights_of(made.shown("generator")) for made in (whole, again)))
    assert changed(weights_of(whole["generator"]), whole.shown("generator"))


def test_learning_rate_is_that_of_the_update(networks, config):
    made = trained(networks, config)
    before = weights(made)
    made.start_update(0.0)
    loss, _ = losses(made["generator"], made["judge"], 0)
    made.backward(loss, "generator", "judge")
    made.finish_update()
    assert_same(weights(made), before)
    # Adam's first step is of the learning rate's size, whatever the gradient.
    made = trained(networks, config)
    play(made, [0])
    steps = torch.cat([(a - b).abs().flatten() for a, b in zip(weights(made), before, strict=True)])
    assert steps.max() == pytest.approx(RATES[0], rel=1e-3)
    assert steps.median() == pytest.approx(RATES[0], rel=1e-2)


@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler")
def test_compiled_networks_are_trained_alike_and_saved_alike(networks, config):
    torch._dynamo.reset()
    graphs = counters["stats"]
    plain, compiled = trained(networks, config), trained(networks, config, compiled=True)
    graphs.clear()
    play(plain, range(3))
    assert graphs["unique_graphs"] == 0
    play(compiled, range(3))
    assert graphs["unique_graphs"] > 0
    assert_same(weights(plain), weights(compiled), rtol=1e-4, atol=1e-5)
    saved = [made.state_dict()["networks"] for made in (plain, compiled)]
    for name in plain.names:
        assert list(saved[0][name]) == list(saved[1][name])


@pytest.mark.parametrize("stage", [StageOne, StageTwo])
def test_sixteen_bits_train_and_weights_stay_in_thirty_two(split, stage):
    config = load_config("demo", [*TINY, RESTORATION, "precision=bf16-mixed"])
    fabric = make_fabric(config, "cpu")
    if stage is StageOne:
        made = StageOne("upper", split, config, fabric)
    else:
        torch.manual_seed(0)
        made = StageTwo(VideoModel(config), VGG("vgg16", 2).eval(), split, config, fabric)
    before = {name: weights_of(made.networks[name]) for name in made.networks.names}
    seen = set()
    name = made.networks.names[-1]
    last = [module for module in made.networks[name].modules() if isinstance(module, nn.Conv2d)][-1]
    last.register_forward_hook(lambda module, inputs, output: seen.add(output.dtype))
    for number in range(3):
        assert all(np.isfinite(loss) for loss in update(made, number).values())
    assert seen == {torch.bfloat16}
    for name, start in before.items():
        assert changed(start, made.networks[name])
        for parameter in made.networks[name].parameters():
            assert parameter.dtype == torch.float32
            assert parameter.isfinite().all()
