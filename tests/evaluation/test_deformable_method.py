"""Deformable GAN as a method to evaluate."""

import pytest
import torch

from hueman.config import load_config
from hueman.evaluation.deformable_method import FRAMES_AT_ONCE, DeformableGanMethod
from hueman.evaluation.method import OWN, CodedMethod, Outfit, VideoMethod
from hueman.training.data import load_split
from hueman.training.deformable_gan import DeformableGanModel
from hueman.training.frames import Frames

SETTINGS = [
    "method=deformable_gan",
    "deformable_gan={schedule: {steps: 4, batch_size: 2}, channels: 4, levels: 3}",
]


@pytest.fixture(scope="module")
def method() -> VideoMethod:
    torch.manual_seed(0)
    return DeformableGanMethod(DeformableGanModel(load_config("demo", SETTINGS)))


@pytest.fixture(scope="module")
def frames(truth_dataset) -> Frames:
    return load_split(truth_dataset, load_config("demo", SETTINGS), False).test[0].frames


def test_every_pose_in_every_outfit(method, frames):
    outfits = [OWN, Outfit(upper=torch.tensor([50.0, 10.0]))]
    video = method.generate(frames[:1], frames.pose, outfits)
    assert method.size == (96, 64)
    assert video.shape == (2, len(frames), 3, 96, 64)
    assert video.abs().max() <= 1
    assert not isinstance(method, CodedMethod)


def test_a_frame_depends_on_its_pose_and_its_colors_alone(method, frames):
    red, green = (Outfit(lower=torch.tensor(ab)) for ab in ([50.0, 10.0], [-35.0, 40.0]))
    video = method.generate(frames[:1], frames.pose, [red, green])
    assert (video[0] - video[1]).abs().max() > 0.01
    assert (video[0, 0] - video[0, 4]).abs().max() > 0.01
    alone = method.generate(frames[:1], frames.pose[4:5], [green])
    torch.testing.assert_close(alone[0, 0], video[1, 4], atol=1e-5, rtol=1e-4)


def test_own_colors_are_the_content_frames(method, frames):
    content = frames[:1]
    guidance = method.model.guide(content, frames.pose[3:4])
    with torch.inference_mode():
        expected = method.model.generator(content.pictures(), *guidance)
    found = method.generate(content, frames.pose[3:4], [OWN])
    torch.testing.assert_close(found[0], expected, atol=1e-6, rtol=1e-6)


def test_long_clips_are_made_in_parts(method, frames):
    pose = frames.pose.repeat(3, 1, 1)
    assert len(pose) > FRAMES_AT_ONCE
    video = method.generate(frames[:1], pose, [OWN])
    torch.testing.assert_close(video[0, :8], video[0, 16:24], atol=1e-5, rtol=1e-4)
