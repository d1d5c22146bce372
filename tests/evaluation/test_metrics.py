import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from hueman.evaluation.metrics import ciede2000, ms_ssim, psnr, scale_count, ssim

# Table 1 of Sharma, Wu and Dalal 2005: L, a, b, L, a, b, difference.
SHARMA = np.array([
    [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
    [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
    [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
    [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
    [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
    [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
    [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
    [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
    [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
    [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
    [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
    [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
    [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
    [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
    [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
    [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
    [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
    [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
    [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
    [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
    [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
    [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
    [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
    [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
    [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
])  # fmt: skip


def pictures(height=96, width=64, seed=0):
    """Two related pictures in [-1, 1], (1, 3, height, width)."""
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand(1, 3, height, width, generator=generator)
    first = torch.nn.functional.avg_pool2d(first, 5, stride=1, padding=2) * 4 - 2
    second = first + 0.2 * torch.randn(1, 3, height, width, generator=generator)
    return first.clamp(-1, 1), second.clamp(-1, 1)


def test_ciede2000_gives_the_published_values():
    table = torch.from_numpy(SHARMA)
    difference = ciede2000(table[:, :3], table[:, 3:6])
    np.testing.assert_allclose(difference.numpy(), SHARMA[:, 6], atol=5e-5)
    np.testing.assert_allclose(ciede2000(table[:, 3:6], table[:, :3]), SHARMA[:, 6], atol=5e-5)


def test_ciede2000_agrees_with_scikit_image():
    rng = np.random.default_rng(0)
    colors = rng.uniform([0, -90, -90], [100, 90, 90], (2, 5, 400, 3))
    ours = ciede2000(torch.from_numpy(colors[0]), torch.from_numpy(colors[1]))
    np.testing.assert_allclose(ours, deltaE_ciede2000(colors[0], colors[1]), rtol=1e-9)


def test_ciede2000_of_equal_colors_is_zero_and_broadcasts():
    colors = torch.tensor([[50.0, 0, 0], [0, 0, 0], [100, 50, -50]])
    assert not ciede2000(colors, colors).any()
    assert ciede2000(colors[:, None], colors).shape == (3, 3)
    assert ciede2000(colors, colors).dtype == torch.float32
    with pytest.raises(ValueError, match=r"\(3, 2\)"):
        ciede2000(colors[:, :2], colors)


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
