"""Videos with alpha: what is decoded again is what was written."""

from pathlib import Path

import av
import numpy as np
import pytest

from hueman.clips.encoding import write_video
from hueman.clips.video import UNBIASED, Video
from hueman.errors import HuemanError


def soft_discs(count, height, width):
    """A disc with a soft edge that moves, before smooth colours that go on where it is clear."""
    y, x = np.mgrid[:height, :width]
    colors = np.dstack([255 * x / width, 255 * y / height, np.full_like(x, 90)])
    discs = [
        np.clip(40 * (height / 4 - np.hypot(x - width / 2 - i, y - height / 2)), 0, 255)
        for i in range(count)
    ]
    return np.stack([np.dstack([colors, disc]) for disc in discs]).astype(np.uint8)


def decode(path: Path) -> np.ndarray:
    """With the decoder that knows VP9's alpha; FFmpeg's own one leaves it out."""
    with av.open(str(path)) as container:
        decoder = container.streams.video[0].codec_context
        if path.suffix == ".webm":
            decoder = av.VideoCodecContext.create("libvpx-vp9", "r")
        frames = [
            frame.to_ndarray(format="rgba", interpolation=UNBIASED)
            for packet in container.demux(video=0)
            for frame in decoder.decode(packet if packet.size else None)
        ]
    return np.stack(frames)


@pytest.mark.parametrize(("suffix", "tolerance"), [(".webm", 2.0), (".mov", 1.0), (".MOV", 1.0)])
def test_alpha_and_colors_survive(tmp_path, suffix, tolerance):
    frames = soft_discs(5, 96, 64)
    path = tmp_path / f"clip{suffix}"
    write_video(path, frames, fps=25)
    decoded = decode(path)
    assert decoded.shape == frames.shape
    error = np.abs(decoded.astype(float) - frames)
    assert error[..., 3].mean() < tolerance / 4
    assert error[..., 3].max() < 16 * tolerance
    assert error[..., :3][frames[..., 3] > 0].mean() < tolerance


@pytest.mark.parametrize("suffix", [".webm", ".mov"])
def test_odd_sizes_are_padded(tmp_path, suffix):
    frames = soft_discs(2, 33, 31)
    write_video(tmp_path / f"clip{suffix}", frames, fps=25)
    decoded = decode(tmp_path / f"clip{suffix}")
    assert decoded.shape == (2, 34, 32, 4)
    assert np.abs(decoded[:, :33, :31, 3].astype(float) - frames[..., 3]).mean() < 1


@pytest.mark.parametrize("suffix", [".webm", ".mov"])
def test_they_are_read_without_alpha(tmp_path, suffix):
    frames = soft_discs(3, 96, 64)
    write_video(tmp_path / f"clip{suffix}", frames, fps=25, reproducible=True)
    read = Video(tmp_path / f"clip{suffix}").read().astype(float)
    assert np.abs(read - frames[..., :3])[frames[..., 3] > 0].mean() < 2


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".avi"])
def test_formats_without_alpha_are_refused(tmp_path, suffix):
    with pytest.raises(HuemanError, match=r"name it \.webm, \.mov, or without a suffix|\.mp4"):
        write_video(tmp_path / f"clip{suffix}", soft_discs(1, 32, 32), fps=25)
    assert not list(tmp_path.iterdir())
