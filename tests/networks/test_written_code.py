"""Codes written into regions."""

import torch

from hueman.networks.written_code import WrittenCode


def written(size=4):
    regions = torch.zeros(1, 2, size, size)
    regions[:, 0, : size // 2] = 1
    regions[:, 1, size // 2 :] = 0.5
    return WrittenCode(torch.full((1, 2), 3.0), torch.full((1, 1), 4.0), regions)


def test_each_code_is_spread_over_its_region():
    spread = written().spread()
    assert spread.shape == (1, 3, 4, 4)
    assert (spread[:, :2, :2] == 3).all()
    assert (spread[:, :2, 2:] == 0).all()
    assert (spread[:, 2, 2:] == 2).all()


def test_halving_and_spreading_commute():
    pool = torch.nn.AvgPool2d(3, 2, 1, count_include_pad=False)
    code = written(8)
    torch.testing.assert_close(code.halved().spread(), pool(code.spread()))


def test_folded_weights_do_to_regions_what_weights_do_to_the_map():
    code = written()
    weight = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    expected = torch.einsum("oc,nchw->nohw", weight, code.spread())
    made = torch.einsum("nor,nrhw->nohw", code.folded(weight), code.regions)
    torch.testing.assert_close(made, expected)
