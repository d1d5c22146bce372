import pytest
import torch

from hueman.networks.restoration import RestorationNetwork


def tiny(**changes):
    torch.manual_seed(0)
    return RestorationNetwork(**{"channels": 4, "residual_blocks": 1, **changes})


def test_untrained_it_changes_nothing():
    warped = torch.rand(2, 4, 32, 16) * 2 - 1
    assert torch.equal(tiny()(warped), warped)


@pytest.mark.parametrize("upsampling", ["transposed", "nearest", "bilinear"])
def test_it_stays_in_range(upsampling):
    network = tiny(upsampling=upsampling)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    restored = network(torch.rand(2, 4, 32, 16) * 2 - 1)
    assert restored.shape == (2, 4, 32, 16)
    assert restored.abs().max() == 1


def test_it_learns_to_fill_cracks():
    """A line lost in warping is drawn again after a few steps."""
    network = tiny(channels=8)
    whole = -torch.ones(1, 4, 32, 16)
    whole[..., 7:9] = 1
    cracked = whole.clone()
    cracked[:, :, 14:18] = -1
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        (network(cracked) - whole).abs().mean().backward()
        optimizer.step()
    with torch.no_grad():
        left = (network(cracked) - whole).abs().mean()
    assert left < 0.2 * (cracked - whole).abs().mean()
