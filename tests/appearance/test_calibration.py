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
    fitted = fit_correction(*map(torch.from_numpy, (codes, errors, weights)))
    assert fitted.dtype == torch.float32
    np.testing.assert_allclose(fitted, expected, atol=1e-5)


def test_what_is_wrong_by_a_linear_rule_is_put_right():
    torch.manual_seed(0)
    codes, rule = torch.randn(200, 4), torch.randn(5, 2) * 20
    errors = codes @ rule[:4] + rule[4]
    fitted = fit_correction(codes, errors, torch.ones(200))
    assert (fitted - rule).abs().max() < 0.02


def test_where_nothing_was_seen_the_mean_error_is_taken_off():
    """One colour only: nothing can be known of the slope."""
    codes, errors = torch.full((3, 6), 0.7), torch.tensor([[8.0, -3.0]]).expand(3, 2)
    fitted = fit_correction(codes, errors, torch.ones(3))
    assert fitted[:-1].abs().max() < 1e-4
    torch.testing.assert_close(fitted[-1], errors[0], atol=1e-3, rtol=0)


def test_each_garment_is_corrected_by_its_own_code():
    upper, lower = torch.randn(4, 2), torch.randn(3, 2)
    calibrated = Calibration(upper, lower)
    codes = torch.randn(7, 3), torch.randn(7, 2)
    correction = calibrated(*codes)
    torch.testing.assert_close(correction[:, :2], codes[0] @ upper[:3] + upper[3])
    torch.testing.assert_close(correction[:, 2:], codes[1] @ lower[:2] + lower[2])


def test_own_colours_are_met_the_more_they_weigh():
    torch.manual_seed(1)
    codes, errors = torch.randn(33, 4), 10 * torch.randn(33, 2)
    left = []
    for weight in (1.0, 8.0, 1000.0):
        weights = torch.tensor([weight] + [1.0] * 32)
        fitted = fit_correction(codes, errors, weights)
        left.append(float((errors[0] - codes[0] @ fitted[:-1] - fitted[-1]).norm()))
    assert left[0] > left[1] > left[2]
    assert left[2] == pytest.approx(0, abs=0.5)
