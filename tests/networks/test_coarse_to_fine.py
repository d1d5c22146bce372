"""The generator: sizes, the published parameter count, and whether the code can be seen."""

import pytest
import torch

from hueman.networks.coarse_to_fine import CoarseToFine, code_map


def tiny(**changes):
    torch.manual_seed(0)
    settings = {"channels": 8, "downsamplings": 2, "residual_blocks": 1, "local_blocks": 1}
    return CoarseToFine(code=24, **{**settings, **changes})


def effect_of_code(network, regions):
    generator = torch.Generator().manual_seed(1)
    pictures = {
        "features": torch.rand(1, 4, 64, 32, generator=generator) * 2 - 1,
        "previous": -torch.ones(1, 3, 64, 32),
    }
    codes = [torch.randn(1, 24, generator=generator) for _ in range(2)]
    with torch.no_grad():
        frames = [network(pictures, code_map(z[:, :16], z[:, 16:], regions)) for z in codes]
    return (frames[0] - frames[1]).abs().max().item()


@pytest.mark.parametrize("upsampling", ["transposed", "nearest", "bilinear"])
def test_keeps_the_size_and_range(upsampling):
    frame = tiny(upsampling=upsampling)(
        {"features": torch.zeros(2, 4, 64, 32), "previous": torch.zeros(2, 3, 64, 32)},
        torch.zeros(2, 24, 64, 32),
    )
    assert frame.shape == (2, 3, 64, 32)
    assert frame.abs().max() <= 1


def test_full_size_has_the_published_number_of_parameters():
    """LocalEnhancer with ngf 32, 4 down-samplings, 9 and 3 blocks, 31 channels: 182.8 M."""
    with torch.device("meta"):
        network = CoarseToFine(code=24)
    assert round(sum(p.numel() for p in network.parameters()) / 1e6, 1) == 182.8


def test_instance_normalisation_erases_a_tiled_code():
    everywhere = torch.ones(1, 2, 64, 32)
    assert effect_of_code(tiny(normalize_first=True), everywhere) < 1e-3
    assert effect_of_code(tiny(normalize_first=False), everywhere) > 0.1


def test_code_map_writes_each_code_in_its_region():
    regions = torch.zeros(1, 2, 4, 4)
    regions[:, 0, :2] = 1
    regions[:, 1, 2:] = 0.5
    spread = code_map(torch.full((1, 2), 3.0), torch.full((1, 1), 4.0), regions)
    assert spread.shape == (1, 3, 4, 4)
    assert (spread[:, :2, :2] == 3).all()
    assert (spread[:, :2, 2:] == 0).all()
    assert (spread[:, 2, 2:] == 2).all()


def test_unknown_upsampling_is_refused():
    with pytest.raises(ValueError, match="cubic"):
        tiny(upsampling="cubic")
