"""The generator: sizes and whether the code can be seen."""

import pytest
import torch

from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.first_layer import FiLM
from hueman.networks.written_code import WrittenCode

EVERYWHERE = torch.ones(1, 2, 64, 32)


def tiny(**changes):
    torch.manual_seed(0)
    settings = {"channels": 8, "downsamplings": 2, "residual_blocks": 1, "local_blocks": 1}
    return CoarseToFine(code=24, **{**settings, **changes})


def frame_of(network, code, regions, size=(64, 32)):
    random = torch.Generator().manual_seed(1)
    pictures = {
        "features": torch.rand(1, 4, *size, generator=random) * 2 - 1,
        "previous": -torch.ones(1, 3, *size),
    }
    return network(pictures, WrittenCode(code[:, :16], code[:, 16:], regions))


def effect_of_code(network, regions):
    codes = torch.randn(2, 1, 24, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        frames = [frame_of(network, code, regions) for code in codes]
    return (frames[0] - frames[1]).abs().max().item()


@pytest.mark.parametrize("upsampling", ["transposed", "nearest", "bilinear"])
def test_keeps_the_size_and_range(upsampling):
    frame = tiny(upsampling=upsampling)(
        {"features": torch.zeros(2, 4, 64, 32), "previous": torch.zeros(2, 3, 64, 32)},
        WrittenCode(torch.zeros(2, 16), torch.zeros(2, 8), torch.ones(2, 2, 64, 32)),
    )
    assert frame.shape == (2, 3, 64, 32)
    assert frame.abs().max() <= 1


def test_as_published_a_tiled_code_is_erased():
    network = tiny(code_cure="none")
    assert effect_of_code(network, EVERYWHERE) < 1e-3


@pytest.mark.parametrize("fine_stage", [True, False])
@pytest.mark.parametrize("cure", ["no_first_norm", "film"])
def test_cures_let_a_tiled_code_be_seen(cure, fine_stage):
    network = tiny(code_cure=cure, fine_stage=fine_stage)
    assert effect_of_code(network, EVERYWHERE) > 0.1


@pytest.mark.parametrize(
    ("cure", "seen"), [("none", False), ("no_first_norm", True), ("film", True)]
)
def test_gradients_reach_the_code_through_every_cure_but_none(cure, seen):
    code = torch.randn(1, 24, generator=torch.Generator().manual_seed(2), requires_grad=True)
    frame_of(tiny(code_cure=cure), code, EVERYWHERE).square().sum().backward()
    assert code.grad is not None
    assert (code.grad.abs().max().item() > 1) == seen


def test_film_starts_without_scaling_and_acts_where_the_code_is_written():
    film = FiLM(24, 8)
    regions = torch.ones(2, 2, 4, 4)
    regions[..., 2:] = 0
    features, code = torch.rand(2, 8, 4, 4), torch.randn(2, 24)
    shift = film(features, WrittenCode(code[:, :16], code[:, 16:], regions)) - features
    assert torch.allclose(shift[..., :2], shift[..., :1, :1].expand(-1, -1, 4, 2), atol=1e-6)
    assert shift[..., :2].abs().max() > 0.1
    assert (shift[..., 2:] == 0).all()


def test_film_equals_the_published_one_for_a_tiled_code():
    film = FiLM(24, 8)
    torch.nn.init.normal_(film.scale.weight)
    features, code = torch.rand(2, 8, 4, 4), torch.randn(2, 24)
    tiled = WrittenCode(code[:, :16], code[:, 16:], torch.ones(2, 2, 4, 4))
    scale, shift = (code @ layer.weight.T for layer in (film.scale, film.shift))
    expected = features * (1 + scale[:, :, None, None]) + shift[:, :, None, None]
    torch.testing.assert_close(film(features, tiled), expected)


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_layer_sees_the_code_as_if_it_were_spread(count):
    layer = tiny(code_cure="no_first_norm").fine_first
    random = torch.Generator().manual_seed(3)
    picture = torch.rand(count, 7, 16, 8, generator=random)
    code = torch.randn(count, 24, generator=random, requires_grad=True)
    regions = torch.rand(count, 2, 16, 8, generator=random)
    made = layer(picture, WrittenCode(code[:, :16], code[:, 16:], regions))
    where = regions.repeat_interleave(torch.tensor([16, 8]), dim=1)
    spread = torch.cat([picture, code[:, :, None, None] * where], dim=1)
    padded = torch.nn.functional.pad(spread, (3, 3, 3, 3), mode="reflect")
    weight, bias = layer.convolution[1].parameters()
    expected = torch.nn.functional.conv2d(padded, weight, bias).relu()
    torch.testing.assert_close(made, expected, atol=1e-4, rtol=1e-4)
    gradients = [torch.autograd.grad(m.square().sum(), [code, weight]) for m in (made, expected)]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def test_unknown_cures_are_refused():
    with pytest.raises(ValueError, match="'hope'"):
        tiny(code_cure="hope")


def test_unknown_upsampling_is_refused():
    with pytest.raises(ValueError, match="cubic"):
        tiny(upsampling="cubic")
