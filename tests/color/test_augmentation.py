import numpy as np
import pytest
import torch

from hueman.color.augmentation import (
    LIGHTNESS,
    GarmentStatistics,
    random_chroma,
    random_colors,
    recolor_batch,
)
from hueman.color.lab import in_gamut
from hueman.color.recolor import mean_color, recolor_frames


@pytest.fixture
def clip() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three frames of noise with an upper and a lower garment of muted colours."""
    rng = np.random.default_rng(4)
    frames = rng.integers(90, 150, (3, 32, 24, 3), dtype=np.uint8)
    upper, lower = np.zeros((2, 3, 32, 24), np.uint8)
    upper[:, 4:14, 4:20], lower[:, 14:28, 4:20] = 255, 255
    upper[:, 13], lower[:, 14] = upper[:, 13] // 2, lower[:, 14] // 2
    return frames, upper, lower


def to_batch(frames: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(frames).permute(0, 3, 1, 2) / 127.5 - 1


def to_mask(mask: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(mask)[:, None] / 255


def statistics_of(clip, count: int) -> GarmentStatistics:
    of_one = GarmentStatistics.of_clip(*clip)
    return GarmentStatistics(of_one.upper.expand(count, -1), of_one.lower.expand(count, -1))


def test_random_chroma_is_within_disc_and_gamut():
    lightness = torch.linspace(0, 100, 500)
    chroma = random_chroma(torch.Generator().manual_seed(0), lightness, max_chroma=50)
    assert chroma.shape == (500, 2)
    assert chroma.norm(dim=1).max() <= 50 + 1e-3
    assert in_gamut(torch.cat([lightness[:, None], chroma], dim=1)).all()


def test_random_chroma_covers_the_disc_evenly():
    chroma = random_chroma(torch.Generator().manual_seed(0), torch.full((4000,), 55.0), 20)
    # At L = 55 sRGB shows the whole disc; half of its area lies within 1 / sqrt(2) of the radius.
    inner = (chroma.norm(dim=1) < 20 / 2**0.5).float().mean()
    assert inner == pytest.approx(0.5, abs=0.03)
    assert chroma.mean(dim=0).abs().max() < 0.6


def test_random_chroma_repeats_with_its_seed():
    draws = [random_chroma(torch.Generator().manual_seed(7), torch.full((5,), 50.0)) for _ in "ab"]
    torch.testing.assert_close(draws[0], draws[1], atol=0, rtol=0)


def test_random_lightness_is_even_and_can_be_shown():
    own = torch.tensor([[30.0, 5, 5]]).expand(2000, -1)
    colors = random_colors(torch.Generator().manual_seed(1), own, lightness=True)
    assert colors.shape == (2000, 3)
    assert in_gamut(colors).all()
    assert LIGHTNESS[0] <= colors[:, 0].min() < 15
    assert 87 < colors[:, 0].max() <= LIGHTNESS[1]
    assert colors[:, 0].mean() == pytest.approx(sum(LIGHTNESS) / 2, abs=2)


def test_without_lightness_only_chroma_is_drawn():
    own = torch.tensor([[30.0, 5, 5]]).expand(4, -1)
    colors, chroma = (
        draw(torch.Generator().manual_seed(1))
        for draw in (lambda g: random_colors(g, own), lambda g: random_chroma(g, own[:, 0]))
    )
    assert torch.equal(colors, chroma)


def test_batch_agrees_with_recoloured_frames(clip):
    frames, upper, lower = clip
    colors = np.array([50, 12, -20], np.float32), np.array([50, -15, 10], np.float32)
    expected = recolor_frames(frames, upper, lower, *colors)
    recolored = recolor_batch(
        to_batch(frames),
        to_mask(upper),
        to_mask(lower),
        statistics_of(clip, 3),
        torch.from_numpy(colors[0][1:]).expand(3, 2),
        torch.from_numpy(colors[1][1:]).expand(3, 2),
    )
    difference = (recolored - to_batch(expected)).abs()
    # At most two roundings to bytes apart.
    assert difference.max() <= 2 / 127.5


def test_each_frame_gets_its_own_colour(clip):
    frames, upper, lower = clip
    ab = torch.tensor([[10.0, 0], [-10, 5], [0, -15]])
    statistics = statistics_of(clip, 3)
    recolored = recolor_batch(
        to_batch(frames), to_mask(upper), to_mask(lower), statistics, ab, None
    )
    pictures = ((recolored + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    for index in range(3):
        before = mean_color(frames[index : index + 1], upper[:1])
        mean = mean_color(pictures[index : index + 1], upper[:1])
        moved = ab[index].numpy() - statistics.upper[index, 1:].numpy()
        np.testing.assert_allclose(mean[1:] - before[1:], moved, atol=0.5)


def test_one_clips_means_and_one_colour_serve_all_its_frames(clip):
    frames, upper, lower = clip
    batch = to_batch(frames), to_mask(upper), to_mask(lower)
    color = torch.tensor([[20.0, -30.0]])
    one = recolor_batch(*batch, statistics_of(clip, 1), color, color)
    each = recolor_batch(*batch, statistics_of(clip, 3), *[color.expand(3, -1)] * 2)
    assert torch.equal(one, each)


def test_the_rest_is_exactly_unchanged(clip):
    frames, upper, lower = clip
    rgb = to_batch(frames)
    ab = torch.full((3, 2), 20.0)
    recolored = recolor_batch(rgb, to_mask(upper), to_mask(lower), statistics_of(clip, 3), None, ab)
    outside = (to_mask(lower) == 0).expand_as(rgb)
    assert torch.equal(recolored[outside], rgb[outside])
    assert not torch.equal(recolored, rgb)


def test_without_colours_nothing_changes(clip):
    frames, upper, lower = clip
    rgb = to_batch(frames)
    same = recolor_batch(rgb, to_mask(upper), to_mask(lower), statistics_of(clip, 3), None, None)
    assert torch.equal(same, rgb)


def test_statistics_are_the_means_of_the_clip(clip):
    frames, upper, lower = clip
    statistics = GarmentStatistics.of_clip(frames, upper, lower)
    np.testing.assert_allclose(statistics.upper[0].numpy(), mean_color(frames, upper))
    np.testing.assert_allclose(statistics.lower[0].numpy(), mean_color(frames, lower))


def test_gradients_reach_frames_and_colours(clip):
    frames, upper, lower = clip
    rgb = to_batch(frames).requires_grad_()
    color = torch.tensor([[5.0, -5.0]]).expand(3, -1).clone().requires_grad_()
    made = recolor_batch(rgb, to_mask(upper), to_mask(lower), statistics_of(clip, 3), color, None)
    made[:, 2].sum().backward()
    assert color.grad is not None
    assert rgb.grad is not None
    assert (color.grad[:, 1] < 0).all()  # more b is less blue
    worn, blue = to_mask(upper)[:, 0] > 0, rgb.grad[:, 2]
    assert (blue[~worn] == 1).all()
    assert (blue[worn] > 0).all()
    assert (blue[worn] != 1).any()
