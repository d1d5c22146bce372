"""The background without the person."""

import cv2
import numpy as np
import pytest
import torch

from hueman.appearance.plate import background_plate, fill_holes, person_holes
from hueman.clips.store import Dataset
from hueman.training.frames import Frames


@pytest.fixture(scope="module")
def march(truth_dataset: Dataset) -> Frames:
    return Frames.of(truth_dataset.read(truth_dataset.entry("plaid", "march")), 96, 64)


def test_the_plate_has_no_trace_of_the_person(march):
    """Where the person is gone later, the true background is known."""
    plate = background_plate(march.rgb[:1], person_holes(march.person[:1])).float()
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
    empty = background_plate(march.rgb[:1], person_holes(march.person[:1]))
    empty = (empty.float() + 3 * (torch.arange(64) % 7)).clamp(0, 255).byte()
    frames = torch.where(people > 0, torch.tensor(90, dtype=torch.uint8), empty)
    left = ((people[0] > 200) & (people[1] == 0)).expand(3, -1, -1)
    # Only where the margin of the other person does not reach.
    left = left & (torch.roll(people[1], 3, dims=-1) == 0) & (torch.roll(people[1], -3, -1) == 0)
    error, guessed = (
        float(
            (background_plate(frames[:count], person_holes(people[:count])) - empty.float())
            .abs()[left]
            .mean()
        )
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
    plate = background_plate(rgb, person_holes(moving.person))
    assert torch.equal(plate, background_plate(rgb[:1], person_holes(moving.person[:1])))


def room(height: int = 60, width: int = 80) -> np.ndarray:
    """A wall that darkens to the right, above a floor."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:40] = (200 - np.arange(width) // 4)[:, None]
    picture[40:] = (90, 80, 70)
    return picture


def test_walls_and_floors_go_on_behind_the_person():
    picture = room()
    hole = np.zeros(picture.shape[:2], bool)
    hole[10:58, 25:50] = True
    damaged = np.where(hole[..., None], 255, picture).astype(np.uint8)
    filled = fill_holes(damaged, hole)
    assert np.abs(filled.astype(int) - picture)[hole].max() <= 2
    assert np.array_equal(filled[~hole], picture[~hole])
    inpainted = cv2.inpaint(damaged, hole.astype(np.uint8), 3, cv2.INPAINT_NS)
    assert np.abs(inpainted.astype(int) - picture)[hole].max() > 30  # it bends the floor


def test_ends_that_differ_are_not_joined():
    """A dark post at the right of the hole is not drawn out over it."""
    picture = np.full((60, 80, 3), 180, np.uint8)
    picture[:, 50:60] = 20
    hole = np.zeros(picture.shape[:2], bool)
    hole[:, 25:50] = True
    hole[:3] = False
    filled = fill_holes(picture, hole)
    wanted = cv2.inpaint(picture, hole.astype(np.uint8), 3, cv2.INPAINT_NS)
    assert np.abs(filled.astype(int) - wanted).max() <= 1


def test_holes_at_the_edge_and_everywhere_are_filled_too():
    picture = room()
    hole = np.zeros(picture.shape[:2], bool)
    hole[5:50, :20] = True
    filled = fill_holes(picture, hole)
    assert np.abs(filled[10, :20].astype(int) - picture[10, :20]).max() < 12
    assert fill_holes(picture, np.ones_like(hole)).shape == picture.shape
    assert np.array_equal(fill_holes(picture, np.zeros_like(hole)), picture)
