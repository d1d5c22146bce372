"""The meaning of codes: a perfect coded method, and ones that fail in a known way."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from torch import Tensor

from hueman.evaluation.color_codes import code_reuse, interpolation, pose_independence
from hueman.evaluation.color_control import recolored, requested_colors, requested_outfit
from hueman.evaluation.held_out import HeldOutClip
from hueman.evaluation.method import CodedMethod, Outfit
from hueman.training.frames import Frames

ACTORS, ACTIONS = ("plaid", "mustard"), ("wave_right", "march", "salute")
MOOD = (40.0, 0.0)


@dataclass
class Recoloring:
    """A perfect method: it knows the true frames and recolours them; its code is (a, b) twice."""

    clips: list[HeldOutClip]
    size: tuple[int, int] = (96, 64)
    asked: list[tuple[int, int]] = field(default_factory=list)
    """How many codes and frames were asked for."""

    def encode(self, content: Frames, outfits) -> Tensor:
        assert len(content) == 1
        own = (content.upper_color[0, 1:], content.lower_color[0, 1:])
        codes = [
            torch.cat([mean if ab is None else ab for ab, mean in zip(asked, own, strict=True)])
            for asked in ((outfit.upper, outfit.lower) for outfit in outfits)
        ]
        return torch.stack(codes)

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        self.asked.append((len(codes), len(pose)))
        frames = self.truth(content, pose)
        outfits = [Outfit(code[:2], code[2:]) for code in codes]
        return torch.stack([recolored(frames, outfit) for outfit in outfits])

    def generate(self, content: Frames, pose: Tensor, outfits) -> Tensor:
        return self.decode(content, pose, self.encode(content, outfits))

    def truth(self, content: Frames, pose: Tensor) -> Frames:
        """The clip that begins with the content and goes on with the pose."""
        for clip in self.clips:
            frames = clip.frames[: len(pose)]
            if torch.equal(frames.rgb[:1], content.rgb) and torch.equal(frames.pose, pose):
                return frames
        raise AssertionError("content and pose must be of one clip")


class Deaf(Recoloring):
    """Shows the clip as it is, whatever the code."""

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        return super().decode(content, pose, self.encode(content, [Outfit()] * len(codes)))


class Jumping(Recoloring):
    """Knows only two colours of each code: those of the first and of the last."""

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        half = len(codes) // 2
        return super().decode(content, pose, codes[[0] * half + [-1] * (len(codes) - half)])


class Tinting(Recoloring):
    """Paints the whole picture grey, the darker the higher the code's first number."""

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        grey = torch.stack([grey_of(code) for code in codes])
        shape = (len(codes), len(pose), *content.rgb.shape[1:])
        return grey.view(-1, 1, 1, 1, 1).expand(shape)


class Moody(Recoloring):
    """Gives the upper garment another colour in all clips but the first."""

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        if not torch.equal(pose, self.clips[0].frames.pose[: len(pose)]):
            codes = codes + torch.tensor([*MOOD, 0, 0])
        return super().decode(content, pose, codes)


class Selfish(Recoloring):
    """Codes are offsets from the person's own colours, so that they do not fit another person."""

    def encode(self, content: Frames, outfits) -> Tensor:
        return super().encode(content, outfits) - super().encode(content, [Outfit()])

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        return super().decode(content, pose, codes + super().encode(content, [Outfit()]))


def grey_of(code):
    return -code[0] / 100


@pytest.fixture(scope="module")
def clips(truth_dataset):
    read = [truth_dataset.read(truth_dataset.entry(a, b)) for a in ACTORS for b in ACTIONS]
    return [HeldOutClip(c.actor, c.action, c.fps, Frames.of(c, 96, 64), None) for c in read]


@pytest.fixture(scope="module")
def plaid(clips):
    return clips[:3]


def unseen(clip):
    return replace(clip, frames=replace(clip.frames, lower=torch.zeros_like(clip.frames.lower)))


def garment_means(pictures, masks):
    """Mean Lab of each frame, by skimage: pictures (N, 3, H, W) in [-1, 1], masks (N, 1, H, W)."""
    lab = rgb2lab((pictures / 2 + 0.5).movedim(1, -1).numpy())
    return np.stack(
        [one[mask[0].numpy() > 200].mean(axis=0) for one, mask in zip(lab, masks, strict=True)]
    )


def difference(first, second):
    """CIEDE2000 by skimage, of colours (..., 3) that broadcast."""
    first, second = np.broadcast_arrays(np.atleast_2d(first), second)
    return deltaE_ciede2000(first, second)


def test_codes_are_codes(clips):
    assert isinstance(Recoloring(clips), CodedMethod)


@pytest.mark.parametrize("steps", [3, 10])
def test_linear_codes_blend_evenly(clips, steps):
    method = Recoloring(clips)
    result = interpolation(method, clips[0], steps)
    assert method.asked == [(steps, 8)]
    for garment in ("upper", "lower"):
        assert result[f"monotonicity_{garment}"] == 1
        assert 0.98 < result[f"straightness_{garment}"] <= 1
        assert 1 <= result[f"unevenness_{garment}"] < 1.25
    # Hueman's own recolouring fades out over the garment's soft border.
    assert result["interpolation_leak"] < 0.05


def test_span_is_that_of_the_ends(clips):
    frames = clips[0].frames
    ends = [requested_outfit(0, 2, frames), requested_outfit(3, 4, frames)]
    sample = frames[[2, 7]]
    result = interpolation(Recoloring(clips), clips[0])
    for garment in ("upper", "lower"):
        masks = getattr(sample, garment)
        first, last = (garment_means(recolored(sample, end), masks).mean(axis=0) for end in ends)
        expected = difference(first, last)
        assert result[f"interpolation_span_{garment}"] == pytest.approx(expected, rel=2e-3)
        assert expected > 25


def test_a_method_that_ignores_codes(clips):
    result = interpolation(Deaf(clips), clips[0])
    for garment in ("upper", "lower"):
        assert result[f"monotonicity_{garment}"] == 0
        assert result[f"interpolation_span_{garment}"] == 0
        assert math.isnan(result[f"straightness_{garment}"])
        assert math.isnan(result[f"unevenness_{garment}"])


def test_a_method_that_jumps(clips):
    result = interpolation(Jumping(clips), clips[0], steps=10)
    for garment in ("upper", "lower"):
        assert result[f"monotonicity_{garment}"] == pytest.approx(1 / 9)
        assert result[f"straightness_{garment}"] == pytest.approx(1)
        assert result[f"unevenness_{garment}"] == pytest.approx(9)


def test_leak_along_the_way(clips):
    result = interpolation(Tinting(clips), clips[0], steps=3)
    ends = [requested_colors(*end, clips[0].frames) for end in ((0, 2), (3, 4))]
    first, last = (float(grey_of(upper)) for upper, _ in ends)
    lab = rgb2lab(np.array([[[each / 2 + 0.5] * 3 for each in (first, (first + last) / 2, last)]]))
    expected = difference(lab[0, 0], lab[0, 1:]).mean()
    assert result["interpolation_leak"] == pytest.approx(expected, rel=2e-3)


def test_no_way_has_less_than_three_codes(clips):
    with pytest.raises(ValueError, match="three"):
        interpolation(Recoloring(clips), clips[0], steps=2)


def test_a_garment_that_is_not_seen_has_no_number(clips, plaid):
    hidden = [unseen(clip) for clip in plaid]
    result = interpolation(Recoloring(hidden), hidden[0])
    result |= pose_independence(
        Recoloring(hidden), hidden, requested_outfit(2, 4, hidden[0].frames)
    )
    assert {name for name, value in result.items() if math.isnan(value)} == {
        "monotonicity_lower",
        "straightness_lower",
        "unevenness_lower",
        "interpolation_span_lower",
        "color_spread_over_poses_lower",
        "color_spread_over_poses_true_lower",
    }


def test_a_perfect_method_is_as_independent_of_the_pose_as_the_truth(clips, plaid):
    outfit = requested_outfit(2, 4, plaid[0].frames)
    result = pose_independence(Recoloring(clips), plaid, outfit)
    for garment in ("upper", "lower"):
        samples = [clip.frames[[2, 7]] for clip in plaid]
        means = [garment_means(recolored(each, outfit), getattr(each, garment)) for each in samples]
        every = np.concatenate(means)
        expected = difference(every, every.mean(axis=0)).mean()
        true = result[f"color_spread_over_poses_true_{garment}"]
        assert result[f"color_spread_over_poses_{garment}"] == true
        assert true == pytest.approx(expected, rel=1e-2)
        assert 0 < true < 3
    assert result["shape_change_over_codes"] == result["shape_change_over_codes_true"] < 1


def test_colours_that_depend_on_the_action_are_found(clips, plaid):
    outfit = requested_outfit(2, 4, plaid[0].frames)
    result = pose_independence(Moody(clips), plaid, outfit)
    upper, lower = requested_colors(2, 4, plaid[0].frames)
    moody = Outfit(upper + torch.tensor(MOOD), lower)
    samples = [(clip.frames[[2, 7]], moody) for clip in plaid]
    samples[0] = (samples[0][0], outfit)
    every = np.concatenate([garment_means(recolored(f, each), f.upper) for f, each in samples])
    expected = difference(every, every.mean(axis=0)).mean()
    assert result["color_spread_over_poses_upper"] == pytest.approx(expected, rel=1e-2)
    assert result["color_spread_over_poses_true_upper"] < 3 < 8 < expected
    true = result["color_spread_over_poses_true_lower"]
    assert result["color_spread_over_poses_lower"] == pytest.approx(true, rel=1e-2)


def test_shapes_that_depend_on_codes_are_found(clips, plaid):
    """The whole person changes its lightness, by amounts that are known."""
    frames = plaid[0].frames
    result = pose_independence(Tinting(clips), plaid[:1], requested_outfit(2, 4, frames))
    colors = [requested_colors(number, number + 3, frames)[0] for number in range(6)]
    grey = np.array([[[float(grey_of(upper)) / 2 + 0.5] * 3 for upper in colors]])
    lightness = rgb2lab(grey)[0, :, 0]
    expected = np.abs(lightness[:, None] - lightness)[np.triu_indices(6, 1)].mean()
    assert result["shape_change_over_codes"] == pytest.approx(expected, rel=2e-3)
    assert result["shape_change_over_codes_true"] < 1 < expected


def test_pose_independence_is_of_one_actor(clips):
    for wrong in (clips, []):
        with pytest.raises(ValueError, match="one actor"):
            pose_independence(Recoloring(clips), wrong, Outfit())


def test_codes_of_colour_alone_fit_everybody(clips):
    method = Recoloring(clips)
    result = code_reuse(method, clips)
    assert method.asked == [(2, 8), (2, 8)]
    for garment in ("upper", "lower"):
        assert result[f"reuse_difference_{garment}"] == 0
        assert result[f"reuse_error_{garment}"] == result[f"own_error_{garment}"] < 3


def test_codes_of_a_person_fit_nobody_else(clips):
    """Each shows the other's offset from the other's own colour."""
    result = code_reuse(Selfish(clips), clips)
    plaid, mustard = clips[0].frames, clips[3].frames
    for garment in ("upper", "lower"):
        name = f"{garment}_color"
        differences, errors = [], []
        for number, (giver, taker) in enumerate(((plaid, mustard), (mustard, plaid))):
            outfit = requested_outfit(2 * number, 2 * number + 3, plaid, mustard)
            offset = getattr(taker, name)[0, 1:] - getattr(giver, name)[0, 1:]
            wrong = Outfit(**{garment: getattr(outfit, garment) + offset})
            sample, mean = taker[[2, 7]], getattr(taker, name)[0].numpy()
            seen = [
                garment_means(recolored(sample, each), getattr(sample, garment)).mean(axis=0)
                for each in (wrong, Outfit(**{garment: getattr(outfit, garment)}))
            ]
            asked = np.array([mean[0], *getattr(outfit, garment).numpy()])
            for each in seen:
                each[0] = mean[0]
            differences.append(difference(*seen))
            errors.append(difference(seen[0], asked))
        assert np.mean(errors) > 5
        apart, error = (result[f"reuse_{kind}_{garment}"] for kind in ("difference", "error"))
        assert apart == pytest.approx(np.mean(differences), rel=1e-2)
        assert error == pytest.approx(np.mean(errors), rel=1e-2)
        assert result[f"own_error_{garment}"] < 3


def test_pairs_are_few_and_of_different_people(clips):
    people = [replace(clips[number % 6], actor=f"actor {number}") for number in range(5)]
    method = Recoloring(clips)
    code_reuse(method, people)
    assert method.asked == [(2, 8)] * 6


def test_one_actor_has_nobody_to_lend_codes_to(clips, plaid):
    result = code_reuse(Recoloring(clips), plaid)
    assert len(result) == 6
    assert all(math.isnan(value) for value in result.values())
