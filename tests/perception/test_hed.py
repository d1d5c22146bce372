import numpy as np
import pytest

from hueman.perception.base import edge_detector


@pytest.mark.parametrize("detail", ["fine", "fused"])
def test_the_persons_outline_is_found(wave, detail):
    frames, truth = wave[0][:2, ::2, ::2], wave[1]["person"][:2, ::2, ::2]
    edges = edge_detector("hed", detail)(np.ascontiguousarray(frames))
    assert edges.dtype == np.uint8
    assert edges.shape == frames.shape[:3]
    outline = truth[:, :, 1:] != truth[:, :, :-1]
    on_outline = np.maximum(edges[:, :, 1:], edges[:, :, :-1])[outline]
    empty_wall = edges[:, :20]
    assert np.median(on_outline) > 180
    assert empty_wall.max() < 40


def test_the_frames_border_is_no_edge():
    bright = np.full((1, 48, 64, 3), 230, np.uint8)
    assert edge_detector("hed", "fine")(bright).max() < 40


def test_batches_give_what_single_frames_give(wave):
    frames = np.ascontiguousarray(wave[0][:5, ::4, ::4])
    detect = edge_detector("hed", "fine")
    together = detect(frames)
    alone = np.concatenate([detect(frame[None]) for frame in frames])
    assert np.abs(together.astype(int) - alone).max() <= 1
    assert detect(frames[:0]).shape == (0, 96, 64)


def test_only_clips_are_taken():
    with pytest.raises(ValueError, match="frames must be uint8"):
        edge_detector()(np.zeros((1, 32, 32, 3), np.float32))
