"""The demonstration, whole, on shortened clips and with a handful of updates."""

import json

import numpy as np
import pytest
from tiny_training import little_to_look_at

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.demo import ACTS, demo
from hueman.errors import HuemanError

TINY = [
    "stage_one.schedule.steps=2",
    "stage_two.schedule.steps=2",
    "stage_one.schedule.batch_size=2",
    "stage_one.generator_channels=4",
    "stage_one.encoder.channels=8",
    "stage_two.generator.channels=4",
    "stage_two.generator.residual_blocks=1",
]


@pytest.fixture(scope="module")
def short_clips(clips_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for actor in ("plaid", "mustard", "stripes", "checker"):
        for action in ("wave_right", "salute", "jack"):
            frames = Video(clips_folder / actor / f"{action}.mp4").read()[::8]
            write_video(folder / actor / f"{action}.mp4", frames, 4)
    frames = Video(clips_folder / "plaid" / "wave_both.mp4").read()[::16]
    write_video(folder / "plaid" / "wave_both.mp4", frames, 4)
    return folder


def test_demo_writes_everything_the_report_shows(short_clips, tmp_path):
    with little_to_look_at():
        report = demo(short_clips, tmp_path, True, TINY)
    page = report.read_text()
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["quality"]["model"]["clips"] == 4
    assert 0 < metrics["quality"]["copy"]["lpips"] < 1
    assert metrics["training"]["stage_two"]["updates"] == 2
    assert set(metrics["seconds"]) >= {"prepare clips", "train", "measure", "generate"}
    for act in ACTS:
        name = f"{act.actor}_{act.action}"
        assert f"videos/{name}.mp4" in page
        assert f"sheets/{name}.png" in page
        video = Video(tmp_path / "videos" / f"{name}.mp4").read()
        assert video.shape == (6, 384, 4 * 256, 3)
        assert not np.array_equal(video[0], video[-1])
    assert "videos/interpolation.mp4" in page
    assert "colorways/sheet.png" in page
    assert Video(tmp_path / "colorways" / "videos" / "gold.mp4").read().shape[1:] == (96, 64, 3)
    assert (tmp_path / "sheets" / "interpolation.png").exists()
    assert Video(tmp_path / "videos" / "recolored_plaid.mp4").read().shape[1:3] == (384, 256)


def test_missing_clips_are_named(tmp_path):
    with pytest.raises(HuemanError, match="--clips"):
        demo(tmp_path / "nowhere", tmp_path / "out")
