import numpy as np
import pytest
import torch
from skimage.color import lab2rgb, rgb2lab

from hueman.color.augmentation import GarmentStatistics, recolor_batch
from hueman.color.names import parse_color
from hueman.color.recolor import (
    mean_color,
    reachable_color,
    recolor_frame,
    recolor_frames,
    recolor_garment,
)

GREEN, MAROON = (60, 140, 70), (150, 60, 70)


def shaded_surface(color: tuple[int, int, int], light: np.ndarray) -> np.ndarray:
    """A surface of one colour under light of varying strength: linear RGB times light."""
    linear = (np.array(color) / 255) ** 2.2
    return np.rint(255 * (linear * light[..., None]) ** (1 / 2.2)).astype(np.uint8)


@pytest.fixture
def clip() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two frames: a green upper garment above a maroon lower one, on noise."""
    rng = np.random.default_rng(3)
    frames = rng.integers(0, 256, (2, 40, 30, 3), dtype=np.uint8)
    upper, lower = np.zeros((2, 2, 40, 30), np.uint8)
    upper[:, 5:20, 5:25], lower[:, 20:35, 5:25] = 255, 255
    light = rng.uniform(0.3, 1, (2, 40, 30))
    frames[upper > 0] = shaded_surface(GREEN, light)[upper > 0]
    frames[lower > 0] = shaded_surface(MAROON, light)[lower > 0]
    return frames, upper, lower


def test_mean_colour_is_the_mean_over_the_mask(clip):
    frames, upper, _ = clip
    expected = rgb2lab(frames)[upper > 127].mean(axis=0)
    np.testing.assert_allclose(mean_color(frames, upper), expected, atol=1e-2)


def test_a_garment_that_is_not_there_is_grey(clip):
    frames, upper, _ = clip
    np.testing.assert_array_equal(mean_color(frames, np.zeros_like(upper)), [50, 0, 0])


def test_the_wanted_colour_becomes_the_mean(clip):
    frames, upper, lower = clip
    wanted_upper, wanted_lower = parse_color("lab(50, 10, -30)"), parse_color("lab(50, 5, 25)")
    recolored = recolor_frames(frames, upper, lower, wanted_upper, wanted_lower)
    np.testing.assert_allclose(mean_color(recolored, upper)[1:], wanted_upper[1:], atol=0.3)
    np.testing.assert_allclose(mean_color(recolored, lower)[1:], wanted_lower[1:], atol=0.3)


def test_lightness_stays(clip):
    frames, upper, lower = clip
    recolored = recolor_frames(frames, upper, lower, parse_color("lab(50, 10, -30)"), None)
    inside = upper > 0
    change = rgb2lab(recolored)[inside][:, 0] - rgb2lab(frames)[inside][:, 0]
    assert np.abs(change).max() < 0.5


def test_other_pixels_keep_their_bytes(clip):
    frames, upper, lower = clip
    recolored = recolor_frames(frames, upper, lower, parse_color("blue"), None)
    np.testing.assert_array_equal(recolored[upper == 0], frames[upper == 0])
    assert (recolored[upper > 0] != frames[upper > 0]).any()


def test_no_colours_change_nothing(clip):
    frames, upper, lower = clip
    np.testing.assert_array_equal(recolor_frames(frames, upper, lower, None, None), frames)


def test_shadows_keep_no_tint():
    """A green surface made grey is grey in shadow and in light."""
    frames = shaded_surface(GREEN, np.linspace(0.1, 1, 200).reshape(1, 10, 20))
    mask = np.full((1, 10, 20), 255, np.uint8)
    recolored = recolor_frames(frames, mask, mask, np.array([50, 0, 0]), None)
    chroma = np.linalg.norm(rgb2lab(recolored)[..., 1:], axis=-1)
    before = np.linalg.norm(rgb2lab(frames)[..., 1:], axis=-1)
    assert before.min() > 20
    assert chroma.max() < 5


def test_shadows_as_cameras_show_them_keep_no_tint():
    """Chroma that stays strong in the shadow, as tone curves make it, goes too."""
    lightness = np.linspace(20, 60, 200).reshape(1, 10, 20)
    lab = np.stack([lightness, np.full_like(lightness, 45), np.full_like(lightness, 10)], axis=-1)
    frames = np.rint(lab2rgb(lab) * 255).astype(np.uint8)
    mask = np.full((1, 10, 20), 255, np.uint8)
    recolored = recolor_frames(frames, mask, mask, np.array([50, 0, 0]), None)
    assert np.linalg.norm(rgb2lab(recolored)[..., 1:], axis=-1).max() < 5


def test_the_white_of_a_pattern_stays_whiter():
    """Green squares take most of a new colour, white ones little of it."""
    squares = np.indices((1, 16, 16)).sum(axis=0) % 2 == 0
    green, white = np.array([[0, 110, 60], [240, 240, 240]], np.uint8)
    frames = np.where(squares[..., None], green, white)
    mask = np.full((1, 16, 16), 255, np.uint8)
    recolored = rgb2lab(recolor_frames(frames, mask, mask, np.array([50, 0, -20]), None))
    chroma = np.linalg.norm(recolored[..., 1:], axis=-1)
    assert recolored[squares][:, 2].mean() < -25
    assert chroma[~squares].mean() < 0.4 * chroma[squares].mean()


def test_a_garment_gets_the_lightness_that_is_asked_for(clip):
    frames, upper, _ = clip
    own = mean_color(frames, upper)
    for wanted in (np.array([30, 10, -20], np.float32), np.array([80, 5, 20], np.float32)):
        made = recolor_garment(frames, upper, own, wanted, lightness=True)
        np.testing.assert_allclose(mean_color(made, upper), wanted, atol=2)
        kept = recolor_garment(frames, upper, own, wanted)
        assert abs(mean_color(kept, upper)[0] - own[0]) < 1
        assert np.array_equal(made[upper == 0], frames[upper == 0])


def test_chroma_that_cannot_be_shown_is_limited(clip):
    frames, upper, lower = clip
    recolored = recolor_frames(frames, upper, lower, np.array([50, 0, -128]), None)
    mean = mean_color(recolored, upper)
    assert mean[2] < -25
    shown = lab2rgb(mean[None].astype(float))
    np.testing.assert_allclose(rgb2lab(shown)[0], mean, atol=0.1)
    assert abs(mean[1]) < 6


def test_shapes_that_do_not_fit_are_refused(clip):
    frames, upper, _ = clip
    with pytest.raises(ValueError, match=r"\(2, 40, 30, 3\).*\(1, 40, 30\)"):
        recolor_garment(frames, upper[:1], np.zeros(3), np.zeros(3))


def test_versions_of_a_frame_are_those_of_each_colour_alone(clip):
    frames, upper, lower = clip
    means = mean_color(frames, upper), mean_color(frames, lower)
    wanted = np.random.default_rng(0).uniform(-30, 30, (3, 2, 3)).astype(np.float32)
    targets = [[reachable_color(*each) for each in zip(means, two, strict=True)] for two in wanted]
    garments = [(upper[0], means[0]), (lower[0], means[1])]
    versions = recolor_frame(frames[0], garments, targets)
    assert len(versions) == 3
    for version, (first, second) in zip(versions, wanted, strict=True):
        expected = recolor_garment(frames[:1], upper[:1], means[0], first)
        expected = recolor_garment(expected, lower[:1], means[1], second)[0]
        np.testing.assert_array_equal(version, expected)
        assert (version[upper[0] > 0] != frames[0][upper[0] > 0]).any()


def test_where_garments_meet_both_colours_move_and_are_rounded_once(clip):
    frames, upper, lower = clip
    upper[:, 18:22], lower[:, 18:22] = 160, 95
    statistics = GarmentStatistics.of_clip(frames, upper, lower)
    means = statistics.upper[0].numpy(), statistics.lower[0].numpy()
    colors = np.array([[0, 15, -25], [0, -10, 20]], np.float32)
    targets = [reachable_color(*each) for each in zip(means, colors, strict=True)]
    garments = [(upper[0], means[0]), (lower[0], means[1])]
    [version] = recolor_frame(frames[0], garments, [targets])
    batch = recolor_batch(
        torch.from_numpy(frames[:1]).permute(0, 3, 1, 2) / 127.5 - 1,
        torch.from_numpy(upper[:1, None]) / 255,
        torch.from_numpy(lower[:1, None]) / 255,
        statistics,
        targets[0][None],
        targets[1][None],
    )
    expected = ((batch[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(version - expected).max() < 0.51


def test_a_frame_without_garments_is_copied(clip):
    frames, upper, _ = clip
    color = torch.tensor([50.0, 20, 20])
    [same] = recolor_frame(frames[0], [(0 * upper[0], np.zeros(3))], [[color]])
    np.testing.assert_array_equal(same, frames[0])
    assert same is not frames[0]


def test_reachable_colours_keep_the_garments_lightness_unless_told():
    own, wanted = np.array([30, 0, 0], np.float32), np.array([80, 10, 10], np.float32)
    assert reachable_color(own, wanted).tolist() == [30, 10, 10]
    assert reachable_color(own, wanted, lightness=True).tolist() == [80, 10, 10]
    limited = reachable_color(own, np.array([80, 0, 120], np.float32))
    assert limited[0] == 30
    assert 0 < limited[2] < 60
