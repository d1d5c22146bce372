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


def test_the_plate_has_no_trace_of_the_person(march):
    """Where the person is gone later, the true background is known."""
    plate = background_plate(march.rgb[0], march.person[0]).float()
    truth = march.rgb.float()
    left = ((march.person[:1] > 200) & (march.person == 0)).expand(-1, 3, -1, -1)
    trace = (truth[:1] - truth)[left].abs().mean()
    assert left.sum() > 400
    assert trace > 50
    assert (plate - truth)[left].abs().mean() < 0.1 * trace
    grown = cv2.dilate(march.person[0, 0].numpy(), np.ones((7, 7), np.uint8))
    far = torch.from_numpy(grown == 0)
    assert torch.equal(plate[:, far], truth[0][:, far])
