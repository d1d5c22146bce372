"""Stage II on tiny real data: what an update changes, pairs, warm-up, averages, both options."""

import numpy as np
import pytest
import torch
from tiny_training import RESTORATION, TINY, changed, update, weights_of

from hueman.color.lab import rgb_to_lab
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.generation.predictor import Predictor
from hueman.training.devices import make_fabric
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg


def features_of(made, number=0):
    return [each.features for each in made.batch(number).guidance]


def stage(split, settings=(), layers=3):
    config = load_config("demo", [*TINY, *settings])
    torch.manual_seed(0)
    perceptual = load_vgg("vgg16", layers)
    return StageTwo(VideoModel(config), perceptual, split, config, make_fabric(config, "cpu"))


def test_generator_and_discriminator_are_trained_and_the_encoders_are_not(split):
    made = stage(split)
    encoders, generator = weights_of(made.model.encoders), weights_of(made.model.generator)
    judge = weights_of(made.networks["discriminator"])
    losses = update(made)
    assert set(losses) == {"adversarial", "feature_matching", "perceptual", "l1", "judge"}
    assert all(np.isfinite(loss) for loss in losses.values())
    assert not changed(encoders, made.model.encoders)
    assert changed(generator, made.model.generator)
    assert changed(judge, made.networks["discriminator"])
    assert all(p.grad is None for p in made.model.encoders.parameters())
    assert all(p.grad is None for p in made.perceptual.parameters())


@pytest.mark.parametrize("changes", [[], ["stage_two.adversarial_weight=0"]])
def test_gradients_are_those_of_the_published_two_passes(split, changes):
    made = stage(split, ["stage_two.previous_noise=0", *changes], layers=2)
    weights = made.config.stage_two
    made.networks.start_update(1e-3)
    made.backward(0)
    batch = made.batch(0)
    fake = made.model.generate_sequence(batch.guidance, batch.code, batch.previous)
    condition = torch.cat([each.features for each in batch.guidance], dim=1)
    real = torch.cat([condition, *batch.real], dim=1)
    made_up = torch.cat([condition, *fake], dim=1)
    discriminator = made.networks["discriminator"].module
    looks = discriminator(real), discriminator(made_up.detach()), discriminator(made_up)
    judge = sum(((scale[-1] - 1) ** 2).mean() for scale in looks[0])
    judge = 0.5 * (judge + sum((scale[-1] ** 2).mean() for scale in looks[1]))
    matching = sum(
        (a - b.detach()).abs().mean() * 4 / (len(first) - 1) / len(looks[0])
        for first, second in zip(looks[2], looks[0], strict=True)
        for a, b in zip(first[:-1], second[:-1], strict=True)
    )
    loss = (
        weights.adversarial_weight * sum(((scale[-1] - 1) ** 2).mean() for scale in looks[2])
        + weights.feature_matching_weight * matching
        + weights.perceptual_weight
        * sum(made.perceptual(a, b) for a, b in zip(fake, batch.real, strict=True))
        + weights.l1_weight
        * sum((a - b).abs().mean() / 2 for a, b in zip(fake, batch.real, strict=True))
    )
    for network, objective in ((discriminator, judge), (made.model.generator, loss)):
        parameters = list(network.parameters())
        expected = torch.autograd.grad(torch.as_tensor(objective), parameters, retain_graph=True)
        for parameter, gradient in zip(parameters, expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient, atol=2e-5, rtol=1e-3)


def test_frames_follow_each_other_and_share_colours(split):
    made = stage(split)
    batch = made.batch(0)
    assert [frame.shape for frame in batch.real] == [(2, 3, 96, 64)] * 2
    assert [each.features.shape for each in batch.guidance] == [(2, 4, 96, 64)] * 2
    assert [each.regions.shape for each in batch.guidance] == [(2, 2, 96, 64)] * 2
    assert batch.code.shape == (2, 24)
    for a, b in zip(batch.real, made.batch(0).real, strict=True):
        assert torch.equal(a, b)
    # The mean colour of each garment, over its pixels, is one and the same in all three frames.
    pair, places = made.batch.warp(0), made.sampler.batch(0)
    for index, (clip, frame) in enumerate(places):
        frames = split.train[clip].frames
        for garment in ("upper", "lower"):
            means = []
            for picture, number in zip(
                [pair.content, *pair.real], (0, frame, frame + 1), strict=True
            ):
                inside = getattr(frames, garment)[number, 0] > 250
                lab = rgb_to_lab(picture[index : index + 1] / 2 + 0.5)
                means.append(lab[0, 1:, inside].mean(dim=1))
            own = getattr(frames, f"{garment}_color")[0, 1:]
            assert max((mean - means[0]).norm() for mean in means) < 5
            assert (means[0] - own).norm() > 5


def test_codes_are_computed_as_precisely_as_encoders_are_trained(split):
    plain, mixed = stage(split), stage(split, ["precision=bf16-mixed"])
    codes = plain.batch(0).code, mixed.batch(0).code
    assert codes[1].dtype == torch.float32
    assert not torch.equal(*codes)
    torch.testing.assert_close(*codes, atol=0.03, rtol=0.03)


def test_content_frames_are_any_by_option(split):
    def contents(source):
        batch = stage(split, [f"stage_two.source_frame={source}"], 1).batch
        random = torch.Generator().manual_seed(0)
        return batch._content_places([(clip, 5) for clip in (0, 1, 2, 3)], random)

    assert contents("first") == [(clip, 0) for clip in (0, 1, 2, 3)]
    assert [clip for clip, _ in contents("random")] == [0, 1, 2, 3]
    assert len({frame for _, frame in contents("random")}) > 1


def test_warm_up_frames_come_before_the_pair(split):
    def previous(warm_up):
        made = stage(split, [f"stage_two.warm_up_frames={warm_up}"], 1)
        return [made.batch(number).previous for number in range(6)]

    assert all((frame == -1).all() for frame in previous(0))
    starts = [bool((frame == -1).all()) for frame in previous(2)]
    assert any(starts)
    assert not all(starts)


def test_held_out_clips_are_measured(split):
    made = stage(split)
    measured = made.measure()
    assert set(measured) == {"perceptual", "l1"}
    assert measured == made.measure()
    update(made, rate=1e-2)
    assert measured != made.measure()
    held_out = {id(clip.frames) for clip in split.test}
    assert {id(clip.frames) for clip in made.held_out.clips} == held_out
    assert made.sample().shape == (3 * 96, 2 * 64, 3)


def test_average_of_the_generator_is_what_is_shown_and_released(split):
    made = stage(split, ["stage_two.ema_decay=0.9"])
    weight = next(made.model.generator.parameters())
    history = []
    for number in range(3):
        update(made, number)
        history.append(weight.detach().clone())
    expected = history[0]
    for done, value in enumerate(history[1:], start=1):
        kept = min(0.9, (1 + done) / (10 + done))
        expected = kept * expected + (1 - kept) * value
    trained = made.model.generator
    made.measure()
    assert made.model.generator is trained
    average = next(made.release().generator.parameters())
    torch.testing.assert_close(average, expected)
    assert not torch.equal(average, history[-1])


def test_samples_are_made_by_the_averages_alone(split):
    settings = ["stage_two.ema_decay=0.9", "stage_two.warm_up_frames=3", "method=end_to_end"]
    made = stage(split, settings, 1)
    for number in range(2):
        update(made, number, rate=1e-2)
    shown = made.sample()
    for name in ("generator", "encoders"):
        for parameter in made.networks.parameters(name):
            torch.nn.init.zeros_(parameter)
    assert np.array_equal(made.sample(), shown)


def test_features_are_restored_by_option(split):
    plain = features_of(stage(split, [RESTORATION]))
    made = stage(split, [RESTORATION, "stage_two.restore=true"])
    network = made.model.restoration
    assert network is not None
    for a, b in zip(plain, features_of(made), strict=True):
        assert torch.equal(a, b)  # untrained, it changes nothing
    torch.nn.init.constant_(list(network.parameters())[-1], 0.25)
    for a, b in zip(plain, features_of(made), strict=True):
        torch.testing.assert_close(b, (a + 0.25).clamp(-1, 1))
    made.model.choose_restoration("off")
    assert torch.equal(features_of(made)[0], plain[0])
    with pytest.raises(HuemanError, match="needs the settings restoration"):
        load_config("demo", ["stage_two.restore=true"])


def test_stick_figures_are_warped_by_option(split):
    drawn = features_of(stage(split))[0]
    warped = features_of(stage(split, ["stage_two.stick_figure=warped"]))[0]
    assert torch.equal(drawn[:, 3], warped[:, 3])
    assert not torch.equal(drawn[:, :3], warped[:, :3])


@pytest.mark.parametrize("cure", ["none", "no_first_norm", "film"])
def test_every_cure_trains(split, cure):
    made = stage(split, [f"stage_two.generator.code_cure={cure}"], 1)
    assert all(np.isfinite(loss) for loss in update(made).values())


UNET = ["stage_two.generator.network=unet", "stage_two.generator.unet_levels=3"]
ALONE = ["stage_two.generator.previous_frame=false"]


@pytest.mark.parametrize("settings", [UNET, ALONE, [*UNET, *ALONE]])
def test_other_generators_train_are_saved_and_generate(split, settings, tmp_path):
    made = stage(split, settings, 1)
    before = weights_of(made.model.generator)
    assert all(np.isfinite(loss) for loss in update(made).values())
    assert changed(before, made.model.generator)
    save_model(made.release(), tmp_path / "model.safetensors", {})
    model, _ = load_model(tmp_path)
    assert type(model.generator) is type(made.model.generator)
    for name, tensor in made.model.state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)
    predictor, clip = Predictor(model, "cpu", steadied=False), split.test[0].frames
    pose, person = clip.pose[:3].numpy(), predictor.person(clip[:1])
    clothes = predictor.clothes(person)
    video = list(predictor.generate(person, pose, clothes))
    later = list(predictor.generate(person, pose[1:], clothes))
    assert [frame.shape for frame in video] == [(96, 64, 3)] * 3
    # Made alone, a frame is the same wherever a video begins.
    assert np.array_equal(video[1], later[0]) == (ALONE[0] in settings)


def test_frames_that_are_made_alone_need_no_warm_up(split):
    def lengths(*settings):
        batch = stage(split, ["stage_two.warm_up_frames=3", *settings], 1).batch
        return [len(batch.warp(number).guidance) for number in range(6)]

    assert max(lengths()) > 2
    assert set(lengths(*ALONE)) == {2}
