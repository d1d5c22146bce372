"""Whole tiny runs of the methods beside the paper's: end to end, and Deformable GAN."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file
from tiny_training import GAN, TINY, Counter, changed, update, weights_of

from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.training import run as whole_run
from hueman.training.checkpoints import read_checkpoint
from hueman.training.deformable_gan import (
    FORMAT,
    DeformableGanModel,
    DeformableGanStage,
    load_deformable_gan,
    perceptual_network,
)
from hueman.training.devices import make_fabric
from hueman.training.latent import CodeDistribution
from hueman.training.loop import train_stage
from hueman.training.model import VideoModel, load_model
from hueman.training.model_file import read_format
from hueman.training.rewinding import rewind
from hueman.training.run import train
from hueman.training.settings import settings_of
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

END_TO_END = [*TINY, "method=end_to_end"]
SEED = 7


@pytest.fixture(scope="module")
def end_to_end():
    return load_config("demo", [*END_TO_END, "stage_two.ema_decay=0.9", f"seed={SEED}"])


@pytest.fixture(scope="module")
def gan():
    return load_config("demo", [*GAN, f"seed={SEED}"])


@pytest.fixture(scope="module", params=["end_to_end", "gan"])
def finished(request, truth_dataset, tmp_path_factory):
    """The settings of a method and the folder of its finished run."""
    config = request.getfixturevalue(request.param)
    out = tmp_path_factory.mktemp(request.param)
    assert train(Dataset(truth_dataset.root), out, config, "cpu") == out / "model.safetensors"
    return config, out


def stage_of(config, out):
    return out / ("deformable_gan" if config.method == "deformable_gan" else "stage_two")


def two_stage(split, *settings):
    config = load_config("demo", [*END_TO_END, *settings])
    torch.manual_seed(0)
    perceptual = load_vgg("vgg16", 1)
    return StageTwo(VideoModel(config), perceptual, split, config, make_fabric(config, "cpu"))


@pytest.mark.parametrize("method", ["decoupled", "end_to_end"])
def test_encoders_learn_from_stage_two_end_to_end_alone(split, method):
    made = two_stage(split, f"method={method}")
    before = {name: weights_of(getattr(made.model, name)) for name in ("encoders", "generator")}
    update(made)
    assert changed(before["generator"], made.model.generator)
    assert changed(before["encoders"], made.model.encoders) == (method == "end_to_end")
    for encoder in (made.model.encoders.upper, made.model.encoders.lower):
        gradients = [p.grad for p in encoder.parameters() if p.grad is not None]
        assert any(gradient.any() for gradient in gradients) == (method == "end_to_end")


def test_encoders_get_the_gradient_of_the_objective_and_not_the_judge(split):
    weights = {
        "feature_matching_weight": 0,
        "perceptual_weight": 0,
        "l1_weight": 3,
        "previous_noise": 0,
    }
    made = two_stage(split, *(f"stage_two.{name}={value}" for name, value in weights.items()))
    made.networks.start_update(1e-3)
    made.backward(0)
    batch, encoders = made.batch(0), made.model.encoders
    code = encoders(*batch.content)
    fake = made.model.generate_sequence(batch.guidance, code, batch.previous)
    features = [each.features for each in batch.guidance]
    judged = made.networks["discriminator"](torch.cat([*features, *fake], dim=1))
    loss = sum(((scale[-1] - 1) ** 2).mean() for scale in judged)
    loss = loss + 3 * sum((a - b).abs().mean() / 2 for a, b in zip(fake, batch.real, strict=True))
    parameters = [p for p in encoders.parameters() if p.grad is not None]
    expected = torch.autograd.grad(torch.as_tensor(loss), parameters)
    for parameter, gradient in zip(parameters, expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, atol=2e-5, rtol=1e-3)


def test_a_run_leaves_the_files_of_its_method(finished):
    config, out = finished
    stage = stage_of(config, out)
    assert {path.name for path in out.iterdir()} == {
        "config.yaml",
        "training.json",
        "model.safetensors",
        stage.name,
    }
    for name in ("checkpoint-0000002.pt", "checkpoint-0000004.pt", "curves.png", "log.jsonl"):
        assert (stage / name).is_file()
    assert (stage / "samples" / "0000004.png").is_file()
    notes = json.loads((out / "training.json").read_text())
    assert (notes["method"], notes["seed"]) == (config.method, SEED)
    assert notes[stage.name]["updates"] == 4
    assert "stage_one" not in notes
    load = load_deformable_gan if config.method == "deformable_gan" else load_model
    model, written = load(out)
    assert model.config == config
    assert written == notes
    assert (read_format(out / "model.safetensors") == FORMAT) == (config.method == "deformable_gan")


def test_a_resumed_run_equals_an_uninterrupted_one(finished, truth_dataset, tmp_path):
    config, out = finished
    cut = shutil.copytree(out, tmp_path / "cut")
    for lost in (stage_of(config, cut) / "checkpoint-0000004.pt", cut / "model.safetensors"):
        lost.unlink()
    torch.rand(3)  # what else a process may draw
    again = load_file(train(Dataset(truth_dataset.root), cut, config, "cpu"))
    whole = load_file(out / "model.safetensors")
    assert again.keys() == whole.keys()
    for name, tensor in whole.items():
        assert torch.equal(again[name], tensor), name
    logs = [(stage_of(config, each) / "log.jsonl").read_text() for each in (out, cut)]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("finished", ["end_to_end"], indirect=True)
def test_averaged_encoders_are_released_and_their_codes_fitted(split, finished):
    config, out = finished
    model, _ = load_model(out)
    state = read_checkpoint(out / "stage_two" / "checkpoint-0000004.pt")["stage"]
    averages = state["averages"]["encoders"]
    for name, tensor in model.encoders.state_dict().items():
        torch.testing.assert_close(tensor, averages[f"module.{name}"], atol=1e-3, rtol=1e-3)
    assert any(
        not torch.equal(averages[f"module.{name}"], tensor)
        for name, tensor in state["networks"]["encoders"].items()
    )
    codes = whole_run._codes(model, split, config, make_fabric(config, "cpu"))
    expected = CodeDistribution.fit(codes)
    spread = float(expected.covariance.diagonal().sqrt().mean())
    torch.testing.assert_close(model.code_mean, expected.mean, atol=0.02 * spread, rtol=0)
    torch.testing.assert_close(
        model.code_covariance, expected.covariance, atol=0.02 * spread**2, rtol=0
    )


def test_going_back_to_a_checkpoint_of_deformable_gan(gan, truth_dataset, split, tmp_path):
    dataset = Dataset(truth_dataset.root)
    train(dataset, tmp_path, gan, "cpu")
    before = load_file(tmp_path / "model.safetensors")
    middle = tmp_path / "deformable_gan" / "checkpoint-0000002.pt"
    rate = "deformable_gan.schedule.learning_rate=1e-6"
    slow = load_config("demo", [*GAN, f"seed={SEED}", rate])
    with pytest.raises(HuemanError, match="other settings"):
        train(dataset, tmp_path, slow, "cpu")
    train(dataset, tmp_path, slow, "cpu", resume=str(middle))
    after = load_file(tmp_path / "model.safetensors")
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert (tmp_path / "superseded" / "deformable_gan" / "checkpoint-0000004.pt").is_file()
    assert load_deformable_gan(tmp_path)[0].config == slow


@pytest.mark.parametrize(
    ("method", "stage", "example"),
    [
        ("deformable_gan", "stage_two", "deformable_gan"),
        ("end_to_end", "stage_one", "stage_two"),
        ("decoupled", "deformable_gan", "stage_two"),
    ],
)
def test_going_back_to_another_methods_stage_is_refused(tmp_path, method, stage, example):
    config = load_config("demo", [*GAN, f"method={method}"])
    checkpoint = tmp_path / stage / "checkpoint-0000002.pt"
    checkpoint.parent.mkdir()
    checkpoint.touch()
    message = f"of a stage of the method {method}, such as .*/{example}/checkpoint"
    with pytest.raises(HuemanError, match=message):
        rewind(tmp_path, checkpoint, config, processes=1)


def test_deformable_gan_is_bound_to_its_own_settings(split, gan, tmp_path):
    def go_on(*settings):
        config = load_config("demo", [*GAN, f"seed={SEED}", *settings])
        features = load_vgg("vgg16", last=1, convolution=2)
        fabric = make_fabric(config, "cpu")
        stage = DeformableGanStage(DeformableGanModel(config), features, split, config, fabric)
        counter = Counter()
        train_stage(stage, tmp_path, config, counter)
        return counter.steps

    assert go_on() == 4
    assert go_on("stage_two.l1_weight=3", "stage_one.kl_weight=1", "save_every=3") == 4
    for changed_setting in ("deformable_gan.nearest_neighbour_weight=1", "max_chroma=30"):
        with pytest.raises(HuemanError, match=r"other settings.*--resume"):
            go_on(changed_setting)


def test_stages_depend_on_the_method_where_it_changes_them():
    decoupled, end_to_end = (
        load_config("demo", [*END_TO_END, f"method={method}"])
        for method in ("decoupled", "end_to_end")
    )
    assert settings_of(decoupled, "stage_two") != settings_of(end_to_end, "stage_two")
    for stage in ("stage_one", "restoration"):
        assert settings_of(decoupled, stage) == settings_of(end_to_end, stage)


def test_each_method_compares_the_features_of_its_own_network():
    settings = ["stage_two.perceptual_network=vgg19", "deformable_gan.perceptual_network=vgg16"]
    networks = {"decoupled": "vgg19", "end_to_end": "vgg19", "deformable_gan": "vgg16"}
    for method, network in networks.items():
        config = load_config("demo", [*GAN, *settings, f"method={method}"])
        assert perceptual_network(config) == network
