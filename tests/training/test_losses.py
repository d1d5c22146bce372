"""Losses against independent computations, and their gradients."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from hueman.training.losses import (
    PerceptualLoss,
    feature_matching_loss,
    kl_loss,
    least_squares_loss,
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
