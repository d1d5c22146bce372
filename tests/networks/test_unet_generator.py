"""The U-Net as generator: sizes, and that code and previous frame are seen."""

import torch

from hueman.networks.unet_generator import UNetGenerator
from hueman.networks.written_code import WrittenCode


def tiny():
    torch.manual_seed(0)
    return UNetGenerator(code=24, channels=8, levels=4, upsampling="nearest")


def frame_of(network, code, previous=-1.0):
    random = torch.Generator().manual_seed(1)
    pictures = {
        "features": torch.rand(1, 4, 64, 32, generator=random) * 2 - 1,
        "previous": torch.full((1, 3, 64, 32), previous),
    }
    with torch.no_grad():
        tiled = WrittenCode(code[None, :16], code[None, 16:], torch.ones(1, 2, 64, 32))
        return network(pictures, tiled)


def test_makes_a_frame():
    frame = frame_of(tiny(), torch.zeros(24))
    assert frame.shape == (1, 3, 64, 32)
    assert frame.abs().max() <= 1


def test_a_tiled_code_and_the_previous_frame_are_seen():
    network, random = tiny(), torch.Generator().manual_seed(2)
    codes = torch.randn(2, 24, generator=random)
    assert (frame_of(network, codes[0]) - frame_of(network, codes[1])).abs().max() > 0.05
    assert (frame_of(network, codes[0]) - frame_of(network, codes[0], 1.0)).abs().max() > 0.05


def test_without_the_previous_frame_it_is_not_asked_for():
    network = UNetGenerator(code=2, inputs={"features": 4}, channels=4, levels=2)
    code = WrittenCode(torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 2, 8, 8))
    frame = network({"features": torch.zeros(1, 4, 8, 8)}, code)
    assert frame.shape == (1, 3, 8, 8)
