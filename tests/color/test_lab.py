import numpy as np
import pytest
import torch
from kornia.color import lab_to_rgb as kornia_lab_to_rgb
from skimage import color as skimage_color

from hueman.color.lab import (
    in_gamut,
    lab_from_uint8,
    lab_to_rgb,
    limit_chroma,
    rgb_to_lab,
    uint8_from_lab,
)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (17, 23, 3), dtype=np.uint8)


def test_lab_agrees_with_skimage(picture):
    np.testing.assert_allclose(lab_from_uint8(picture), skimage_color.rgb2lab(picture), atol=1e-3)


def test_tensors_and_arrays_agree(picture):
    rgb = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    lab = rgb_to_lab(rgb)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(lab, lab_from_uint8(picture), atol=1e-4)
    torch.testing.assert_close(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=1e-4, rtol=0)


def test_planes_agree_with_kornia_in_and_out_of_gamut():
    random = torch.Generator().manual_seed(0)
    lab = torch.rand(2, 3, 16, 24, generator=random) * 240 - 120
    lab[:, 0] = lab[:, 0] / 2 + 50
    torch.testing.assert_close(lab_to_rgb(lab), kornia_lab_to_rgb(lab), atol=1e-6, rtol=0)


def test_an_autocast_around_it_does_not_round_colours():
    lab = rgb_to_lab(torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)))
    with torch.autocast("cpu", torch.bfloat16):
        rounded = lab_to_rgb(lab)
    torch.testing.assert_close(rounded, lab_to_rgb(lab), atol=0, rtol=0)


def test_the_way_back_has_gradients():
    lab = torch.tensor([[60.0, 12, -20], [30, 5, 9]]).double().reshape(2, 3, 1, 1)
    assert torch.autograd.gradcheck(lab_to_rgb, lab.requires_grad_())


@pytest.mark.parametrize("shape", [(3,), (4, 2, 2), (3, 2)])
def test_tensors_that_are_no_lab_are_refused(shape):
    with pytest.raises(ValueError, match="Lab"):
        lab_to_rgb(torch.zeros(shape))


def test_every_grey_and_any_colour_survives_the_round_trip(picture):
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    for colors in (greys, picture):
        np.testing.assert_array_equal(uint8_from_lab(lab_from_uint8(colors)), colors)


def test_published_values_of_the_primaries():
    primaries = np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255]], np.uint8)
    expected = [[100, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86]]
    np.testing.assert_allclose(lab_from_uint8(primaries), expected, atol=0.02)


@pytest.mark.parametrize("bad", [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8)])
def test_arrays_that_are_no_picture_are_refused(bad):
    with pytest.raises(ValueError, match=r"expected uint8 \(\.\.\., 3\)"):
        lab_from_uint8(bad)
    with pytest.raises(ValueError, match="Lab"):
        uint8_from_lab(np.zeros((4, 4)))


def test_colours_of_pictures_are_in_gamut(picture):
    assert in_gamut(torch.from_numpy(lab_from_uint8(picture))).all()


def test_chroma_is_limited_to_the_edge_of_the_gamut():
    generator = torch.Generator().manual_seed(2)
    wild = torch.rand((200, 3), generator=generator) * torch.tensor([90.0, 240, 240])
    wild += torch.tensor([5.0, -120, -120])
    shown = limit_chroma(wild)
    assert in_gamut(shown).all()
    assert not in_gamut(wild).all()
    torch.testing.assert_close(shown[:, 0], wild[:, 0])
    # The hue stays: (a, b) before and after are parallel, and chroma only shrinks.
    cross = shown[:, 1] * wild[:, 2] - shown[:, 2] * wild[:, 1]
    torch.testing.assert_close(cross, torch.zeros_like(cross), atol=2e-2, rtol=0)
    assert (shown[:, 1:].norm(dim=1) <= wild[:, 1:].norm(dim=1)).all()
    # It is the nearest: a little more chroma would not be shown.
    limited = (shown != wild).any(dim=1)
    beyond = shown * torch.tensor([1, 1.02, 1.02])
    assert not in_gamut(beyond[limited]).any()


def test_colours_inside_the_gamut_stay_as_they_are():
    inside = torch.tensor([[50.0, 10, -20], [0, 0, 0], [100, 0, 0]])
    torch.testing.assert_close(limit_chroma(inside), inside, atol=0, rtol=0)


def test_the_share_of_a_chroma_is_what_halving_finds():
    generator = torch.Generator().manual_seed(3)
    lab = torch.rand((300, 3), generator=generator) * torch.tensor([90.0, 240, 240])
    lab += torch.tensor([5.0, -120, -120])
    low, high = torch.zeros(300, 1), torch.ones(300, 1)
    for _ in range(20):
        middle = (low + high) / 2
        inside = in_gamut(torch.cat([lab[:, :1], lab[:, 1:] * middle], dim=1))[:, None]
        low, high = torch.where(inside, middle, low), torch.where(inside, high, middle)
    wanted = torch.where(in_gamut(lab)[:, None], lab[:, 1:], lab[:, 1:] * low)
    torch.testing.assert_close(limit_chroma(lab)[:, 1:], wanted, atol=0.01, rtol=0)
