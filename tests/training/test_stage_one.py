"""Stage I: which loss trains which network, with the paper's and with BicycleGAN's regression."""

import numpy as np
import pytest
import torch
from tiny_training import TINY, changed, update, weights_of

from hueman.color.lab import rgb_to_lab
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.architecture import Region
from hueman.training.devices import make_fabric
from hueman.training.losses import kl_loss
from hueman.training.stage_one import StageOne

RANDOM = [*TINY, "stage_one.latent_regression=random"]
WEIGHTS = ("l1_weight", "kl_weight", "latent_weight")


def stage(split, settings, region: Region = "upper"):
    config = load_config("demo", settings)
    return StageOne(region, split, config, make_fabric(config, "cpu"))


def only(*kept):
    """Settings in which of the weighted losses only `kept` have a weight."""
    return [f"stage_one.{name}={5 if name in kept else 0}" for name in WEIGHTS]


def gradients(made, number=0):
    made.networks.start_update(1e-3)
    made.backward(number)
    return {
        name: [None if p.grad is None else p.grad.clone() for p in made.networks[name].parameters()]
        for name in made.networks.names
    }


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("settings", [TINY, RANDOM])
def test_an_update_changes_every_network(split, settings):
    made = stage(split, settings)
    expected = ["encoder", "generator", "discriminator"]
    if settings is RANDOM:
        expected.append("random_discriminator")
    assert made.networks.names == expected
    before = {name: weights_of(made.networks[name]) for name in expected}
    losses = update(made)
    assert set(losses) == {"l1", "kl", "latent", "adversarial", "judge"}
    assert all(np.isfinite(loss) for loss in losses.values())
    for name in expected:
        assert changed(before[name], made.networks[name])


@pytest.mark.parametrize("settings", [TINY, RANDOM])
def test_latent_loss_reaches_the_generator_alone(split, settings):
    without = gradients(stage(split, [*settings, *only()]))
    heavy = gradients(stage(split, [*settings, *only("latent_weight")]))
    for name in without:
        assert same(without[name], heavy[name]) == (name != "generator")


@pytest.mark.parametrize("settings", [TINY, RANDOM])
@pytest.mark.parametrize("weight", ["l1_weight", "kl_weight"])
def test_reconstruction_reaches_encoder_and_generator_and_kl_the_encoder(split, settings, weight):
    without = gradients(stage(split, [*settings, *only()]))
    heavy = gradients(stage(split, [*settings, *only(weight)]))
    reached = {name for name in without if not same(without[name], heavy[name])}
    assert reached == ({"encoder", "generator"} if weight == "l1_weight" else {"encoder"})


def test_a_reader_of_colours_teaches_the_encoder(split):
    settings = [*TINY, *only(), "lightness_augmentation=true"]
    without = gradients(stage(split, settings))
    made = stage(split, [*settings, "stage_one.color_weight=5"])
    heavy = gradients(made)
    assert not same(without["encoder"], heavy["encoder"])
    assert same(without["generator"], heavy["generator"])
    batch, loss = made.make_batch(0), made.backward(0)["color"]
    assert batch.colors.shape == (2, 3)
    with torch.no_grad():
        mean, _ = made.encoder(batch.frames * batch.region)
        reader = made.networks["reader"]
        expected = (reader(mean) - batch.colors / 40).abs().mean()
    assert loss == pytest.approx(float(expected), rel=1e-5)


def test_colours_that_are_read_are_those_that_are_worn(split):
    made = stage(split, [*TINY, "stage_one.color_weight=1"], "lower")
    frames = split.train[0].frames[:2]
    pictures, _, worn = made.colored(frames, torch.Generator().manual_seed(3))
    lab = rgb_to_lab(pictures / 2 + 0.5)
    for number in range(2):
        inside = frames.lower[number, 0] > 250
        mean = lab[number][:, inside].mean(dim=1)
        assert (mean - worn[number, 3:]).norm() < 10  # of the frame, and of its whole clip


def test_discriminator_learns_from_its_own_loss_alone(split):
    made = stage(split, [*TINY, *only()])
    found = gradients(made)["discriminator"]
    batch = made.make_batch(0)
    with torch.no_grad():
        mean, log_variance = made.encoder(batch.frames * batch.region)
        code = mean + batch.noise[0] * (0.5 * log_variance).exp()
        fake = made.generator(batch.features, code)
    discriminator = made.networks["discriminator"].module
    # The published two looks, by hand: sums over scales of mean squares, without a factor.
    terms = [
        ((verdicts[-1] - wanted) ** 2).mean()
        for pictures, wanted in ((batch.frames, 1.0), (fake, 0.0))
        for verdicts in discriminator(pictures)
    ]
    expected = torch.autograd.grad(torch.stack(terms).sum(), list(discriminator.parameters()))
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-4)


def test_random_regression_encodes_half_of_the_batch(split):
    made = stage(split, [*RANDOM, "stage_one.schedule.batch_size=4", *only("kl_weight")])
    losses = update(made)
    batch = made.make_batch(0)
    again = stage(split, [*RANDOM, "stage_one.schedule.batch_size=4"])
    with torch.no_grad():
        mean, log_variance = again.encoder((batch.frames * batch.region)[:2])
    assert losses["kl"] == pytest.approx(float(kl_loss(mean, log_variance)), rel=1e-4)


def test_random_regression_needs_an_even_batch():
    with pytest.raises(HuemanError, match="even batch_size"):
        load_config("demo", [*RANDOM, "stage_one.schedule.batch_size=3"])


def test_only_the_region_that_is_trained_is_coloured(split):
    regions: list[tuple[Region, Region]] = [("upper", "lower"), ("lower", "upper")]
    for region, other in regions:
        made = stage(split, TINY, region)
        frames = split.train[0].frames[:4]
        colored, _, _ = made.colored(frames, torch.Generator().manual_seed(0))
        outside = (getattr(frames, region) == 0).expand(-1, 3, -1, -1)
        assert torch.equal(colored[outside], frames.pictures()[outside])
        inside = (getattr(frames, region) > 200).expand(-1, 3, -1, -1)
        assert (colored[inside] - frames.pictures()[inside]).abs().mean() > 0.02
        assert (getattr(frames, other) > 200).any()


def test_stage_one_measures_and_shows(split):
    made = stage(split, TINY, "lower")
    measured = made.measure()
    assert set(measured) == {"r2", "r2_other", "active_units"}
    assert measured["active_units"] <= 8
    picture = made.sample()
    assert picture.shape == (3 * 96, 8 * 64, 3)
    assert picture.dtype == np.uint8


def test_codes_have_sixteen_and_eight_numbers(split):
    lengths = [
        stage(split, TINY, region).encoder.mean.out_features for region in ("upper", "lower")
    ]
    assert lengths == [16, 8]
