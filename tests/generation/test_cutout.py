"""Alpha of frames: against the renderer's true masks, over chunks, and without a person."""

import numpy as np
import pytest

from hueman.clips.store import PreparedClip
from hueman.generation.cutout import CHUNK, cut_out
from hueman.perception.base import Perceived, pose_estimator


@pytest.fixture(scope="module")
def clip(truth_dataset) -> PreparedClip:
    return truth_dataset.read(truth_dataset.entry("mustard", "march"))


class Remembered:
    """Gives masks that were made before, and notes how many frames it was shown at once."""

    def __init__(self, masks):
        self.masks = list(masks)
        self.calls = []

    def __call__(self, frames):
        self.calls.append(len(frames))
        masks = [self.masks.pop(0) for _ in frames]
        large = np.stack([np.full(frames.shape[1:3], mask, np.uint8) for mask in masks])
        return Perceived(np.zeros((len(frames), 18, 3), np.float32), large)


def distinct_frames(count):
    """Each so different from the next that nothing is averaged over time."""
    return [np.full((32, 32, 3), 200 * (index % 2), np.uint8) for index in range(count)]


def test_masks_are_those_of_the_person(clip):
    seen = list(cut_out(clip.frames, pose_estimator()))
    truth = clip.person / 255
    assert all((frame == own).all() for (frame, _), own in zip(seen, clip.frames, strict=True))
    alpha = np.stack([each for _, each in seen])
    assert np.minimum(alpha, truth).sum() / np.maximum(alpha, truth).sum() > 0.93
    # Perceived at their own size, small frames have worse masks.
    plain = pose_estimator()(clip.frames).person / 255
    assert np.abs(alpha - truth).mean() < 0.85 * np.abs(plain - truth).mean()


def test_frames_are_taken_a_chunk_at_a_time():
    taken = []

    def frames():
        for index, frame in enumerate(distinct_frames(3 * CHUNK)):
            taken.append(index)
            yield frame

    estimate = Remembered([255] * 3 * CHUNK)
    cut = cut_out(frames(), estimate)
    next(cut)
    assert len(taken) == CHUNK
    assert sum(1 for _ in cut) == 3 * CHUNK - 1
    assert estimate.calls == [CHUNK] * 3


@pytest.mark.parametrize(
    ("masks", "expected"),
    [
        ([0, 255, 0, 0, 51, 0], [255, 255, 255, 51, 51, 51]),
        ([0, 0], [0, 0]),
        ([51] * CHUNK + [0, 0], [51] * (CHUNK + 2)),
    ],
)
def test_where_nobody_is_seen_the_nearest_mask_counts(masks, expected):
    frames = distinct_frames(len(masks))
    alphas = [alpha for _, alpha in cut_out(frames, Remembered(masks))]
    np.testing.assert_allclose([255 * a[16, 16] for a in alphas], expected, atol=0.1)


def test_still_pictures_have_steady_masks_and_moving_ones_their_own():
    masks = [255, 204, 255]
    still = [np.full((32, 32, 3), 90, np.uint8)] * 3
    alphas = [alpha[16, 16] for _, alpha in cut_out(still, Remembered(masks))]
    np.testing.assert_allclose(alphas, [0.9, 2.8 / 3, 0.9], atol=0.01)
    alphas = [alpha[16, 16] for _, alpha in cut_out(distinct_frames(3), Remembered(masks))]
    np.testing.assert_allclose(alphas, [1, 0.8, 1], atol=0.01)


def test_no_frames_give_none():
    assert list(cut_out([], Remembered([]))) == []
