"""Subjects of an evaluation: models of any method by their file, and methods without a network."""

import hashlib

import pytest
import torch
from tiny_training import RESTORATION

from hueman.config import load_config
from hueman.errors import HuemanError
from hueman.evaluation.deformable_method import DeformableGanMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.subject import load_subject, plain_subjects
from hueman.training.deformable_gan import DeformableGanModel, save_deformable_gan
from hueman.training.model import VideoModel, save_model

TINY = ["stage_one.encoder.channels=8", "stage_two.generator.channels=4"]
GAN = [
    "method=deformable_gan",
    "deformable_gan={schedule: {steps: 4, batch_size: 2}, channels: 4, levels: 3}",
]


def size_of(*networks: torch.nn.Module) -> int:
    return sum(parameter.numel() for network in networks for parameter in network.parameters())


@pytest.fixture
def saved(untrained, tmp_path):
    file = tmp_path / "run" / "model.safetensors"
    save_model(untrained, file, {"seed": 7})
    return file


def test_a_model_is_known_by_its_file(saved, untrained):
    subject, config = load_subject(saved, "ours", "our method")
    assert (subject.name, subject.title) == ("ours", "our method")
    assert config == untrained.config
    assert isinstance(subject.method, ModelMethod)
    assert subject.method.model is subject.model
    assert subject.sha256 == hashlib.sha256(saved.read_bytes()).hexdigest()
    assert subject.parameters == size_of(untrained.encoders, untrained.generator) > 1000
    assert subject.notes == {"seed": 7}
    assert subject.folder is None


def test_a_folder_is_a_model_with_its_curves(saved):
    subject, _ = load_subject(saved.parent)
    assert subject.folder == saved.parent
    assert subject.sha256 == load_subject(saved)[0].sha256


def test_a_restoration_network_counts_where_it_is_used(tmp_path):
    model = VideoModel(load_config("demo", [*TINY, RESTORATION, "stage_two.restore=true"]))
    save_model(model, tmp_path / "model.safetensors", {})
    assert model.restoration is not None
    counts = {
        how: load_subject(tmp_path, restoration=how)[0].parameters for how in ("auto", "on", "off")
    }
    assert counts["auto"] == counts["on"] == counts["off"] + size_of(model.restoration)


def test_restoration_cannot_be_asked_of_a_model_without(saved):
    with pytest.raises(HuemanError, match="without a restoration"):
        load_subject(saved, restoration="on")


def test_a_deformable_gan_is_a_method_without_codes(tmp_path):
    model = DeformableGanModel(load_config("demo", GAN))
    save_deformable_gan(model, tmp_path / "model.safetensors", {"seed": 1})
    subject, config = load_subject(tmp_path)
    assert isinstance(subject.method, DeformableGanMethod)
    assert subject.model is None
    assert config.method == "deformable_gan"
    assert subject.parameters == size_of(model)
    assert subject.notes == {"seed": 1}
    with pytest.raises(HuemanError, match="a Deformable GAN, which has no restoration"):
        load_subject(tmp_path, restoration="on")


@pytest.mark.parametrize(
    ("content", "message"), [(None, "There is no model at"), (b"no model", "is damaged")]
)
def test_what_is_no_model_is_refused(tmp_path, content, message):
    file = tmp_path / "model.safetensors"
    if content:
        file.write_bytes(content)
    with pytest.raises(HuemanError, match=message):
        load_subject(file)


def test_plain_methods_have_no_file(filmed_clips):
    subjects = plain_subjects((96, 64))
    assert [each.name for each in subjects] == ["copy", "warp"]
    assert all(each.method.size == (96, 64) for each in subjects)
    assert all((each.sha256, each.parameters, each.model) == ("", 0, None) for each in subjects)
