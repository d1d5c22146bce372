"""The Python interface, on a tiny untrained model."""

import threading

import numpy as np
import pytest
import torch
from tiny_model import tiny_model

from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.generation.generator import HumanVideoGenerator
from hueman.overlap import one_by_one


@pytest.fixture(scope="module")
def generator(clips_folder) -> HumanVideoGenerator:
    made = HumanVideoGenerator(tiny_model(), "cpu", {"seed": 3})
    frame = next(iter(Video(clips_folder / "plaid" / "salute.mp4")))
    return made.set_content(frame)


@pytest.fixture(scope="module")
def poses(truth_dataset) -> np.ndarray:
    return truth_dataset.read(truth_dataset.entry("mustard", "march")).pose


def test_frames_of_a_person_in_colours(generator, poses):
    frames = generator.generate(poses, upper="teal")
    assert frames.shape == (len(poses), 96, 64, 3)
    assert frames.dtype == np.uint8
    (met,) = generator.met
    assert met.request.garment == "upper"
    assert "teal was asked for" in str(met)
    assert not np.array_equal(frames, generator.generate(poses, upper="maroon"))


def test_a_stream_gives_the_same_frames_one_by_one(generator, poses):
    whole = generator.generate(poses, upper="teal")
    generator.met = ()
    stream = generator.stream(poses, upper="teal")
    assert np.array_equal(next(stream), whole[0])
    assert generator.met == ()
    assert np.array_equal(np.stack(list(stream)), whole[1:])
    assert len(generator.met) == 1


def test_frames_made_ahead_are_those_made_one_by_one(generator, poses):
    overlapped = generator.generate(poses, upper="teal")
    met = generator.met
    with one_by_one():
        assert np.array_equal(generator.generate(poses, upper="teal"), overlapped)
    assert torch.equal(generator.met[0].got, met[0].got)


def test_a_stream_that_is_closed_early_leaves_no_thread(generator, poses):
    before = set(threading.enumerate())
    frames = generator.stream(np.concatenate([poses] * 20))
    next(frames)
    assert set(threading.enumerate()) > before
    frames.close()
    assert set(threading.enumerate()) == before


def test_an_error_in_a_step_reaches_whoever_takes_the_frames(generator, poses, monkeypatch):
    def fail(*_):
        raise MemoryError("guidance")

    monkeypatch.setattr(generator.predictor.model, "estimate", fail)
    before = set(threading.enumerate())
    frames = generator.stream(poses)
    with pytest.raises(MemoryError, match="guidance"):
        next(frames)
    assert set(threading.enumerate()) == before


def test_codes_take_the_place_of_colours(generator, poses):
    codes = generator.sample(2, seed=4)
    assert codes.shape == (2, 24)
    assert torch.equal(codes, generator.sample(2, seed=4))
    first, second = (generator.generate(poses[:2], clothes=code) for code in codes)
    assert not np.array_equal(first, second)
    own = generator.generate(poses[:2], clothes=generator.clothes())
    assert np.array_equal(own, generator.generate(poses[:2]))
    with pytest.raises(HuemanError, match="Colours and clothes"):
        generator.stream(poses, upper="teal", clothes=codes[0])


def test_a_model_is_saved_and_loaded(generator, tmp_path):
    generator.save_pretrained(tmp_path / "mine")
    assert (tmp_path / "mine" / "README.md").read_text().startswith("---\n")
    again = HumanVideoGenerator.from_pretrained(tmp_path / "mine", device="cpu")
    assert again.notes == {"seed": 3}
    assert again.size == (96, 64)
    written = generator.predictor.model.state_dict()
    for name, tensor in again.predictor.model.state_dict().items():
        torch.testing.assert_close(tensor, written[name], atol=2e-3, rtol=2e-3)


def test_a_model_comes_from_the_hub(generator, tmp_path, monkeypatch):
    """The hub cannot be reached by tests: its answers come from a folder."""
    generator.save_pretrained(tmp_path)
    asked = []

    def download(repo_id, filename, **options):
        asked.append((repo_id, filename, options["revision"]))
        return str(tmp_path / filename)

    monkeypatch.setattr("hueman.generation.generator.hf_hub_download", download)
    monkeypatch.setattr("huggingface_hub.hub_mixin.hf_hub_download", download)
    loaded = HumanVideoGenerator.from_pretrained("anna/dancer", device="cpu", revision="v1")
    assert loaded.size == (96, 64)
    assert ("anna/dancer", "model.safetensors", "v1") in asked


def test_what_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(HuemanError, match="There is no model at"):
        HumanVideoGenerator.from_pretrained(tmp_path / "nothing")
    made = HumanVideoGenerator(tiny_model(), "cpu")
    with pytest.raises(HuemanError, match="call set_content"):
        made.generate(np.zeros((2, 18, 3), np.float32))
    with pytest.raises(HuemanError, match=r"float64 \(4, 4\)"):
        made.set_content(np.zeros((4, 4)))


def test_the_package_offers_it_without_importing_it_at_once():
    import hueman

    assert hueman.HumanVideoGenerator is HumanVideoGenerator
    with pytest.raises(AttributeError, match="nothing"):
        _ = hueman.nothing
