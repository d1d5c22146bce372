import cv2
import numpy as np
import pytest

from hueman.clips.pictures import read_picture
from hueman.preparation.preview import (
    CELL_HEIGHT,
    COLUMNS,
    GAP,
    LABEL_WIDTH,
    LOWER_TINT,
    PART_COLORS,
    TITLE_HEIGHT,
    UPPER_TINT,
    preview_sheet,
    write_preview,
)


@pytest.fixture(scope="module")
def clip(truth_dataset):
    return truth_dataset.read(truth_dataset.entry("plaid", "salute"))


def cell(sheet, row, column):
    width = CELL_HEIGHT * 64 // 96
    top, left = TITLE_HEIGHT + row * (CELL_HEIGHT + GAP), LABEL_WIDTH + column * (width + GAP)
    return sheet[top : top + CELL_HEIGHT, left : left + width]


def shrunk(picture):
    return cv2.resize(picture, (64, 96), interpolation=cv2.INTER_AREA)


def test_rows_show_what_they_say(clip):
    sheet = preview_sheet(clip)
    last = len(clip) - 1
    np.testing.assert_array_equal(shrunk(cell(sheet, 0, 0)), clip.frames[0])
    np.testing.assert_array_equal(shrunk(cell(sheet, 0, COLUMNS - 1)), clip.frames[last])
    np.testing.assert_array_equal(shrunk(cell(sheet, 2, 0))[..., 0], clip.person[0])
    np.testing.assert_array_equal(shrunk(cell(sheet, 3, 0))[..., 1], clip.edges[0])
    np.testing.assert_array_equal(shrunk(cell(sheet, 4, 0)), PART_COLORS[clip.parts[0]])


@pytest.mark.parametrize(("name", "tint"), [("upper", UPPER_TINT), ("lower", LOWER_TINT)])
def test_garments_are_tinted(clip, name, tint):
    garments = shrunk(cell(preview_sheet(clip), 5, 0))
    inside = garments[getattr(clip, name)[0] == 255].astype(float)
    assert inside.mean(axis=0).argmax() == np.argmax(tint)
    outside = garments[(clip.upper[0] == 0) & (clip.lower[0] == 0)]
    assert (outside == outside[:, :1]).all()


def test_written_sheet_is_the_sheet(tmp_path, clip):
    write_preview(tmp_path / "sheet.png", clip)
    written = read_picture(tmp_path / "sheet.png")
    np.testing.assert_array_equal(written, preview_sheet(clip))
    assert len(list(tmp_path.iterdir())) == 1
