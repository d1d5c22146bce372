"""The background without the person."""

import cv2
import numpy as np
import pytest
import torch

from hueman.appearance.plate import background_plate
from hueman.clips.store import Dataset
from hueman.training.frames import Frames


@pytest.fixture(scope="module")
def march(truth_dataset: Dataset) -> Frames:
    return Frames.of(truth_dataset.read(truth_dataset.entry("plaid", "march")), 96, 64)


def far_from(person: torch.Tensor) -> torch.Tensor:
    grown = cv2.dilate(person[0].numpy(), np.ones((7, 7), np.uint8))
    return torch.from_numpy(grown == 0)


def test_one_frame_is_filled_where_the_person_was(march):
    """Where the person is gone later, the true background is known."""
    plate = background_plate(march.rgb[:1], march.person[:1]).float()
    truth = march.rgb.float()
    left = ((march.person[:1] > 200) & (march.person == 0)).expand(-1, 3, -1, -1)
    trace = (truth[:1] - truth)[left].abs().mean()
    assert left.sum() > 400
    assert trace > 50
    assert (plate - truth)[left].abs().mean() < 0.1 * trace
    far = far_from(march.person[0])
    assert torch.equal(plate[:, far], truth[0][:, far])


def test_more_frames_uncover_what_one_hides(march):
    """A strip of the background is painted; the person hides it in the first frame only."""
    frames = march.rgb.clone()
    hidden_at_first = (march.person[0, 0] > 200) & far_from(march.person[3])
    assert hidden_at_first.sum() > 20
    paint = torch.tensor([250, 10, 10], dtype=torch.uint8)[:, None]
    uncovered = march.person[:, 0] == 0
    for frame, free in zip(frames, uncovered, strict=True):
        frame[:, hidden_at_first & free] = paint
    one = background_plate(frames[:1], march.person[:1])[:, hidden_at_first]
    both = background_plate(frames[[0, 3]], march.person[[0, 3]])[:, hidden_at_first]
    assert (both == paint).all()
    assert (one.float() - paint).abs().mean() > 50


def test_the_median_is_over_frames_in_which_a_pixel_is_seen():
    rgb = torch.tensor([10, 20, 90, 200], dtype=torch.uint8)[:, None, None, None]
    person = torch.zeros(4, 1, 96, 64, dtype=torch.uint8)
    person[3, :, 40:60, 20:40] = 255
    plate = background_plate(rgb.expand(4, 3, 96, 64), person)
    assert (plate[:, 45:55, 25:35] == 20).all()
    assert (plate[:, :20] == 55).all()
