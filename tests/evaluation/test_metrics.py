import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from hueman.evaluation.metrics import ms_ssim, psnr, scale_count, ssim


def pictures(height=96, width=64, seed=0):
    """Two related pictures in [-1, 1], (1, 3, height, width)."""
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand(1, 3, height, width, generator=generator)
    first = torch.nn.functional.avg_pool2d(first, 5, stride=1, padding=2) * 4 - 2
    second = first + 0.2 * torch.randn(1, 3, height, width, generator=generator)
    return first.clamp(-1, 1), second.clamp(-1, 1)


def test_ssim_agrees_with_scikit_image():
    first, second = pictures(384, 256)
    similarity = structural_similarity(
        first[0].numpy(), second[0].numpy(), channel_axis=0, data_range=2.0,
        gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        full=True,
    )[1]  # fmt: skip
    # The two reflect the picture at its border in slightly different ways.
    assert ssim(first, second).item() == pytest.approx(np.mean(similarity), abs=0.005)


def test_psnr_agrees_with_scikit_image():
    first, second = pictures()
    expected = peak_signal_noise_ratio(first.numpy(), second.numpy(), data_range=2.0)
    assert psnr(first, second).item() == pytest.approx(expected, rel=1e-5)
    assert psnr(first, first).isinf().all()


def test_ms_ssim_is_the_weighted_product_over_scales():
    first, second = pictures(96, 64)
    pair = torch.cat([first, second]).double()
    smaller = [torch.nn.functional.avg_pool2d(pair, size) for size in (1, 2, 4)]
    terms = [ssim_terms(*half.split(1)) for half in smaller]
    coarsest = terms[2][0] * terms[2][1]
    values = torch.stack([terms[0][1].mean(), terms[1][1].mean(), coarsest.mean()])
    weights = torch.tensor([0.0448, 0.2856, 0.3001], dtype=torch.float64)
    expected = (values ** (weights / weights.sum())).prod().item()
    assert ms_ssim(first, second).item() == pytest.approx(expected, abs=0.01)


def ssim_terms(a, b):
    """Luminance and contrast-structure of the valid windows, straight from the definition."""
    x = torch.arange(-5, 6, dtype=torch.float64)
    gauss = torch.exp(-(x**2) / (2 * 1.5**2))
    window = torch.outer(gauss, gauss) / gauss.sum() ** 2
    kernel = window.expand(3, 1, 11, 11)

    def mean(value):
        return torch.nn.functional.conv2d(value, kernel, groups=3)

    mean_a, mean_b = mean(a), mean(b)
    variance = mean(a * a) - mean_a**2 + mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + 0.02**2) / (mean_a**2 + mean_b**2 + 0.02**2)
    return luminance, (2 * covariance + 0.06**2) / (variance + 0.06**2)


@pytest.mark.parametrize(
    ("height", "width", "scales"),
    [(384, 256, 5), (176, 176, 5), (192, 128, 4), (96, 64, 3), (32, 32, 2), (11, 40, 1)],
)
def test_every_size_has_its_scales(height, width, scales):
    first, second = pictures(height, width)
    assert scale_count(min(height, width)) == scales
    assert ms_ssim(first, first).item() == pytest.approx(1, abs=1e-5)
    assert 0 < ms_ssim(first, second).item() < 0.999


def test_more_noise_is_less_alike_and_pictures_are_judged_alone():
    first, second = pictures()
    worse = (first + 3 * (second - first)).clamp(-1, 1)
    batch = torch.cat([second, worse])
    truth = torch.cat([first, first])
    for metric in (ms_ssim, ssim, psnr):
        values = metric(batch, truth)
        assert values.shape == (2,)
        assert values[0] > values[1]
        torch.testing.assert_close(values[1:], metric(worse, first))


@pytest.mark.parametrize("metric", [ms_ssim, ssim, psnr])
def test_wrong_shapes_are_named(metric):
    first, second = pictures()
    with pytest.raises(ValueError, match="10, 64"):
        metric(first[:, :, :10], second[:, :, :10])
    with pytest.raises(ValueError, match=r"\(1, 1, 96, 64\)"):
        metric(first, second[:, :1])
