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
    plate = background_plate(march.rgb[:1], march.person[:1]).float()
    truth = march.rgb.float()
    left = ((march.person[:1] > 200) & (march.person == 0)).expand(-1, 3, -1, -1)
    trace = (truth[:1] - truth)[left].abs().mean()
    assert left.sum() > 400
    assert trace > 50
    assert (plate - truth)[left].abs().mean() < 0.1 * trace
    grown = cv2.dilate(march.person[0, 0].numpy(), np.ones((7, 7), np.uint8))
    far = torch.from_numpy(grown == 0)
    assert torch.equal(plate[:, far], truth[0][:, far])


def test_what_other_frames_show_is_not_guessed(march):
    """A second frame in which the person stands aside shows what the first one hides."""
    people = torch.stack([march.person[0], torch.roll(march.person[0], 24, dims=-1)])
    empty = background_plate(march.rgb[:1], march.person[:1])
    empty = (empty.float() + 3 * (torch.arange(64) % 7)).clamp(0, 255).byte()
    frames = torch.where(people > 0, torch.tensor(90, dtype=torch.uint8), empty)
    left = ((people[0] > 200) & (people[1] == 0)).expand(3, -1, -1)
    # Only where the margin of the other person does not reach.
    left = left & (torch.roll(people[1], 3, dims=-1) == 0) & (torch.roll(people[1], -3, -1) == 0)
    error, guessed = (
        float((background_plate(frames[:count], people[:count]) - empty.float()).abs()[left].mean())
        for count in (2, 1)
    )
    assert left.sum() > 300
    assert guessed > 2
    assert error < 0.2 * guessed


def test_a_camera_that_moves_makes_no_median(march):
    columns = torch.tensor([0, 9, 18])
    moving = march[:3].shifted(columns)
    rgb = moving.rgb.clone()
    rgb[..., ::4] = 255 - rgb[..., ::4]  # a background with something in it
    rgb = torch.stack([torch.roll(each, int(n), -1) for each, n in zip(rgb, columns, strict=True)])
    plate = background_plate(rgb, moving.person)
    assert torch.equal(plate, background_plate(rgb[:1], moving.person[:1]))
