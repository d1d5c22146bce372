"""Likeness: what is masked, which frames count, and that the metrics get the right pair."""

from dataclasses import replace

import pytest
import torch

from hueman.evaluation.metrics import ms_ssim, psnr, ssim
from hueman.evaluation.similarity import mask_background, measure_similarity


@pytest.fixture(scope="module")
def frames(filmed_clips):
    return filmed_clips[0].frames


def noisy(frames, where):
    """The true video with noise where a mask (T, 1, H, W) says so."""
    random = torch.Generator().manual_seed(0)
    truth = frames.pictures()
    noise = 0.4 * torch.randn(truth.shape, generator=random)
    return torch.where(where, (truth + noise).clamp(-1, 1), truth)


def test_background_is_black_and_the_person_untouched():
    pictures, person = torch.rand(1, 3, 4, 4), torch.zeros(1, 1, 4, 4, dtype=torch.uint8)
    person[..., 1:3, 1:3] = 255
    masked = mask_background(pictures, person)
    assert torch.equal(masked[..., 1:3, 1:3], pictures[..., 1:3, 1:3])
    assert (masked[..., 0, :] == -1).all()
    assert (masked == -1).all(dim=1).sum() == 12


def test_half_covered_pixels_are_person():
    person = torch.tensor([[[[0, 127, 128, 255]]]], dtype=torch.uint8)
    masked = mask_background(torch.zeros(1, 3, 1, 4), person)
    assert masked[0, 0, 0].tolist() == [-1, -1, 0, 0]


def test_the_background_counts_only_in_whole_frames(frames, lpips):
    result = measure_similarity(noisy(frames, frames.person < 128), frames, lpips)
    assert result["ms_ssim"] == pytest.approx(1, abs=1e-4)
    assert result["ssim"] == pytest.approx(1, abs=1e-4)
    assert result["lpips"] == 0
    assert result["psnr"] == float("inf")
    assert result["ms_ssim_unmasked"] < 0.9
    assert result["ssim_unmasked"] < 0.9
    assert result["lpips_unmasked"] > 0.1
    assert 5 < result["psnr_unmasked"] < 25


def test_the_first_frame_was_shown_and_does_not_count(frames, lpips):
    video = frames.pictures()
    video[0] = -video[0]
    result = measure_similarity(video, frames, lpips)
    assert result["lpips_unmasked"] == 0
    assert result["ms_ssim_unmasked"] == pytest.approx(1, abs=1e-4)


def test_numbers_are_means_over_frames(frames, lpips):
    short = frames[:3]
    video = noisy(short, short.person >= 0)
    result = measure_similarity(video, short, lpips)
    pairs = [(video[n : n + 1], short.pictures()[n : n + 1]) for n in (1, 2)]
    for name, metric in (("ms_ssim", ms_ssim), ("ssim", ssim), ("psnr", psnr), ("lpips", lpips)):
        expected = sum(float(metric(*pair)) for pair in pairs) / 2
        assert result[f"{name}_unmasked"] == pytest.approx(expected, rel=1e-4)


def test_the_mask_is_that_of_the_real_frames(frames, lpips):
    """A person whom the method leaves out is missing, whatever is behind."""
    hidden = torch.where(frames.person > 0, -1.0, frames.pictures())
    swapped = replace(frames, person=frames.person.flip(0))
    assert measure_similarity(hidden, frames, lpips)["ms_ssim"] < 0.8
    itself = measure_similarity(frames.pictures(), swapped, lpips)
    assert itself["ms_ssim"] == pytest.approx(1, abs=1e-4)
