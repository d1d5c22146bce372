from pathlib import Path

import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.several import write_videos
from hueman.clips.video import Video
from hueman.errors import HuemanError


def pictures(seed: int, count: int = 12) -> list[np.ndarray]:
    levels = np.random.default_rng(seed).integers(0, 256, (count, 3), np.uint8)
    return [np.broadcast_to(level, (32, 48, 3)).copy() for level in levels]


def test_each_video_is_as_if_written_alone(tmp_path):
    clips = [pictures(seed) for seed in range(3)]
    paths = [tmp_path / f"{number}.mp4" for number in range(3)]
    write_videos(paths, zip(*clips, strict=True), 10)
    for path, clip in zip(paths, clips, strict=True):
        write_video(tmp_path / "alone.mp4", clip, 10)
        np.testing.assert_array_equal(Video(path).read(), Video(tmp_path / "alone.mp4").read())


def test_an_error_among_the_frames_leaves_no_video(tmp_path):
    def broken():
        yield from zip(pictures(0), pictures(1), strict=True)
        raise HuemanError("the source broke off")

    with pytest.raises(HuemanError, match="broke off"):
        write_videos([tmp_path / "a.mp4", tmp_path / "b.mp4"], broken(), 10)
    assert not list(tmp_path.iterdir())


def test_an_encoder_that_fails_does_not_block_the_others(tmp_path):
    paths = [tmp_path / "a.mp4", tmp_path / "b.unknown"]
    with pytest.raises(HuemanError, match=r"b\.unknown"):
        write_videos(paths, zip(pictures(0, 30), pictures(1, 30), strict=True), 10)
    assert len(Video(paths[0]).read()) == 30


def test_frames_must_be_as_many_as_videos(tmp_path: Path):
    with pytest.raises(ValueError, match="zip"):
        write_videos([tmp_path / "a.mp4"], zip(pictures(0), pictures(1), strict=True), 10)
    assert not list(tmp_path.iterdir())
