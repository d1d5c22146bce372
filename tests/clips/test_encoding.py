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


def test_reproducible_bytes(tmp_path):
    """Whatever lies in the memory that the encoder is given."""
    random = np.random.default_rng(5)
    for number in range(6):
        blocks = random.integers(0, 256, (4, 16, 12, 3), np.uint8)
        frames = np.repeat(np.repeat(blocks, 16, axis=1), 16, axis=2)
        written = set()
        for _ in range(4):
            litter = [random.integers(0, 256, 10**6, np.uint8) for _ in range(2)]
            del litter[0]
            write_video(tmp_path / f"{number}.mp4", frames, fps=25, reproducible=True)
            written.add((tmp_path / f"{number}.mp4").read_bytes())
        assert len(written) == 1


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
