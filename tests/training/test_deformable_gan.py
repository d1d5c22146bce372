"""Training of Deformable GAN: samples, losses, repeatability, and the model's file."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tiny_training import GAN, Counter, changed, update, weights_of

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.features.pose import scale_pose
from hueman.training.deformable_gan import (
    DeformableGanModel,
    DeformableGanStage,
    load_deformable_gan,
    save_deformable_gan,
)
from hueman.training.devices import make_fabric
from hueman.training.frames import Frames
from hueman.training.loop import train_stage
from hueman.training.model import VideoModel, save_model
from hueman.weights.readers import load_vgg


def stage(split, settings=()) -> DeformableGanStage:
    config = load_config("demo", [*GAN, *settings])
    torch.manual_seed(0)
    features = load_vgg("vgg16", last=1, convolution=2)
    return DeformableGanStage(
        DeformableGanModel(config), features, split, config, make_fabric(config, "cpu")
    )


def test_both_networks_are_trained_with_finite_losses(split):
    made = stage(split)
    before = {name: weights_of(made.networks[name]) for name in made.networks.names}
    for number in range(3):
        losses = update(made, number)
        assert set(losses) == {"adversarial", "nearest_neighbour", "l1", "judge"}
        assert np.isfinite(list(losses.values())).all()
    for name in ("generator", "discriminator"):
        assert changed(before[name], made.networks[name])


@pytest.mark.parametrize("weight", [0, 0.6])
def test_both_losses_reach_the_generator(split, weight):
    made = stage(split, [f"deformable_gan.nearest_neighbour_weight={weight}"])
    made.networks.start_update(1e-3)
    made.backward(0)
    gradients = [parameter.grad for parameter in made.networks.parameters("generator")]
    assert all(gradient is not None and gradient.any() for gradient in gradients)


def test_a_sample_is_two_frames_of_one_clip_in_the_same_colors(split):
    settings = ["color_augmentation=false", "deformable_gan.schedule.batch_size=4"]
    made = stage(split, settings)
    contents = set()
    for number in range(6):
        batch = made.make_batch(number)
        for index, (clip, frame) in enumerate(made.sampler.batch(number)):
            frames = split.train[clip].frames
            assert (batch.target[index] - frames.pictures()[frame]).abs().mean() < 0.01
            distances = (frames.pictures() - batch.content[index]).abs().mean(dim=(1, 2, 3))
            assert distances.min() < 0.01
            contents.add((clip, int(distances.argmin())))
    assert len({frame for _, frame in contents}) > 4


def test_random_colors_are_those_of_both_frames(split):
    """Content and target have the same mean colours (a, b) in their garments."""
    made = stage(split, ["keep_probability=0", "deformable_gan.schedule.batch_size=4"])
    plain = stage(split, ["color_augmentation=false", "deformable_gan.schedule.batch_size=4"])
    batch, own = made.make_batch(0), plain.make_batch(0)
    assert torch.equal(batch.guidance.masks, own.guidance.masks)
    moves = []
    for name in ("content", "target"):
        moved = getattr(batch, name) - getattr(own, name)
        touched = moved.abs().sum(dim=1) > 0.05
        moves.append([moved[n][:, touched[n]].mean(dim=1) for n in range(4)])
    for content, target in zip(*moves, strict=True):
        assert content.abs().max() > 0.02
        assert torch.nn.functional.cosine_similarity(content, target, dim=0) > 0.9


def test_a_batch_and_its_dropout_are_functions_of_the_number(split):
    whole, first = stage(split), stage(split)
    for number in range(4):
        update(whole, number)
    for number in range(2):
        update(first, number)
    torch.rand(7)  # what else a process may draw in between
    second = stage(split)
    second.networks.load_state_dict(first.networks.state_dict())
    for number in range(2, 4):
        update(second, number)
    for expected, found in zip(
        weights_of(whole.model.generator), weights_of(second.model.generator), strict=True
    ):
        assert torch.equal(expected, found)


def test_the_loop_trains_measures_and_shows_it(split, tmp_path):
    made = stage(split, ["sample_every=2"])
    counter = Counter()
    measured = train_stage(made, tmp_path, made.config, counter)
    assert counter.steps == 4
    assert measured["nearest_neighbour"] > 0
    assert made.measure() == pytest.approx({n: measured[n] for n in ("nearest_neighbour", "l1")})
    assert made.networks["generator"].training
    assert made.sample().shape == (3 * 96, 8 * 64, 3)
    assert len(list((tmp_path / "samples").iterdir())) == 2


def test_some_seconds_of_training_bring_frames_nearer_to_the_true_ones(split):
    made = stage(split)
    before = made.measure()["nearest_neighbour"]
    for number in range(15):
        update(made, number, rate=2e-3)
    assert made.measure()["nearest_neighbour"] < 0.9 * before


def test_model_file_round_trip(split, tmp_path):
    model = stage(split).release()
    path = tmp_path / "model.safetensors"
    save_deformable_gan(model, path, {"minutes": 3})
    again, notes = load_deformable_gan(tmp_path)
    assert notes == {"minutes": 3}
    assert again.config == model.config
    assert not again.training
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HuemanError, match="damaged"):
        load_deformable_gan(path)
    with pytest.raises(HuemanError, match="no model"):
        load_deformable_gan(tmp_path / "nothing")


def test_another_model_is_refused_with_what_to_do(config, tmp_path):
    path = tmp_path / "video.safetensors"
    save_model(VideoModel(config), path, {})
    with pytest.raises(HuemanError, match="choose another file, or train one") as error:
        load_deformable_gan(path)
    assert str(path) in str(error.value)
    assert "Deformable GAN" in str(error.value)


def test_without_settings_there_is_no_model(config):
    with pytest.raises(HuemanError, match="no 'deformable_gan'"):
        DeformableGanModel(config)


def test_a_deterministic_gpu_is_refused(split):
    """Seen before the GPU is touched, so that no GPU is needed to see it."""
    config = load_config("demo", [*GAN, "deterministic=true"])
    gpu = SimpleNamespace(device=torch.device("cuda"))
    with pytest.raises(HuemanError, match="set deterministic to false"):
        DeformableGanStage(DeformableGanModel(config), torch.nn.Identity(), split, config, gpu)  # type: ignore[arg-type]


def test_guidance_grows_with_the_frames(split):
    """Heat maps at twice the size are the same, seen larger."""
    model = stage(split).model
    frames = split.train[0].frames[:2]
    height, width = frames.rgb.shape[2:]
    double = {
        name: getattr(frames, name).repeat_interleave(2, -2).repeat_interleave(2, -1)
        for name in ("rgb", "person", "upper", "lower", "edges", "parts")
    }
    pose = torch.from_numpy(scale_pose(frames.pose.numpy(), 2, 2))
    large = Frames(
        **double, pose=pose, upper_color=frames.upper_color, lower_color=frames.lower_color
    )
    small, grown = model.guide(frames, frames.pose), model.guide(large, pose)
    assert grown.content_heat_maps.shape == (2, 18, 2 * height, 2 * width)
    averaged = torch.nn.functional.avg_pool2d(grown.target_heat_maps, 2)
    assert (averaged - small.target_heat_maps).abs().max() < 0.03
    assert torch.allclose(grown.sampling, small.sampling, atol=1e-3)
