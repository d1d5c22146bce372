import cv2
import numpy as np
import pytest

from hueman.choreography.presets import make_plan
from hueman.choreography.render import render_plan
from hueman.choreography.sheets import SHEETS, action_sheet, cast_sheet
from hueman.clips.sheets import LABEL_HEIGHT
from hueman.clips.store import Dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Dataset:
    """Two actors, three actions, four frames of 96x64."""
    out = tmp_path_factory.mktemp("sheets")
    render_plan(out, make_plan("tiny"), jobs=1)
    return Dataset(out)


def test_the_cast_stands_side_by_side_in_different_actions(dataset):
    sheet = cast_sheet(dataset, dataset.entries)
    assert sheet.shape == (LABEL_HEIGHT + 96, 2 * 64, 3)
    first, second = dataset.actors
    entries = [
        dataset.entry(first, dataset.actions[0]),
        dataset.entry(second, dataset.actions[1]),
    ]
    expected = [dataset.read(entry).frames[1] for entry in entries]
    assert (sheet[LABEL_HEIGHT:] == np.concatenate(expected, axis=1)).all()


def test_an_action_is_a_row_from_first_to_last_frame(dataset):
    sheet = action_sheet(dataset, dataset.entries)
    assert sheet.shape == (3 * (LABEL_HEIGHT + 96), 4 * 64, 3)
    entry = dataset.entry(dataset.actors[1], dataset.actions[1])
    row = sheet[2 * LABEL_HEIGHT + 96 : 2 * (LABEL_HEIGHT + 96)]
    assert (row == np.concatenate(list(dataset.read(entry).frames), axis=1)).all()


def test_rendering_writes_both(dataset):
    for name in SHEETS:
        picture = cv2.imread(str(dataset.root / name))
        assert picture is not None
        assert picture.std() > 10
