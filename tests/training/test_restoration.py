"""The restoration network's training: adversarial, and better than the warp alone."""

import pytest
import torch
from tiny_training import RESTORATION, TINY, changed, update, weights_of

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel
from hueman.training.restoration import RestorationStage


def stage(split, settings=()):
    config = load_config("demo", [*TINY, RESTORATION, *settings])
    torch.manual_seed(0)
    return RestorationStage(VideoModel(config), split, config, make_fabric(config, "cpu"))


def test_restoration_network_and_discriminator_are_trained(split):
    made = stage(split)
    before = {name: weights_of(made.networks[name]) for name in made.networks.names}
    generator = weights_of(made.model.generator)
    losses = update(made)
    assert set(losses) == {"l1", "adversarial", "judge"}
    for name in ("restoration", "discriminator"):
        assert changed(before[name], made.networks[name])
    assert not changed(generator, made.model.generator)


def test_adversarial_gradient_reaches_the_network(split):
    made = stage(split, ["restoration.l1_weight=0"])
    made.networks.start_update(1e-3)
    made.backward(0)
    last = list(made.networks["restoration"].parameters())[-1]
    assert last.grad.abs().max() > 0


def test_targets_are_the_frames_own_features(split):
    made = stage(split)
    batch = made.make_batch(3)
    places = made.sampler.batch(3)
    for index, (clip, frame) in enumerate(places):
        own = split.train[clip].frames[frame : frame + 1].features()
        assert torch.equal(batch.true[index], own[0])
    assert not torch.equal(batch.true, batch.warped)


def test_some_seconds_of_training_bring_edges_nearer_to_the_true_ones(split):
    settings = ["restoration.channels=8", "restoration.schedule.batch_size=4"]
    # The adversarial term asks for edges that look true, not for the nearest ones.
    made = stage(split, [*settings, "restoration.adversarial_weight=0"])
    before = made.measure()
    assert before["edges_l1"] == pytest.approx(before["edges_l1_warped"], rel=1e-5)
    for number in range(90):
        update(made, number, rate=2e-3)
    after = made.measure()
    assert after["edges_l1"] < 0.98 * after["edges_l1_warped"]
    assert made.sample().shape == (4 * 96, 8 * 64, 3)


def test_without_settings_there_is_nothing_to_train(split):
    config = load_config("demo", TINY)
    with pytest.raises(HuemanError, match="no 'restoration'"):
        RestorationStage(VideoModel(config), split, config, make_fabric(config, "cpu"))
