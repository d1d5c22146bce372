"""Normalisation of a generator's features."""

import pytest
import torch

from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.normalization import Normalization, PixelNorm, normalization_layer
from hueman.networks.written_code import WrittenCode


def test_pixel_norm_makes_the_mean_square_of_every_place_one():
    features = torch.randn(2, 8, 5, 4, dtype=torch.float64) * 7
    features[:, :, 2, 1] = 0
    normalized = PixelNorm()(features)
    power = normalized.square().mean(dim=1)
    assert (power[:, 2, 1] == 0).all()
    power[:, 2, 1] = 1
    assert torch.allclose(power, torch.ones_like(power))
    direction = torch.nn.functional.cosine_similarity(normalized[:, :, 0], features[:, :, 0])
    assert torch.allclose(direction, torch.ones_like(direction))


def test_pixel_norm_has_correct_gradients():
    features = torch.randn(1, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(PixelNorm(), (features,))


@pytest.mark.parametrize(("normalization", "moves"), [("instance", True), ("pixel", False)])
def test_only_instance_normalisation_moves_what_is_far_from_a_change(
    normalization: Normalization, moves: bool
):
    torch.manual_seed(0)
    network = CoarseToFine(
        24,
        channels=8,
        downsamplings=2,
        residual_blocks=1,
        local_blocks=1,
        code_cure="film",
        normalization=normalization,
    )
    pictures = {name: torch.rand(1, size, 32, 256) for name, size in network.inputs.items()}
    regions = torch.zeros(1, 2, 32, 256)
    regions[..., :32] = 1
    codes = [WrittenCode(torch.full((1, 16), z), torch.full((1, 8), z), regions) for z in (0.0, 1)]
    with torch.no_grad():
        before, after = (network(pictures, code) for code in codes)
    change = (after - before).abs()
    assert change[..., :32].max() > 0.05
    assert (change[..., 160:].max().item() > 1e-4) == moves


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ValueError, match=r"normalization must be one of .* got 'batch'"):
        normalization_layer("batch", 4)  # pyright: ignore[reportArgumentType]
