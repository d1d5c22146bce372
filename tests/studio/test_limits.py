"""What a visitor may ask for."""

import cv2
import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.pictures import check_picture
from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.uploads import (
    MOVEMENT_FPS,
    MOVEMENT_SIDE,
    PERSON_FRAMES,
    open_upload,
    read_movement,
    read_person,
)


@pytest.mark.parametrize(
    ("given", "value"), [({"max_upload_mb": 0}, "0"), ({"max_seconds": -1}, "-1")]
)
def test_limits_out_of_range_are_refused(given, value):
    with pytest.raises(HuemanError, match=f"is {value}; choose"):
        Limits(**given)


def noise(frames: int, height: int = 64, width: int = 48) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (frames, height, width, 3), np.uint8)


def test_a_clip_that_is_too_long_is_refused_before_it_is_looked_at(tmp_path):
    write_video(tmp_path / "long.mp4", noise(50), 10)
    with pytest.raises(HuemanError, match=r"^long.mp4 is 5 seconds long; choose at most 3\.$"):
        read_movement(tmp_path / "long.mp4", Limits(max_seconds=3))
    assert open_upload(tmp_path / "long.mp4", Limits(max_seconds=6)).info.frames == 50


@pytest.mark.parametrize("name", ["notes.txt", "clip.h5", "poses.npz", "clip"])
def test_other_files_are_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(HuemanError, match="neither a picture nor a clip"):
        open_upload(tmp_path / name, Limits())


def test_a_picture_is_refused_by_its_header(tmp_path):
    (tmp_path / "no.png").write_bytes(b"no picture")
    with pytest.raises(HuemanError, match=r"^no.png cannot be read"):
        check_picture(tmp_path / "no.png", "no.png")
    cv2.imwrite(str(tmp_path / "huge.png"), np.zeros((9000, 8000), np.uint8))
    with pytest.raises(HuemanError, match="8000 x 9000"):
        read_person(tmp_path / "huge.png", Limits())


def test_a_telephones_picture_is_shrunk(tmp_path):
    cv2.imwrite(str(tmp_path / "photo.jpg"), np.zeros((4000, 3000, 3), np.uint8))
    assert read_person(tmp_path / "photo.jpg", Limits()).shape == (1, 1024, 768, 3)


def test_of_a_long_clip_some_frames_are_taken_from_all_of_it(tmp_path):
    frames = np.repeat(np.arange(40, dtype=np.uint8) * 6, 64 * 48 * 3).reshape(40, 64, 48, 3)
    write_video(tmp_path / "clip.mp4", frames, 10, crf=0)
    taken = read_person(tmp_path / "clip.mp4", Limits())
    assert len(taken) == 10 <= PERSON_FRAMES
    assert np.abs(taken[:, 0, 0, 0].astype(int) - np.arange(0, 40, 4) * 6).max() <= 3


def test_a_movement_is_seen_small_and_at_a_bounded_rate(clips_folder, tmp_path, monkeypatch):
    seen = []

    class Estimator:
        def __call__(self, frames):
            seen.append(frames.shape)
            raise HuemanError("enough")

    monkeypatch.setattr("hueman.studio.uploads.pose_estimator", lambda name: Estimator())
    write_video(tmp_path / "fast.mp4", np.zeros((30, 960, 640, 3), np.uint8), 60)
    with pytest.raises(HuemanError, match="enough"):
        read_movement(tmp_path / "fast.mp4", Limits())
    ((count, *size, _),) = seen
    assert count == pytest.approx(MOVEMENT_FPS / 2, abs=1)
    assert size == [MOVEMENT_SIDE, 320]


def test_what_does_not_move_is_no_movement(tmp_path):
    cv2.imwrite(str(tmp_path / "photo.jpg"), np.zeros((60, 40, 3), np.uint8))
    with pytest.raises(HuemanError, match="does not move"):
        read_movement(tmp_path / "photo.jpg", Limits())
