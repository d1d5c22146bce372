"""The generator for real time: sizes, what it sees, and how far a place looks."""

import torch

from hueman.networks.pixel_shuffle import PixelShuffleGenerator
from hueman.networks.written_code import WrittenCode


def tiny(**changes):
    torch.manual_seed(0)
    network = PixelShuffleGenerator(24, **{"channels": 8, "residual_blocks": 2, **changes})
    torch.nn.init.normal_(network.last.weight, std=0.1)
    return network


def inputs(count=1, size=(64, 32)):
    random = torch.Generator().manual_seed(1)
    pictures = {
        name: torch.rand(count, channels, *size, generator=random) * 2 - 1
        for name, channels in (("features", 4), ("previous", 3))
    }
    code = torch.randn(count, 24, generator=random)
    return pictures, WrittenCode(code[:, :16], code[:, 16:], torch.ones(count, 2, *size))


def test_keeps_size_and_range_and_has_as_many_outputs_as_asked():
    for square in (2, 4, 8):
        pictures, code = inputs(2)
        frame = tiny(square=square, outputs=4)(pictures, code)
        assert frame.shape == (2, 4, 64, 32)
        assert frame.abs().max() < 1


def test_untrained_it_makes_grey():
    pictures, code = inputs()
    assert not PixelShuffleGenerator(24, channels=8)(pictures, code).any()


def test_each_frame_of_a_batch_is_made_with_its_own_code():
    network = tiny()
    pictures, code = inputs(2)
    together = network(pictures, code)
    for number in range(2):
        one = slice(number, number + 1)
        alone = network(
            {name: picture[one] for name, picture in pictures.items()},
            WrittenCode(*(part[one] for part in code)),
        )
        torch.testing.assert_close(together[one], alone, atol=1e-5, rtol=1e-5)
    assert (together[0] - together[1]).abs().max() > 0.01


def test_a_tiled_code_and_the_frame_before_are_seen_with_gradients():
    network = tiny()
    pictures, code = inputs()
    code = code._replace(upper=code.upper.requires_grad_(), lower=code.lower.requires_grad_())
    pictures["previous"].requires_grad_()
    network(pictures, code)[:, :, 20:30].square().sum().backward()
    for seen in (code.upper, code.lower, pictures["previous"]):
        assert seen.grad is not None
        assert seen.grad.abs().max() > 1e-6


def test_untrained_blocks_add_nothing_that_depends_on_the_picture():
    pictures, code = inputs()
    few, many = tiny(residual_blocks=1), tiny(residual_blocks=3)
    many.load_state_dict(few.state_dict(), strict=False)
    difference = few.blocks(few.first(*small(few, pictures, code))) - many.blocks(
        many.first(*small(many, pictures, code))
    )
    # A constant of each channel: the bias of the last convolutions.
    assert (difference - difference.mean(dim=(2, 3), keepdim=True)).abs().max() < 1e-5


def small(network, pictures, code):
    """The pictures and code as the first layer sees them."""
    full = torch.cat([pictures[name] for name in network.inputs], dim=1)
    return torch.nn.functional.pixel_unshuffle(full, 4), code._replace(
        regions=torch.nn.functional.avg_pool2d(code.regions, 4)
    )


def test_what_is_far_away_changes_nothing():
    """Unlike with instance normalisation: a place sees only what its layers reach."""
    network = tiny()  # first 1, blocks 2 x 2, last 1: 6 small pixels, and those of its own square
    pictures, code = inputs(size=(128, 32))
    before = network(pictures, code)
    pictures["features"][:, :, 100:] = 0.9
    after = network(pictures, code)
    reach = 4 * 6
    assert torch.equal(before[:, :, : 100 - reach - 4], after[:, :, : 100 - reach - 4])
    assert not torch.equal(before[:, :, 100:], after[:, :, 100:])
