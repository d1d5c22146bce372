"""How close generated frames are to the real ones, with the background masked out and without."""

import torch
from torch import Tensor

from hueman.evaluation.lpips import LPIPS
from hueman.evaluation.metrics import ms_ssim, psnr, ssim
from hueman.training.frames import Frames

PERSON_THRESHOLD = 128
"""Mask values from here on are person."""


def measure_similarity(video: Tensor, frames: Frames, lpips: LPIPS) -> dict[str, float]:
    """Compare a generated clip with the real one (paper, section 4.3).

    Args:
        video: (T, 3, H, W) in [-1, 1], generated from the first frame.
        frames: the T real frames.
        lpips: the metric's network.

    Returns:
        ms_ssim, ssim, psnr, lpips, means over all frames but the first, which the method was
        shown, with the background black in both; and the same of whole frames, ..._unmasked.
    """
    truth, made, person = frames.pictures()[1:], video[1:], frames.person[1:]
    result = {}
    for suffix, pair in (
        ("", [mask_background(pictures, person) for pictures in (made, truth)]),
        ("_unmasked", [made, truth]),
    ):
        result[f"ms_ssim{suffix}"] = float(ms_ssim(*pair).mean())
        result[f"ssim{suffix}"] = float(ssim(*pair).mean())
        result[f"psnr{suffix}"] = float(psnr(*pair).mean())
        result[f"lpips{suffix}"] = float(lpips(*pair).mean())
    return result


def mask_background(pictures: Tensor, person: Tensor) -> Tensor:
    """Paint black (-1) what is not person: pictures (N, 3, H, W), person uint8 (N, 1, H, W)."""
    return torch.where(person >= PERSON_THRESHOLD, pictures, -1.0)
