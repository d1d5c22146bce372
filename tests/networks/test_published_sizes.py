"""Every network at its published numbers: parameters counted by hand, and shapes at 384x256.

The sums below are written from the definitions in the papers and their code (BicycleGAN,
pix2pixHD), layer by layer, and know nothing of ours. All convolutions have biases, and instance
normalisation has no parameters.
"""

import pytest
import torch

from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.networks.residual_encoder import ResidualEncoder
from hueman.networks.restoration import RestorationNetwork
from hueman.networks.unet import UNet
from hueman.networks.written_code import WrittenCode

SIZE = (384, 256)


def weights(*layers):
    """Parameters of convolutions (in, out, kernel); a linear layer has kernel 1."""
    return sum((inputs * kernel**2 + 1) * outputs for inputs, outputs, kernel in layers)


def parameters(build):
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build().parameters())


def u_128(code, inner_code):
    down = [(4 + code, 64, 4)] + [
        (inputs + inner_code, outputs, 4)
        for inputs, outputs in [(64, 128), (128, 256), (256, 512), *[(512, 512)] * 3]
    ]
    # All but the innermost also take the skip connection.
    up = [(512, 512, 4), *[(1024, 512, 4)] * 2, (1024, 256, 4), (512, 128, 4), (256, 64, 4)]
    return weights(*down, *up, (128, 3, 4))


def res_256(code):
    total = weights((3, 64, 4), (256, code, 1), (256, code, 1))
    for inputs, outputs in [(64, 128), (128, 192), (192, 256), (256, 256)]:
        total += weights((inputs, inputs, 3), (inputs, outputs, 3), (inputs, outputs, 1))
    return total


def patch_discriminator(inputs, width):
    hidden = [(width, 2 * width, 4), (2 * width, 4 * width, 4), (4 * width, 8 * width, 4)]
    return weights((inputs, width, 4), *hidden, (8 * width, 1, 4))


def global_generator(inputs, last):
    doublings = [(64, 128, 3), (128, 256, 3), (256, 512, 3), (512, 1024, 3)]
    halvings = [(outputs, inputs, kernel) for inputs, outputs, kernel in doublings]
    blocks = 9 * [(1024, 1024, 3), (1024, 1024, 3)]
    return weights((inputs, 64, 7), *doublings, *blocks, *halvings, *([(64, 3, 7)] if last else []))


def local_generator(inputs):
    blocks = 3 * [(64, 64, 3), (64, 64, 3)]
    enhancer = weights((inputs, 32, 7), (32, 64, 3), *blocks, (64, 32, 3), (32, 3, 7))
    return global_generator(inputs, last=False) + enhancer


def restoration():
    blocks = 6 * [(128, 128, 3), (128, 128, 3)]
    ends = [(4, 32, 7), (32, 64, 3), (64, 128, 3), (128, 64, 3), (64, 32, 3), (32, 4, 7)]
    return weights(*ends, *blocks)


def bicycle_discriminator():
    return MultiScaleDiscriminator(3, scales=2, padding=1, halve_channels=True)


@pytest.mark.parametrize(
    ("build", "by_hand", "expected"),
    [
        (lambda: UNet(4, 16), u_128(16, 16), 42_465_667),
        (lambda: UNet(4, 8), u_128(8, 8), 42_146_179),
        (lambda: UNet(4, 16, code_levels="input"), u_128(16, 0), 41_843_075),
        (lambda: UNet(4, 8, code_levels="input"), u_128(8, 0), 41_834_883),
        (lambda: ResidualEncoder(16), res_256(16), 2_594_144),
        (lambda: ResidualEncoder(8), res_256(8), 2_590_032),
        (
            bicycle_discriminator,
            patch_discriminator(3, 64) + patch_discriminator(3, 32),
            3_458_978,
        ),
        (lambda: MultiScaleDiscriminator(14), 3 * patch_discriminator(14, 64), 8_328_003),
        (lambda: CoarseToFine(24), local_generator(31), 182_833_539),
        (lambda: CoarseToFine(24, fine_stage=False), global_generator(31, True), 182_531_075),
        (
            # FiLM: a scale and a shift of 64 and of 32 channels from 24 numbers.
            lambda: CoarseToFine(24, code_cure="film"),
            local_generator(31) + 2 * 24 * (64 + 32),
            182_838_147,
        ),
        (RestorationNetwork, restoration(), 1_968_196),
    ],
)
def test_parameters(build, by_hand, expected):
    assert parameters(build) == by_hand == expected


@pytest.mark.parametrize("code_levels", ["all", "input"])
def test_u_128_makes_a_picture(code_levels):
    with torch.device("meta"):
        network = UNet(4, 16, code_levels=code_levels)
        assert network(torch.empty(2, 4, *SIZE), torch.empty(2, 16)).shape == (2, 3, *SIZE)


def test_res_256_makes_a_code():
    with torch.device("meta"):
        mean, log_variance = ResidualEncoder(16)(torch.empty(2, 3, *SIZE))
    assert mean.shape == log_variance.shape == (2, 16)


@pytest.mark.parametrize("cure", ["none", "no_first_norm", "film"])
@pytest.mark.parametrize("fine_stage", [True, False])
def test_coarse_to_fine_makes_a_frame(cure, fine_stage):
    with torch.device("meta"):
        network = CoarseToFine(24, fine_stage=fine_stage, code_cure=cure)
        pictures = {"features": torch.empty(1, 4, *SIZE), "previous": torch.empty(1, 3, *SIZE)}
        halves = torch.empty(1, 16), torch.empty(1, 8)
        frame = network(pictures, WrittenCode(*halves, torch.empty(1, 2, *SIZE)))
    assert frame.shape == (1, 3, *SIZE)


def test_restoration_keeps_the_shape():
    with torch.device("meta"):
        assert RestorationNetwork()(torch.empty(1, 4, *SIZE)).shape == (1, 4, *SIZE)


def test_discriminators_judge_patches():
    """A padding of 2 adds a patch at every layer; one of 1 loses one at the last two."""
    with torch.device("meta"):
        of_frames = MultiScaleDiscriminator(14)(torch.empty(1, 14, *SIZE))
        of_pictures = bicycle_discriminator()(torch.empty(1, 3, *SIZE))
    assert [scale[-1].shape[1:] for scale in of_frames] == [(1, 51, 35), (1, 27, 19), (1, 15, 11)]
    assert [scale[-1].shape[1:] for scale in of_pictures] == [(1, 46, 30), (1, 22, 14)]
    assert [[output.shape[1] for output in scale] for scale in of_pictures] == [
        [64, 128, 256, 512, 1],
        [32, 64, 128, 256, 1],
    ]
