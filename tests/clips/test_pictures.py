from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hueman.clips.pictures import list_pictures, natural_order, read_picture
from hueman.errors import HuemanError


def test_natural_order():
    words = ["a9.png", "a9b2.png", "a10.png", "B1.png"]
    numbers = ["9.png", "10.png"]
    ordered = sorted(map(Path, reversed(numbers + words)), key=natural_order)
    assert [path.name for path in ordered] == [*words, *numbers]


def test_only_visible_pictures_are_listed(tmp_path):
    for name in ("2.PNG", "1.jpeg", ".hidden.png", "notes.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in list_pictures(tmp_path)] == ["1.jpeg", "2.PNG"]


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_bad_pictures_are_named(tmp_path, content):
    (tmp_path / "1.png").write_bytes(content)
    with pytest.raises(HuemanError, match=r"1\.png cannot be read"):
        read_picture(tmp_path / "1.png")


def test_pictures_are_rgb(tmp_path):
    Image.new("RGB", (1, 1), (250, 20, 10)).save(tmp_path / "1.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "1.png"), [[[250, 20, 10]]])
