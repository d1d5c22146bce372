import math

import pytest
import torch
from torch.nn import functional as F

from hueman.evaluation.temporal import STILL_LEVELS, Motion, flicker, warping_error
from hueman.training.frames import Frames

HEIGHT, WIDTH = 96, 64
SIGMA = 0.1


def texture(height, width, seed=0):
    """A picture with detail of a few pixels in [-1, 1], (3, height, width)."""
    noise = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    smooth = F.avg_pool2d(F.avg_pool2d(noise, 5, stride=1, padding=2), 3, stride=1, padding=1)
    return ((smooth[0] - 0.5) * 6).clamp(-1, 1)


def moved(right, down, frames=4):
    """A texture that moves by whole pixels from frame to frame, (frames, 3, HEIGHT, WIDTH)."""
    margin = frames * max(abs(right), abs(down))
    picture = texture(HEIGHT + 2 * margin, WIDTH + 2 * margin)
    return torch.stack(
        [
            picture[
                :,
                margin - time * down : margin - time * down + HEIGHT,
                margin - time * right : margin - time * right + WIDTH,
            ]
            for time in range(frames)
        ]
    )


def noise(like, sigma=SIGMA, seed=1):
    return sigma * torch.randn(like.shape, generator=torch.Generator().manual_seed(seed))


def uniform_motion(right, down, frames=6, height=HEIGHT, width=WIDTH):
    """The motion of pictures that move by (right, down), every pixel held valid."""
    flow = torch.tensor([-right, -down], dtype=torch.float32)
    flow = flow[None, :, None, None].expand(frames - 1, -1, height, width)
    return Motion(flow, torch.ones(frames - 1, 1, height, width, dtype=torch.bool))


@pytest.fixture(scope="module")
def clip(truth_dataset):
    entry = next(entry for entry in truth_dataset.entries if entry.action == "wave_right")
    return Frames.of(truth_dataset.read(entry), HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def motion(clip):
    return Motion.of(clip.pictures())


def kept_noise(motion):
    """Expected square of unit noise of which one frame is warped bilinearly, (T - 1, 1, H, W)."""
    shares = motion.flow - motion.flow.floor()
    return 1 + (shares.square() + (1 - shares).square()).prod(dim=1, keepdim=True)


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -2), (-4, 3)])
def test_a_shift_is_found_and_leaves_next_to_no_error(right, down):
    video = moved(right, down)
    motion = Motion.of(video)
    inner = motion.flow[:, :, 8:-8, 8:-8]
    assert inner[:, 0].mean() == pytest.approx(-right, abs=0.05)
    assert inner[:, 1].mean() == pytest.approx(-down, abs=0.05)
    assert motion.valid.float().mean() > 0.8
    unmoved = uniform_motion(0, 0, len(video))
    assert warping_error(video, motion) < 0.02 * warping_error(video, unmoved)
    assert warping_error(video, uniform_motion(right, down, 4), inner_mask(4, 12)) < 1e-12


def inner_mask(frames, margin):
    mask = torch.zeros(frames, 1, HEIGHT, WIDTH, dtype=torch.uint8)
    mask[:, :, margin:-margin, margin:-margin] = 255
    return mask


def test_what_comes_into_the_picture_is_not_valid():
    valid = Motion.of(moved(4, 0)).valid.float()
    assert valid[..., :3].mean() < 0.05
    assert valid[..., 8:-8].mean() > 0.9


def test_a_still_video_is_valid_everywhere_and_has_no_error():
    video = texture(HEIGHT, WIDTH).expand(3, -1, -1, -1)
    motion = Motion.of(video)
    assert motion.valid.all()
    assert motion.flow.abs().max() < 0.01
    assert warping_error(video, motion) < 1e-6


@pytest.mark.parametrize(("right", "factor"), [(3.0, 2.0), (2.5, 1.5)])
def test_noise_adds_its_variance_for_each_frame_that_is_compared(right, factor):
    video = noise(torch.zeros(6, 3, HEIGHT, WIDTH))
    error = warping_error(video, uniform_motion(right, 0), inner_mask(6, 8))
    # Values are compared in [0, 1], half the range they come in.
    assert error == pytest.approx(factor * (SIGMA / 2) ** 2, rel=0.03)


def test_noise_on_a_real_clip_adds_what_the_flow_lets_through(clip, motion):
    truth = clip.pictures()
    floor = warping_error(truth, motion)
    valid = motion.valid
    kept = (kept_noise(motion) * valid).sum(dim=(1, 2, 3)) / valid.sum(dim=(1, 2, 3))
    expected = floor + (SIGMA / 2) ** 2 * kept.mean().item()
    assert warping_error(truth + noise(truth), motion) == pytest.approx(expected, rel=0.03)


def test_the_motion_of_a_real_person_is_found(clip, motion):
    truth = clip.pictures()
    unmoved = Motion(torch.zeros_like(motion.flow), motion.valid)
    floor = warping_error(truth, motion, clip.person)
    assert 0 < floor < 0.5 * warping_error(truth, unmoved, clip.person)
    assert warping_error(truth.flip(0), motion, clip.person) > 1.2 * floor


def test_only_the_mask_is_looked_at(clip, motion):
    truth = clip.pictures()
    spoiled = torch.where(clip.person > 127, truth, truth + noise(truth, 0.5))
    person, other = clip.person, 255 - clip.person
    assert flicker(spoiled, truth, person) == flicker(truth, truth, person)
    assert flicker(spoiled, truth, other) > 20 * flicker(truth, truth, other)
    assert warping_error(spoiled, motion, other) > 20 * warping_error(truth, motion, other)


def test_nothing_to_look_at_is_nan(clip, motion):
    truth, nothing = clip.pictures(), torch.zeros_like(clip.person)
    assert math.isnan(warping_error(truth, motion, nothing))
    assert math.isnan(flicker(truth, truth, nothing))


def test_a_pair_without_valid_pixels_is_left_out(clip, motion):
    truth = clip.pictures()
    valid = motion.valid.clone()
    valid[3:] = False
    first = Motion(motion.flow[:3], motion.valid[:3])
    part = warping_error(truth, Motion(motion.flow, valid))
    assert part == pytest.approx(warping_error(truth[:4], first))


def test_noise_on_a_still_clip_flickers_as_expected():
    truth = texture(HEIGHT, WIDTH).expand(6, -1, -1, -1)
    assert flicker(truth, truth) == 0
    expected = 2 / math.sqrt(math.pi) * SIGMA * 127.5
    assert flicker(truth + noise(truth), truth) == pytest.approx(expected, rel=0.01)


def test_flicker_looks_only_where_the_real_video_stands_still():
    levels = torch.full((4, 3, HEIGHT, WIDTH), 100.0)
    levels[1::2, :, :, :20] += STILL_LEVELS
    # One channel is enough to call it a change.
    levels[1::2, 0, :, 20:40] += STILL_LEVELS + 1
    truth = levels / 127.5 - 1
    assert flicker(truth, truth) == pytest.approx(STILL_LEVELS * 20 / (WIDTH - 20), rel=1e-4)
    video = truth.clone()
    video[1::2, :, :, 20:40] = 1
    assert flicker(video, truth) == flicker(truth, truth)
    levels[1::2] = 100.0 + STILL_LEVELS + 1
    assert math.isnan(flicker(truth, levels / 127.5 - 1))


def test_a_real_clip_flickers_less_than_the_threshold(clip):
    truth = clip.pictures()
    assert 0 < flicker(truth, truth) < STILL_LEVELS
    assert flicker(truth[:1].expand_as(truth), truth) == 0


def test_half_precision_is_measured_in_full(clip, motion):
    truth = clip.pictures()
    halved = truth.half()
    error = warping_error(halved, motion)
    assert error == pytest.approx(warping_error(halved.float(), motion))
    assert flicker(halved, truth) == pytest.approx(flicker(halved.float(), truth))


@pytest.mark.parametrize("shape", [(1, 3, 16, 16), (4, 1, 16, 16), (3, 16, 16)])
def test_what_is_no_video_is_refused(shape):
    wrong = torch.zeros(shape)
    for measure in (
        lambda: Motion.of(wrong),
        lambda: warping_error(wrong, uniform_motion(0, 0)),
        lambda: flicker(wrong, wrong),
    ):
        with pytest.raises(ValueError, match=r"two frames, got \("):
            measure()


def test_what_does_not_fit_is_refused(clip, motion):
    truth = clip.pictures()
    with pytest.raises(ValueError, match="as many frames"):
        warping_error(truth[1:], motion)
    with pytest.raises(ValueError, match="real video must have"):
        flicker(truth, truth[1:])
    for mask in (clip.person[1:], clip.person[:, 0], clip.person.float()):
        with pytest.raises(ValueError, match="uint8 mask"):
            warping_error(truth, motion, mask)
        with pytest.raises(ValueError, match="uint8 mask"):
            flicker(truth, truth, mask)
