"""Colour control: perfect, deaf and leaking methods against the renderer's and our own truth."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab

from hueman.clips.video import Video
from hueman.evaluation.color_control import (
    REQUESTED_CHROMA,
    certain_masks,
    color_outfits,
    compared_frames,
    mean_color_error,
    mean_colors,
    mean_known,
    measure_colors,
    pixel_error,
    recolored,
    requested_colors,
)
from hueman.evaluation.held_out import HeldOutClip, RenderedTruth
from hueman.evaluation.method import OWN
from hueman.training.frames import Frames, resize

HEIGHT, WIDTH, EVERY = 96, 64, 6
HEAD, HAIRLINE = 1, 26


@pytest.fixture(scope="module")
def filmed(truth_dataset):
    clip = truth_dataset.read(truth_dataset.entry("plaid", "march"))
    return HeldOutClip("plaid", "march", clip.fps, Frames.of(clip, HEIGHT, WIDTH), None)


@pytest.fixture(scope="module")
def rendered(truth_dataset, clips_folder):
    """The same clip with the renderer's other colours; the top of the head counts as hair, all else
    that is no garment as skin."""
    clip = truth_dataset.read(truth_dataset.entry("plaid", "march"))
    other = Video(clips_folder / "plaid" / "march.recolored.mp4").read()[::EVERY]
    pictures = resize(torch.from_numpy(other).permute(0, 3, 1, 2), HEIGHT, WIDTH)
    repainted = replace(clip, frames=pictures.permute(0, 2, 3, 1).contiguous().numpy())
    frames = Frames.of(clip, HEIGHT, WIDTH)
    bare = frames.person.clone()
    bare[(frames.upper > 20) | (frames.lower > 20)] = 0
    hair = bare * (frames.parts == HEAD)[:, None]
    hair[:, :, HAIRLINE:] = 0
    skin = torch.where(hair > 0, 0, bare)
    truth = RenderedTruth(skin, hair, [Frames.of(repainted, HEIGHT, WIDTH)])
    return HeldOutClip("plaid", "march", clip.fps, frames, truth)


def videos_of(clip, make, number=0):
    """(V, T, 3, H, W): what `make` gives for each outfit."""
    return torch.stack([make(outfit) for outfit in color_outfits(clip, number)])


def rerendered(clip):
    """A method that copies the renderer's other colours into the garments asked for."""
    other = clip.truth.recolored[0].pictures()

    def make(outfit):
        video = clip.frames.pictures()
        for ab, mask in ((outfit.upper, clip.frames.upper), (outfit.lower, clip.frames.lower)):
            if ab is not None:
                video = torch.where(mask > 127, other, video)
        return video

    return make


def swapped(clip):
    """A method that turns the whole picture's red to blue whenever any colour is asked for."""
    own = clip.frames.pictures()
    return lambda outfit: own if outfit == OWN else own.flip(1)


def colors_of(outfit):
    assert outfit.upper is not None
    assert outfit.lower is not None
    return outfit.upper, outfit.lower


def lab_of(pictures):
    return rgb2lab((pictures / 2 + 0.5).movedim(1, -1).numpy())


def test_outfits_ask_for_the_colours_of_the_rerendering(rendered):
    own, both, upper, lower = color_outfits(rendered, 7)
    other = rendered.truth.recolored[0]
    pixels = other.rgb[:3].permute(0, 2, 3, 1)[rendered.frames.upper[:3, 0] > 200]
    measured = rgb2lab(pixels.numpy()[None] / 255).mean(axis=(0, 1))[1:]
    assert own == OWN
    wanted = colors_of(both)
    np.testing.assert_allclose(wanted[0].numpy(), measured, atol=3)
    torch.testing.assert_close(upper.upper, wanted[0])
    torch.testing.assert_close(lower.lower, wanted[1])
    assert upper.lower is lower.upper is None


def test_outfits_without_a_rerendering_vary_with_the_clip(filmed):
    asked = [color_outfits(filmed, number)[1] for number in range(3)]
    angles = [
        [math.atan2(float(ab[1]), float(ab[0])) for ab in colors_of(outfit)] for outfit in asked
    ]
    wanted = [math.atan2(b, a) for a, b in REQUESTED_CHROMA]
    expected = [[wanted[0], wanted[3]], [wanted[2], wanted[5]], [wanted[4], wanted[1]]]
    np.testing.assert_allclose(angles, expected, atol=1e-3)


def test_requested_colours_can_be_shown_on_everybody(filmed):
    dark = replace(filmed.frames, upper_color=torch.tensor([[10.0, 0, 0]]).expand(8, -1))
    bright, alone, shared = (
        requested_colors(0, 3, *people)
        for people in ([filmed.frames], [dark], [filmed.frames, dark])
    )
    assert shared[0].norm() < bright[0].norm()
    torch.testing.assert_close(shared[0], alone[0], atol=0.01, rtol=0)
    torch.testing.assert_close(shared[1], bright[1])


def test_a_perfect_method_has_no_errors_and_no_leaks(rendered):
    result = measure_colors(rendered, 0, videos_of(rendered, rerendered(rendered)))
    for garment in ("upper", "lower"):
        assert result.pop(f"color_error_unchanged_{garment}") > 10
        assert result.pop(f"color_error_pixels_unchanged_{garment}") > 10
    assert len(result) == 4 + 8 + 4
    assert result == dict.fromkeys(result, 0.0)


def test_recolouring_is_the_truth_of_a_filmed_clip(filmed):
    videos = videos_of(filmed, lambda outfit: recolored(filmed.frames, outfit), number=1)
    result = measure_colors(filmed, 1, videos)
    for garment in ("upper", "lower"):
        # Not exactly 0: powers of a pixel differ in the last bit with its place in memory.
        assert result[f"color_error_{garment}"] < 1e-5
        assert result[f"color_error_pixels_{garment}"] < 1e-5
        assert result[f"color_error_unchanged_{garment}"] > 10
    assert result["leak_background"] == 0
    unknown = {name for name, value in result.items() if math.isnan(value)}
    assert unknown == {"leak_upper_to_hair", "leak_lower_to_hair", "leak_hair"}


def test_colouring_by_hueman_comes_near_the_renderer(rendered):
    videos = videos_of(rendered, lambda outfit: recolored(rendered.frames, outfit))
    result = measure_colors(rendered, 0, videos)
    for garment in ("upper", "lower"):
        near, far = result[f"color_error_{garment}"], result[f"color_error_unchanged_{garment}"]
        assert 0 < near < 3 < far
        assert near < result[f"color_error_pixels_{garment}"] < far


def test_leaks_of_a_method_that_changes_everything(rendered):
    result = measure_colors(rendered, 0, videos_of(rendered, swapped(rendered)))
    chosen = [2, 7]
    own = rendered.frames.pictures()[chosen]
    difference = deltaE_ciede2000(lab_of(own), lab_of(own.flip(1)))
    masks = {
        "upper": rendered.frames.upper > 200,
        "lower": rendered.frames.lower > 200,
        "skin": rendered.truth.skin > 200,
        "hair": rendered.truth.hair > 200,
        "background": rendered.frames.person < 3,
    }
    leak = {name: difference[mask[chosen, 0].numpy()].mean() for name, mask in masks.items()}
    assert leak["skin"] > 5
    for garment, other in (("upper", "lower"), ("lower", "upper")):
        for place in (other, "skin", "hair", "background"):
            expected = pytest.approx(leak[place], rel=2e-3)
            assert result[f"leak_{garment}_to_{place}"] == expected
    for place in ("skin", "hair", "background"):
        assert result[f"leak_{place}"] == pytest.approx(leak[place], rel=2e-3)
    assert result["leak_other"] == pytest.approx((leak["upper"] + leak["lower"]) / 2, rel=2e-3)


def test_only_the_garment_that_leaks_is_blamed(rendered):
    make, swap = rerendered(rendered), swapped(rendered)
    videos = videos_of(rendered, make)
    outfits = color_outfits(rendered, 0)
    videos[2] = torch.where(rendered.truth.skin > 0, swap(outfits[2]), videos[2])
    result = measure_colors(rendered, 0, videos)
    assert result["leak_upper_to_skin"] > 5
    assert result["leak_lower_to_skin"] == 0
    assert result["leak_skin"] == pytest.approx(result["leak_upper_to_skin"] / 2)
    assert result["leak_hair"] == result["leak_background"] == result["leak_other"] == 0


def test_several_rerenderings_are_averaged(rendered):
    """The second asks for no change, so that its errors are known."""
    frames = rendered.frames
    truth = replace(rendered.truth, recolored=[*rendered.truth.recolored, frames])
    clip = replace(rendered, truth=truth)
    deaf = frames.pictures()[None]
    one = measure_colors(rendered, 0, deaf.expand(4, -1, -1, -1, -1))
    two = measure_colors(clip, 0, deaf.expand(7, -1, -1, -1, -1))
    for garment in ("upper", "lower"):
        assert one[f"color_error_{garment}"] == one[f"color_error_unchanged_{garment}"] > 10
        assert two[f"color_error_{garment}"] == pytest.approx(one[f"color_error_{garment}"] / 2)


def test_truth_without_another_colour_of_the_same_lightness(rendered):
    clip = replace(rendered, truth=replace(rendered.truth, recolored=[]))
    videos = videos_of(clip, lambda outfit: recolored(clip.frames, outfit))
    result = measure_colors(clip, 0, videos)
    assert result["color_error_upper"] == 0
    assert result["leak_hair"] == 0


def test_what_is_not_seen_has_no_number(filmed):
    clip = replace(
        filmed, frames=replace(filmed.frames, lower=torch.zeros_like(filmed.frames.lower))
    )
    videos = videos_of(clip, lambda outfit: recolored(clip.frames, outfit))
    result = measure_colors(clip, 0, videos)
    assert math.isnan(result["color_error_lower"])
    assert math.isnan(result["leak_upper_to_lower"])
    assert result["leak_other"] == result["leak_lower_to_upper"] == 0
    short = replace(clip, frames=clip.frames[:2])
    assert all(math.isnan(value) for value in measure_colors(short, 0, videos[:, :2]).values())


def test_videos_of_other_sizes_are_refused(filmed):
    videos = videos_of(filmed, lambda _: filmed.frames.pictures())
    for wrong in (videos[:3], videos[:, :-1], videos[..., :-1]):
        with pytest.raises(ValueError, match=r"\(4, 8, 3, 96, 64\)"):
            measure_colors(filmed, 0, wrong)


def test_compared_frames():
    assert compared_frames(18).tolist() == [2, 7, 12, 17]
    assert compared_frames(2).tolist() == []


def test_masks_do_not_overlap(filmed, rendered):
    chosen = compared_frames(8)
    for clip in (filmed, rendered):
        masks = certain_masks(clip, chosen)
        assert all(mask.shape == (2, 1, 96, 64) for mask in masks.values())
        assert torch.stack(list(masks.values())).sum(dim=0).max() == 1
    assert torch.equal(
        certain_masks(filmed, chosen)["skin"][:, :, HAIRLINE:],
        certain_masks(rendered, chosen)["skin"][:, :, HAIRLINE:],
    )


def test_colour_errors_equal_an_independent_ciede2000():
    random = np.random.default_rng(0)
    lab, target = (random.uniform([0, -60, -60], [100, 60, 60], (2, 4, 4, 3)) for _ in range(2))
    mask = random.uniform(size=(2, 4, 4)) > 0.5
    first, second = (torch.from_numpy(each).movedim(-1, 1).float() for each in (lab, target))
    inside = torch.from_numpy(mask)[:, None]
    expected = deltaE_ciede2000(lab, target)[mask].mean()
    assert pixel_error(first, second, inside) == pytest.approx(expected, rel=1e-3)
    means = [[each[i][mask[i]].mean(axis=0) for i in range(2)] for each in (lab, target)]
    np.testing.assert_allclose(mean_colors(first, inside).numpy(), means[0], rtol=1e-4)
    expected = deltaE_ciede2000(np.array(means[0]), np.array(means[1])).mean()
    assert mean_color_error(first, second, inside) == pytest.approx(expected, rel=1e-3)


def test_frames_that_do_not_show_a_garment_do_not_count():
    lab, target = torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    lab[1, 0] = 50
    mask = torch.zeros(2, 1, 4, 4, dtype=torch.bool)
    mask[0, :, 1:3] = True
    assert mean_color_error(lab, target, mask) == 0
    assert len(mean_colors(lab, mask)) == 1
    assert math.isnan(mean_color_error(lab, target, torch.zeros_like(mask)))
    assert math.isnan(pixel_error(lab, target, torch.zeros_like(mask)))


def test_mean_of_the_known():
    assert mean_known([1.0, math.nan, 3.0]) == 2
    assert math.isnan(mean_known([math.nan]))
    assert math.isnan(mean_known([]))
