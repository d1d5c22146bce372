"""Encoder, U-Net and discriminator: what they see and what reaches them."""

import pytest
import torch

from hueman.networks.color_encoders import ColorEncoders
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.networks.residual_encoder import ResidualEncoder
from hueman.networks.unet import UNet


def test_encoder_sees_the_bottom_rows_of_a_tall_picture():
    torch.manual_seed(0)
    encoder = ResidualEncoder(4, channels=8)
    picture = torch.zeros(1, 3, 384, 256)
    changed = picture.clone()
    changed[:, :, -4:] = 1
    with torch.no_grad():
        assert not torch.allclose(encoder(picture)[0], encoder(changed)[0], atol=1e-6)


def test_encoder_starts_with_the_given_log_variance():
    _, log_variance = ResidualEncoder(8, channels=8, log_variance_bias=-4)(torch.rand(2, 3, 64, 32))
    assert log_variance.mean().item() < -3


def test_each_code_depends_on_its_own_region_only():
    torch.manual_seed(0)
    encoders = ColorEncoders(ResidualEncoder(16, 8), ResidualEncoder(8, 8))
    regions = torch.zeros(1, 2, 64, 32)
    regions[:, 0, :32] = 1
    regions[:, 1, 32:] = 1
    frame = torch.rand(1, 3, 64, 32)
    changed = frame.clone()
    changed[:, :, 32:] = 0
    with torch.no_grad():
        before, after = encoders(frame, regions), encoders(changed, regions)
    assert before.shape == (1, 24)
    assert torch.equal(before[:, :16], after[:, :16])
    assert not torch.allclose(before[:, 16:], after[:, 16:])


@pytest.mark.parametrize("code_levels", ["all", "input"])
def test_unet_uses_every_skip_and_the_code(code_levels):
    torch.manual_seed(0)
    unet = UNet(4, 16, channels=8, levels=4, upsampling="bilinear", code_levels=code_levels)
    features, code = torch.rand(2, 4, 64, 32), torch.randn(2, 16, requires_grad=True)
    unet(features, code).square().sum().backward()
    assert code.grad is not None
    assert code.grad.abs().min() > 0
    assert all(p.grad is not None for p in unet.parameters())


def test_unet_normalises_neither_end():
    def kinds(blocks):
        return [[type(layer).__name__ for layer in block] for block in blocks]

    unet = UNet(4, 16, channels=8, levels=4)
    assert kinds(unet.down) == [
        ["Conv2d"],
        ["LeakyReLU", "Conv2d", "InstanceNorm2d"],
        ["LeakyReLU", "Conv2d", "InstanceNorm2d"],
        ["LeakyReLU", "Conv2d"],
    ]
    inner = ["ReLU", "ConvTranspose2d", "InstanceNorm2d"]
    assert kinds(unet.up) == [inner, inner, inner, ["ReLU", "ConvTranspose2d", "Tanh"]]


def test_unknown_code_levels_are_refused():
    with pytest.raises(ValueError, match="'output'"):
        UNet(4, 16, code_levels="output")  # type: ignore[arg-type]


def test_discriminator_judges_patches_at_each_scale():
    outputs = MultiScaleDiscriminator(3, channels=4, layers=2, scales=3)(torch.rand(1, 3, 64, 32))
    assert [len(scale) for scale in outputs] == [4, 4, 4]
    assert [scale[-1].shape[1] for scale in outputs] == [1, 1, 1]
    heights = [scale[-1].shape[2] for scale in outputs]
    assert heights == sorted(heights, reverse=True)


def test_channels_cannot_be_halved_to_nothing():
    with pytest.raises(ValueError, match="2 channels"):
        MultiScaleDiscriminator(3, channels=2, scales=3, halve_channels=True)
