import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.color.lab import lab_from_uint8
from hueman.color.names import parse_color
from hueman.color.video import recolor_video
from hueman.errors import HuemanError
from hueman.networks.siggraph17 import Siggraph17
from hueman.weights.catalogue import WEIGHTS

CLIPS = Path(__file__).parents[2] / "examples" / "clips"


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """Six frames of a bundled clip."""
    path = tmp_path_factory.mktemp("clip") / "mustard.mp4"
    write_video(path, list(Video(CLIPS / "mustard" / "jack.mp4"))[::8], fps=10)
    return path


def test_a_video_gets_the_colour_asked_for(clip, tmp_path):
    report = recolor_video(clip, tmp_path / "out.mp4", upper="royalblue")
    before, after = Video(clip).read(), Video(tmp_path / "out.mp4").read()
    assert after.shape == before.shape
    assert Video(tmp_path / "out.mp4").info.fps == Video(clip).info.fps
    truth = np.load(CLIPS / "mustard" / "jack.truth.npz")
    upper, person = truth["upper"][::8], truth["person"][::8]
    reached = lab_from_uint8(after[upper]).mean(axis=0)
    old = lab_from_uint8(before[upper]).mean(axis=0)
    wanted = parse_color("royalblue")
    assert np.linalg.norm(reached[1:] - wanted[1:]) < 0.2 * np.linalg.norm(old[1:] - wanted[1:])
    assert abs(reached[0] - old[0]) < 4
    # The rest differs by what the codec does only.
    rest = ~person
    assert np.abs(after[rest].astype(int) - before[rest]).mean() < 1.5
    [garment] = report.garments
    assert (report.frames, garment.name, garment.request) == (6, "upper", "royalblue")
    np.testing.assert_allclose(garment.after[1:], reached[1:], atol=6)
    assert "royalblue" in str(report)


def test_colours_that_no_screen_shows_are_reported(clip, tmp_path):
    report = recolor_video(clip, tmp_path / "out.mp4", lower="yellow")
    [garment] = report.garments
    assert not garment.reachable
    assert "cannot show" in str(report)


@pytest.fixture
def random_siggraph17(tmp_path, monkeypatch):
    """A file like the published one, of random weights."""
    path = tmp_path / "siggraph17-df00044c.pth"
    torch.manual_seed(0)
    torch.save(Siggraph17().state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = replace(WEIGHTS["siggraph17"], size=path.stat().st_size, sha256=digest)
    monkeypatch.setitem(WEIGHTS, "siggraph17", entry)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(path))
    yield
    path.unlink()


def test_the_papers_network_can_colour_a_video(clip, tmp_path, random_siggraph17):
    short = tmp_path / "short.mp4"
    write_video(short, list(Video(clip))[:2], fps=10)
    report = recolor_video(short, tmp_path / "out.mp4", upper="royalblue", colorizer="siggraph17")
    before, after = Video(short).read(), Video(tmp_path / "out.mp4").read()
    upper = np.load(CLIPS / "mustard" / "jack.truth.npz")["upper"][::8][:2]
    change = np.abs(after.astype(int) - before).mean(axis=-1)
    assert change[upper].mean() > 10
    assert change[:, :, :40].mean() < 1.5
    [garment] = report.garments
    assert garment.after[0] == pytest.approx(garment.before[0], abs=3)


def test_unknown_colorizers_are_refused_before_any_work(tmp_path):
    with pytest.raises(HuemanError, match="'paint'"):
        recolor_video(
            tmp_path / "missing.mp4",
            tmp_path / "out.mp4",
            upper="red",
            colorizer="paint",  # type: ignore[arg-type]
        )


def test_no_colour_is_an_error(clip, tmp_path):
    with pytest.raises(HuemanError, match="--upper"):
        recolor_video(clip, tmp_path / "out.mp4")


def test_bad_colours_are_refused_before_any_work(tmp_path):
    with pytest.raises(HuemanError, match="'blau'"):
        recolor_video(tmp_path / "missing.mp4", tmp_path / "out.mp4", upper="blau")


def test_a_video_without_a_person_is_refused(tmp_path):
    path, out = tmp_path / "empty.mp4", tmp_path / "out.mp4"
    write_video(path, [np.full((64, 48, 3), 90, np.uint8)] * 3, fps=5)
    with pytest.raises(HuemanError, match="No person"):
        recolor_video(path, out, upper="red")
    assert not out.exists()
