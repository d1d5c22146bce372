"""Stage II judged by close-ups of face and hands, on tiny real data."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_training import TINY, changed, update, weights_of

from hueman.config import load_config
from hueman.features.close_ups import close_ups
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg


@pytest.fixture(scope="module")
def made(split) -> StageTwo:
    config = load_config("demo", [*TINY, "stage_two.close_up_weight=0.5"])
    torch.manual_seed(0)
    fabric = make_fabric(config, "cpu")
    return StageTwo(VideoModel(config), load_vgg("vgg16", 2), split, config, fabric)


def test_close_ups_are_a_term_of_the_objective(made):
    generator = weights_of(made.model.generator)
    losses = update(made)
    assert np.isfinite(losses["close_up"])
    assert losses["close_up"] > 0
    assert changed(generator, made.model.generator)


def test_without_their_weight_nothing_is_cut_out(split):
    config = load_config("demo", TINY)
    model, fabric = VideoModel(config), make_fabric(config, "cpu")
    assert "close_up" not in update(StageTwo(model, load_vgg("vgg16", 2), split, config, fabric))


def test_it_weighs_both_distances_as_those_of_whole_frames(made):
    batch, weights = made.batch(1), made.config.stage_two
    with torch.no_grad():
        fake = made._generate(batch, batch.code)
        loss = made._close_up_distance(batch, fake)
        perceptual, l1 = [], []
        for number in range(2):
            pair = [close_ups(each[number], batch.squares[number]) for each in (fake, batch.real)]
            perceptual.append(made.perceptual(*pair))
            l1.append((pair[0] - pair[1]).abs().mean())
    expected = weights.perceptual_weight * sum(perceptual) + weights.l1_weight * sum(l1) / 2
    # All joints are known, so both frames have as many close-ups.
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)


def test_it_sees_face_and_hands_alone(made):
    batch = made.batch(2)
    real = [each.clone().requires_grad_() for each in batch.real]
    noisy = [each + 0.1 * torch.randn_like(each) for each in real]
    made._close_up_distance(batch, noisy).backward()
    for each in real:
        share = (each.grad != 0).any(dim=1).float().mean()
        assert 0 < share < 0.35


def test_of_people_without_face_and_hands_it_is_nothing(made):
    batch = made.batch(0)
    unknown = [torch.full_like(each, torch.nan) for each in batch.squares]
    fake = [each.clone().requires_grad_() for each in batch.real]
    loss = made._close_up_distance(replace(batch, squares=unknown), fake)
    assert loss.detach() == 0
    loss.backward()
