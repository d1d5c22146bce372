import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.errors import HuemanError

FRAME = np.zeros((32, 32, 3), np.uint8)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "at least one"),
        ([FRAME.astype(np.float32)], "float32"),
        ([FRAME[..., 0]], r"\(32, 32\)"),
        ([FRAME, FRAME[:16]], r"\(16, 32, 3\)"),
    ],
)
def test_wrong_frames_leave_the_old_file(tmp_path, frames, message):
    (tmp_path / "clip.mp4").write_bytes(b"old")
    with pytest.raises(ValueError, match=message):
        write_video(tmp_path / "clip.mp4", frames, fps=25)
    assert (tmp_path / "clip.mp4").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_wrong_rate_and_suffix(tmp_path):
    with pytest.raises(ValueError, match="fps"):
        write_video(tmp_path / "clip.mp4", [FRAME], fps=0)
    with pytest.raises(HuemanError, match=r"\.mp4, \.mov"):
        write_video(tmp_path / "clip.wmv", [FRAME], fps=25)


def test_mp4_starts_before_it_is_loaded(tmp_path):
    write_video(tmp_path / "clip.mp4", [FRAME], fps=25)
    data = (tmp_path / "clip.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_frames_are_taken_one_at_a_time(tmp_path):
    taken = []

    def frames():
        for index in range(200):
            taken.append(index)
            yield np.full((32, 32, 3), index, np.uint8)
            if index == 150:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(tmp_path / "clip.mp4", frames(), fps=25)
    assert taken[-1] == 150
    assert not list(tmp_path.iterdir())
