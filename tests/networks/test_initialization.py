import pytest
import torch
from torch import nn

from hueman.networks.initialization import initialize
from hueman.networks.restoration import RestorationNetwork


def layers():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(32, 64, 3), nn.ConvTranspose2d(64, 16, 4), nn.Flatten(), nn.Linear(400, 200)
    )


def state(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def test_normal_is_pix2pixhd_s():
    network = layers()
    before = state(network)
    initialize(network, "normal")
    for name in ("0.weight", "1.weight"):
        weight = network.state_dict()[name]
        assert weight.std().item() == pytest.approx(0.02, rel=0.03)
        assert abs(weight.mean().item()) < 0.001
    for name in ("0.bias", "1.bias", "3.weight", "3.bias"):
        assert torch.equal(network.state_dict()[name], before[name])


def test_xavier_is_bicyclegan_s():
    network = layers()
    initialize(network, "xavier")
    after = network.state_dict()
    # Fan in and fan out: channels times the area of the kernel.
    fans = {"0.weight": 9 * (32 + 64), "1.weight": 16 * (64 + 16), "3.weight": 400 + 200}
    for name, fan in fans.items():
        assert after[name].std().item() == pytest.approx(0.02 * (2 / fan) ** 0.5, rel=0.03)
        assert abs(after[name].mean().item()) < 0.001
    for name in ("0.bias", "1.bias", "3.bias"):
        assert not after[name].any()


def test_default_changes_nothing():
    network = layers()
    before = state(network)
    initialize(network, "default")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("kind", ["normal", "xavier"])
def test_what_begins_at_zero_stays_zero(kind):
    network = RestorationNetwork(channels=4, residual_blocks=1)
    initialize(network, kind)
    warped = torch.rand(1, 4, 16, 16) * 2 - 1
    assert torch.equal(network(warped), warped)


def test_global_seed_decides():
    first, second = layers(), layers()
    for network in (first, second):
        torch.manual_seed(3)
        initialize(network, "normal")
    assert torch.equal(first.state_dict()["0.weight"], second.state_dict()["0.weight"])


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="'orthogonal'"):
        initialize(layers(), "orthogonal")  # type: ignore[arg-type]
