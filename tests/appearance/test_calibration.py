"""Corrections of decoded colours, fitted to one person's clothes."""

import numpy as np
import pytest
import torch

from hueman.appearance.calibration import SHRINKAGE, Calibration, fit_correction


def test_the_fit_is_weighted_ridge_regression():
    """Against numpy's least squares, with the penalty as further rows."""
    random = np.random.default_rng(0)
    codes, errors = random.normal(size=(12, 5)), random.normal(size=(12, 2))
    weights = random.uniform(0.5, 8, size=12)
    root = np.sqrt(weights)[:, None]
    rows = np.concatenate([root * np.c_[codes, np.ones(12)], SHRINKAGE**0.5 * np.eye(5, 6)])
    wanted = np.concatenate([root * errors, np.zeros((5, 2))])
    expected = np.linalg.lstsq(rows, wanted, rcond=None)[0]
    fitted = fit_correction(*map(torch.from_numpy, (codes, errors, weights))).slope
    assert fitted.dtype == torch.float32
    np.testing.assert_allclose(fitted, expected, atol=1e-5)


def test_what_is_wrong_by_a_linear_rule_is_put_right():
    torch.manual_seed(0)
    codes, rule = torch.randn(200, 4), torch.randn(5, 2) * 20
    errors = codes @ rule[:4] + rule[4]
    correction = fit_correction(codes, errors, torch.ones(200))
    assert (correction(codes) - errors).norm(dim=1).mean() < 0.2
    assert (correction.slope - rule).abs().max() < 0.02


def test_where_nothing_was_seen_the_mean_error_is_taken_off():
    """One colour only: nothing can be known of the slope."""
    codes, errors = torch.full((3, 6), 0.7), torch.tensor([[8.0, -3.0]]).expand(3, 2)
    fitted = fit_correction(codes, errors, torch.ones(3)).slope
    assert fitted[:-1].abs().max() < 1e-4
    torch.testing.assert_close(fitted[-1], errors[0], atol=1e-3, rtol=0)


def test_the_further_a_code_is_from_those_seen_the_less_is_taken_off():
    """Codes on a line; away from it nothing is known, and a decoder is left as it is."""
    along = torch.linspace(-1, 1, 33)[:, None]
    direction = torch.tensor([[0.6, 0.8, 0.0]])
    errors = torch.full((33, 2), 5.0)
    correction = fit_correction(along * direction, errors, torch.ones(33))
    away = torch.tensor([[0.0, 0.0, 1.0]]) * torch.tensor([[0.0], [0.1], [0.3], [1.0]])
    left = correction(away)[:, 0]
    assert torch.all(left.diff() < 0)
    assert left[0] == pytest.approx(5, abs=0.05)
    assert left[-1] < 0.01


def test_each_garment_is_corrected_by_its_own_code():
    torch.manual_seed(2)
    fits = [
        fit_correction(torch.randn(9, size), torch.randn(9, 2), torch.ones(9)) for size in (3, 2)
    ]
    codes = torch.randn(7, 3), torch.randn(7, 2)
    together = Calibration(*fits)(*codes)
    assert together.shape == (7, 4)
    torch.testing.assert_close(together[:, :2], fits[0](codes[0]))
    torch.testing.assert_close(together[:, 2:], fits[1](codes[1]))


def test_own_colours_are_met_the_more_they_weigh():
    torch.manual_seed(1)
    codes, errors = torch.randn(33, 4), 10 * torch.randn(33, 2)
    left = []
    for weight in (1.0, 8.0, 1000.0):
        weights = torch.tensor([weight] + [1.0] * 32)
        fitted = fit_correction(codes, errors, weights).slope
        left.append(float((errors[0] - codes[0] @ fitted[:-1] - fitted[-1]).norm()))
    assert left[0] > left[1] > left[2]
    assert left[2] == pytest.approx(0, abs=0.5)
