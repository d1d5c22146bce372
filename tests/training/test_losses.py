"""Losses against independent computations, and their gradients."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from hueman.training.losses import (
    PerceptualLoss,
    cross_entropy_loss,
    feature_matching_loss,
    kl_loss,
    least_squares_loss,
    nearest_neighbour_loss,
    weighted_l1_loss,
)


def outputs(seed, count=2, layers=4):
    generator = torch.Generator().manual_seed(seed)
    return [[torch.randn(2, 3, 5, 4, generator=generator) for _ in range(layers)]] * count


def test_least_squares_is_summed_over_scales():
    scales = outputs(0)
    verdict = scales[0][-1].numpy()
    assert least_squares_loss(scales, real=True).item() == pytest.approx(
        2 * np.mean((verdict - 1) ** 2), rel=1e-5
    )
    assert least_squares_loss(scales, real=False).item() == pytest.approx(
        2 * np.mean(verdict**2), rel=1e-5
    )


@pytest.mark.parametrize("real", [True, False])
def test_cross_entropy_is_torchs_summed_over_scales(real):
    scales = outputs(6)
    verdict = scales[0][-1]
    wanted = torch.full_like(verdict, float(real))
    expected = 2 * F.binary_cross_entropy(verdict.sigmoid(), wanted).item()
    assert cross_entropy_loss(scales, real).item() == pytest.approx(expected, rel=1e-5)
    certain = [[torch.tensor([-200.0, 200.0])]]
    assert cross_entropy_loss(certain, real).item() == pytest.approx(100)


def test_feature_matching_ignores_the_verdict_and_averages_scales():
    real, fake = outputs(1), outputs(2)
    expected = sum(
        np.abs(r.numpy() - f.numpy()).mean()
        for r, f in zip(real[0][:-1], fake[0][:-1], strict=True)
    )
    assert feature_matching_loss(real, fake).item() == pytest.approx(expected * 4 / 3, rel=1e-5)


def test_feature_matching_gives_real_features_no_gradient():
    real = [[torch.randn(1, 2, requires_grad=True) for _ in range(3)]]
    fake = [[torch.randn(1, 2, requires_grad=True) for _ in range(3)]]
    feature_matching_loss(real, fake).backward()
    assert real[0][0].grad is None
    assert fake[0][0].grad is not None
    assert fake[0][-1].grad is None


def test_kl_equals_the_closed_form_of_torch():
    generator = torch.Generator().manual_seed(3)
    mean, log_variance = (torch.randn(5, 8, generator=generator) for _ in range(2))
    expected = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0, 1))
    assert kl_loss(mean, log_variance).item() == pytest.approx(
        expected.sum(dim=1).mean().item(), rel=1e-5
    )


def test_weighted_l1_with_equal_weights_is_l1():
    a, b = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    expected = (a - b).abs().mean().item()
    assert weighted_l1_loss(a, b, torch.full((2, 1, 4, 4), 7.0)).item() == pytest.approx(expected)


def test_weighted_l1_counts_the_person_more():
    a, b, weight = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2), torch.ones(1, 1, 2, 2)
    weight[..., 0, 0] = 11
    b[..., 0, 0] = 1
    assert weighted_l1_loss(a, b, weight).item() == pytest.approx(11 / 14)


def test_perceptual_weighs_deep_features_most():
    def features(picture):
        return [picture, 2 * picture, 3 * picture, 4 * picture, 5 * picture]

    loss = PerceptualLoss(features)
    a, b = torch.zeros(1, 3, 2, 2, requires_grad=True), torch.ones(1, 3, 2, 2)
    expected = 1 / 32 + 2 / 16 + 3 / 8 + 4 / 4 + 5
    assert loss(a, b).item() == pytest.approx(expected)
    loss(a, b).backward()
    assert a.grad is not None
    assert (a.grad < 0).all()


def nearest_by_hand(generated, real, radius):
    """Return the loss and its gradient in `generated`: numpy (N, C, H, W), place by place."""
    count, _, height, width = generated.shape
    total, gradient = 0.0, np.zeros_like(generated)
    for n, y, x in np.ndindex(count, height, width):
        around = [
            real[n, :, row, column]
            for row in range(max(0, y - radius), min(height, y + radius + 1))
            for column in range(max(0, x - radius), min(width, x + radius + 1))
        ]
        differences = generated[n, :, y, x] - np.stack(around)
        nearest = np.abs(differences).sum(axis=1).argmin()
        total += np.abs(differences[nearest]).sum()
        gradient[n, :, y, x] = np.sign(differences[nearest])
    places = count * height * width
    return total / places, gradient / places


@pytest.mark.parametrize(
    ("neighbourhood", "size"), [(1, (4, 3)), (3, (6, 5)), (5, (7, 8)), (9, (3, 4))]
)
def test_nearest_neighbour_by_hand(neighbourhood, size):
    generator = torch.Generator().manual_seed(neighbourhood)
    generated, real = (torch.randn(2, 4, *size, generator=generator) for _ in range(2))
    generated.requires_grad_()
    loss = nearest_neighbour_loss(generated, real, neighbourhood)
    loss.backward()
    expected, gradient = nearest_by_hand(
        generated.detach().numpy().astype(float), real.numpy().astype(float), neighbourhood // 2
    )
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert generated.grad is not None
    np.testing.assert_allclose(generated.grad.numpy(), gradient, atol=1e-7)


def test_nearest_neighbour_forgives_two_pixels_and_no_more():
    generator = torch.Generator().manual_seed(8)
    real = torch.randn(1, 4, 12, 12, generator=generator)
    moved = real.roll((2, -1), dims=(2, 3))
    inside = (..., slice(4, 8), slice(4, 8))
    assert nearest_neighbour_loss(real, real, 5) == 0
    # At the border there is nothing that came from beyond it.
    middle = real.clone()
    middle[inside] = moved[inside]
    assert nearest_neighbour_loss(middle, real, 5) == 0
    assert nearest_neighbour_loss(middle, real, 3) > 0


def test_what_lies_beyond_the_border_is_never_near():
    generated, real = torch.zeros(1, 2, 4, 4), torch.full((1, 2, 4, 4), 7.0)
    assert nearest_neighbour_loss(generated, real, 5).item() == 14


def test_nearest_neighbour_wants_a_middle():
    with pytest.raises(ValueError, match="odd"):
        nearest_neighbour_loss(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4), 4)
