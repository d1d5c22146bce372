import cv2
import numpy as np
import pytest

from hueman.clips.encoding import check_output, write_video
from hueman.clips.video import Video
from hueman.errors import HuemanError

RANDOM = np.random.default_rng(0)


def test_opaque_pictures_are_read_again_as_a_video(tmp_path):
    frames = RANDOM.integers(0, 256, (12, 31, 33, 3), np.uint8)
    write_video(tmp_path / "out", frames, fps=25)
    assert [path.name for path in sorted((tmp_path / "out").iterdir())][:2] == [
        "0001.png",
        "0002.png",
    ]
    np.testing.assert_array_equal(Video(tmp_path / "out").read(), frames)


def test_alpha_is_kept_exactly(tmp_path):
    frames = RANDOM.integers(0, 256, (2, 32, 32, 4), np.uint8)
    write_video(tmp_path / "out", frames, fps=25)
    read = cv2.imread(str(tmp_path / "out" / "0002.png"), cv2.IMREAD_UNCHANGED)
    assert read is not None
    np.testing.assert_array_equal(cv2.cvtColor(read, cv2.COLOR_BGRA2RGBA), frames[1])


def test_a_sequence_replaces_a_sequence_and_nothing_else(tmp_path):
    frame = np.zeros((8, 8, 3), np.uint8)
    folder = tmp_path / "out"
    folder.mkdir()
    for count in (3, 2):
        write_video(folder, [frame] * count, fps=25)
        assert len(list(folder.iterdir())) == count
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(HuemanError, match=r"out holds other things .*notes\.txt"):
        write_video(folder, [frame], fps=25)
    assert (folder / "notes.txt").read_text() == "mine"
    assert len(list(folder.iterdir())) == 3
    assert list(tmp_path.iterdir()) == [folder]


def test_failure_leaves_the_old_sequence(tmp_path):
    frame = np.zeros((8, 8, 3), np.uint8)
    write_video(tmp_path / "out", [frame] * 3, fps=25)
    with pytest.raises(ValueError, match="equally large"):
        write_video(tmp_path / "out", [frame, frame[:4]], fps=25)
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert len(list(tmp_path.iterdir())) == 1


def test_files_and_the_folder_one_stands_in_are_refused(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(HuemanError, match="out is a file"):
        check_output(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    for path in (".", ".."):
        with pytest.raises(HuemanError, match="folder inside"):
            write_video(path, [np.zeros((8, 8, 3), np.uint8)], fps=25)
    assert (tmp_path / "out").exists()
