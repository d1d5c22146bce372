"""Steadying: what trembles is held, what moves is left alone."""

import pytest
import torch
from scipy.ndimage import uniform_filter

from hueman.generation.steadying import CHANGE, KEPT, steady


def trembling(frames: int, levels: float) -> torch.Tensor:
    """A grey wall whose pixels tremble, (T, 1, 3, 96, 64)."""
    noise = torch.randn(frames, 1, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    return noise * levels / 127.5


def steadied(frames: torch.Tensor) -> torch.Tensor:
    shown = [frames[0]]
    for frame in frames[1:]:
        shown.append(steady(frame, shown[-1]))
    return torch.stack(shown)


def test_as_by_another_filter_of_the_mean():
    frame, shown = trembling(2, 30)
    change = (frame - shown).abs().amax(dim=1)[0].double().numpy() * 127.5
    # Away from the borders, where the two treat what lies outside differently.
    around = torch.from_numpy(uniform_filter(change, 3))[2:-2, 2:-2]
    weight = KEPT * torch.exp(-((around / CHANGE) ** 2)).float()
    ours = steady(frame, shown)[0, :, 2:-2, 2:-2]
    frame, shown = frame[0, :, 2:-2, 2:-2], shown[0, :, 2:-2, 2:-2]
    torch.testing.assert_close(ours, weight * shown + (1 - weight) * frame, atol=1e-5, rtol=0)


def test_what_trembles_is_held():
    frames = trembling(40, 6)
    before, after = (each.diff(dim=0).abs().mean() for each in (frames, steadied(frames)))
    assert after < before / 4


def test_what_moves_is_left_alone():
    wall = trembling(2, 2)
    wall[1, ..., 20:50, 20:50] += 1.2
    moved = (steady(wall[1], wall[0]) - wall[1]).abs()
    assert moved[..., 24:46, 24:46].max() < 0.01
    assert moved[..., 60:, :].max() > 0.01


def test_nothing_is_held_for_long():
    """What hardly differs from what was there, a grey arm before a grey wall, fades away."""
    frames = torch.zeros(30, 1, 3, 96, 64)
    frames[0] += 20 / 127.5
    levels = steadied(frames).mean(dim=(1, 2, 3, 4)) * 127.5
    assert (levels.diff() < 0).all()
    assert levels[10] < 8
    assert levels[-1] < 1


def test_frames_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        steady(torch.zeros(1, 3, 96, 64), torch.zeros(1, 3, 64, 96))
