"""A trained model as a method: each code its own video, and the codes that generation uses."""

import numpy as np
import pytest
import torch

from hueman.evaluation.color_control import requested_outfit
from hueman.evaluation.method import OWN, CodedMethod, Outfit
from hueman.evaluation.model_method import ModelMethod
from hueman.generation.person import Clothes
from hueman.generation.predictor import Predictor


@pytest.fixture(scope="module")
def method(untrained):
    return ModelMethod(untrained)


@pytest.fixture(scope="module")
def frames(filmed_clips):
    return filmed_clips[0].frames[:3]


def test_it_is_a_method_with_codes(method):
    assert isinstance(method, CodedMethod)
    assert method.size == (96, 64)


def test_each_code_gets_its_own_video(method, frames):
    codes = torch.stack([torch.zeros(24), torch.ones(24)])
    videos = method.decode(frames[:1], frames.pose, codes)
    assert videos.shape == (2, 3, 3, 96, 64)
    alone = method.decode(frames[:1], frames.pose, codes[1:])
    torch.testing.assert_close(videos[1:], alone, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(videos[0], videos[1])


def test_codes_are_those_of_generation(method, untrained, frames):
    outfit = requested_outfit(0, 2, frames)
    codes = method.encode(frames[:1], [OWN, outfit, Outfit(lower=outfit.lower)])
    assert outfit.upper is not None
    assert outfit.lower is not None
    upper, lower = (
        torch.cat([color[0, :1], ab]).numpy()
        for color, ab in ((frames.upper_color, outfit.upper), (frames.lower_color, outfit.lower))
    )
    predictor = Predictor(untrained, "cpu", "fp32", steadied=False)
    person = predictor.person(frames[:1])
    expected = [
        predictor.clothes(person).code,
        predictor.clothes(person, upper, lower).code,
        predictor.clothes(person, lower=lower).code,
    ]
    torch.testing.assert_close(codes, torch.stack(expected), atol=1e-4, rtol=1e-3)
    assert (codes[0] - codes[1]).abs().max() > 1e-3


def test_generating_is_encoding_and_decoding(method, frames):
    outfits = [OWN, requested_outfit(0, 2, frames)]
    codes = method.encode(frames[:1], outfits)
    expected = method.decode(frames[:1], frames.pose, codes)
    assert torch.equal(method.generate(frames[:1], frames.pose, outfits), expected)


def test_frames_are_those_of_generation(method, untrained, frames):
    """Each from the one before; generation rounds them to 8 bits only where they leave."""
    code = method.encode(frames[:1], [OWN])
    video = method.decode(frames[:1], frames.pose, code)[0]
    predictor = Predictor(untrained, "cpu", "fp32", steadied=False)
    person = predictor.person(frames[:1])
    shown = predictor.generate(person, frames.pose.numpy(), Clothes(code[0]))
    expected = torch.from_numpy(np.stack(list(shown))).permute(0, 3, 1, 2)
    assert ((video + 1) * 127.5 - expected).abs().max() < 0.51


def test_the_past_depends_on_nothing_that_comes_later(method, frames):
    code = method.encode(frames[:1], [OWN])
    whole = method.decode(frames[:1], frames.pose, code)
    start = method.decode(frames[:1], frames.pose[:2], code)
    torch.testing.assert_close(whole[:, :2], start, atol=1e-4, rtol=1e-3)
