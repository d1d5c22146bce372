"""Deformable GAN's networks: their size as published, and what their output depends on."""

import pytest
import torch

from hueman.networks.deformable_gan import DeformableDiscriminator, DeformableGenerator


def bare(*layers):
    """Weights of convolutions (in, out, kernel) without biases."""
    return sum(inputs * outputs * kernel**2 for inputs, outputs, kernel in layers)


def parameters(build):
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build().parameters())


def encoder(inputs):
    downs = [(64, 128, 4), (128, 256, 4), (256, 512, 4), *3 * [(512, 512, 4)]]
    norms = 2 * (128 + 256 + 512 + 512 + 512)
    return bare((inputs, 64, 3)) + 64 + bare(*downs) + norms


def generator():
    """For 256 x 256, each encoder and the decoder (C: convolution, N: norm, D: dropout, stride):

    CN1_64 - C2_128 - C2_256 - C2_512 - C2_512 - C2_512 - C2_512 and
    CD2_512 - CD2_512 - CD2_512 - C2_512 - C2_256 - C2_128 - C1_3.
    """
    ups = [(1024, 512, 4), *3 * [(512 + 1024, 512, 4)], (512 + 512, 256, 4), (256 + 256, 128, 4)]
    norms = 2 * (4 * 512 + 256 + 128)
    last = bare((128 + 128, 3, 3)) + 3
    return encoder(3 + 18) + encoder(18) + bare(*ups) + norms + last


def discriminator():
    """C2_64 - C2_128 - C2_256 - C2_512 - C2_1."""
    inputs = 3 + 18 + 18 + 3
    layers = [(inputs, 64, 4), (64, 128, 4), (128, 256, 4), (256, 512, 4), (512, 1, 4)]
    return bare(*layers) + 64 + 2 * (128 + 256 + 512)


@pytest.mark.parametrize(
    ("build", "by_hand", "expected"),
    [
        (DeformableGenerator, generator(), 82_093_123),
        (lambda: DeformableDiscriminator(3 + 18 + 18 + 3), discriminator(), 2_805_568),
    ],
)
def test_published_size(build, by_hand, expected):
    assert by_hand == expected
    assert parameters(build) == by_hand


def test_the_verdict_is_on_patches():
    with torch.device("meta"):
        outputs = DeformableDiscriminator(42)(torch.zeros(2, 42, 384, 256))
    assert [[tuple(output.shape) for output in scale] for scale in outputs] == [[(2, 1, 12, 8)]]


def inputs(generator, height=32, width=32):
    """Content, both heat maps, masks and sampling: everything is part 3 and stays in place."""
    masks = torch.zeros(2, 10, height, width)
    masks[:, 3] = 1
    stay = torch.eye(2, 3).expand(2, 10, 2, 3)
    pictures = (torch.rand(2, n, height, width, generator=generator) for n in (3, 18, 18))
    return [*pictures, masks, stay]


@pytest.mark.parametrize("deformable", [True, False])
def test_the_picture_depends_on_content_poses_and_motion(deformable):
    random = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    network = DeformableGenerator(channels=4, levels=3, deformable=deformable).eval()
    given = inputs(random)
    picture = network(*given)
    assert picture.shape == (2, 3, 32, 32)
    assert picture.abs().max() <= 1
    for index in range(3):
        other = [each.clone() for each in given]
        other[index] = torch.rand(other[index].shape, generator=random)
        assert (network(*other) - picture).abs().max() > 1e-3
    other = [*given[:4], given[4] + 0.3]
    assert ((network(*other) - picture).abs().max() > 1e-3) == deformable


def test_where_nothing_moves_warped_skips_are_plain_after_the_decoders_relu():
    torch.manual_seed(0)
    network = DeformableGenerator(channels=4, levels=3).eval()
    given = inputs(torch.Generator().manual_seed(0))
    warped = network(*given)
    network.deformable = False
    assert torch.allclose(warped, network(*given), atol=1e-5)


def test_every_weight_gets_a_gradient():
    torch.manual_seed(0)
    network = DeformableGenerator(channels=4, levels=3)
    network(*inputs(torch.Generator().manual_seed(0))).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


def test_dropout_acts_in_training_alone():
    torch.manual_seed(0)
    network = DeformableGenerator(channels=4, levels=3)
    given = inputs(torch.Generator().manual_seed(0))
    assert not torch.equal(network(*given), network(*given))
    network.eval()
    assert torch.equal(network(*given), network(*given))
