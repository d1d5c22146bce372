"""Palettes: lists, CSV and GIMP files, names, and what is wrong with them."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hueman.color.names import parse_color
from hueman.color.palette import (
    LONGEST_NAME,
    MAX_BYTES,
    MAX_COLORS,
    read_palette,
    safe_name,
)
from hueman.errors import HuemanError


def pairs(palette):
    return [(color.name, color.text) for color in palette]


def test_a_list_of_colors():
    palette = read_palette("teal, #c0392b,lab(40, -20,10) ,lab(40 20 10)")
    assert pairs(palette) == [
        ("teal", "teal"),
        ("c0392b", "#c0392b"),
        ("lab-40--20-10", "lab(40, -20,10)"),
        ("lab-40-20-10", "lab(40 20 10)"),
    ]
    for color in palette:
        np.testing.assert_array_equal(color.lab, parse_color(color.text))


def test_equal_names_get_numbers():
    names = [color.name for color in read_palette("teal,Teal,red,TEAL,red")]
    assert names == ["teal", "Teal-2", "red", "TEAL-3", "red-2"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("sea,teal\nsky,#0af\n", [("sea", "teal"), ("sky", "#0af")]),
        ("name,color\nsea,teal\n\n", [("sea", "teal")]),
        ("Colour, Name\r\nteal,sea\r\n#0af,\r\n", [("sea", "teal"), ("0af", "#0af")]),
        ("\ufeffteal\nlab(40,20,10)\n", [("teal", "teal"), ("lab-40-20-10", "lab(40,20,10)")]),
        (
            'mud,lab(40, 20, 10)\n"a, b","lab(1,2,3)"',
            [("mud", "lab(40,20,10)"), ("a-b", "lab(1,2,3)")],
        ),
        ("color,note,name\nteal,x,Größe 1/2", [("Größe-1-2", "teal")]),
    ],
)
def test_csv(tmp_path, content, expected):
    (tmp_path / "colors.csv").write_text(content, encoding="utf-8", newline="")
    assert pairs(read_palette(tmp_path / "colors.csv")) == expected


def test_gimp(tmp_path):
    content = "GIMP Palette\nName: Mine\nColumns: 2\n# note\n  0 128 128\tSea green\n255 0   0\n"
    (tmp_path / "colors.gpl").write_text(content)
    expected = [("Sea-green", "#008080"), ("ff0000", "#ff0000")]
    assert pairs(read_palette(str(tmp_path / "colors.gpl"))) == expected


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("a.csv", b"", "0 colours"),
        ("a.csv", b"name,color\n", "0 colours"),
        ("a.csv", b"sea,teal\nsky\n", "the row 'sky' must have the columns name, color"),
        ("a.csv", b"sea,tael\n", "Did you mean 'teal'"),
        ("a.csv", b'"sea,teal\n', "unexpected end of data"),
        ("a.csv", b"sea,t\xe9al\n", "not utf-8"),
        ("a.csv", b"teal\n" * (MAX_COLORS + 1), f"{MAX_COLORS + 1} colours"),
        ("a.csv", b"teal\n" * MAX_BYTES, f"more than {MAX_BYTES} bytes"),
        ("a.csv", b"a" * 10**5, "too long for a colour"),
        ("a.csv", bytes(range(128)), "cannot be used"),
        ("a.gpl", b"", "GIMP Palette"),
        ("a.gpl", b"GIMP Palette\n", "0 colours"),
        ("a.gpl", b"GIMP Palette\n1 2 256 x\n", "1 2 256 x"),
        ("a.gpl", b"GIMP Palette\n1 2\n", "'1 2' must be three numbers"),
        ("a.gpl", b"GIMP Palette\n1 2 3 \xff\n", "not utf-8"),
    ],
)
def test_bad_files_are_named_with_their_problem(tmp_path, file, content, problem):
    (tmp_path / file).write_bytes(content)
    with pytest.raises(HuemanError) as caught:
        read_palette(tmp_path / file)
    message = str(caught.value)
    assert str(tmp_path / file) in message
    assert problem in message
    assert len(message) < 500


def test_what_cannot_be_opened(tmp_path):
    (tmp_path / "folder.ase").mkdir()
    for name in ("missing.gpl", "folder.ase"):
        with pytest.raises(HuemanError, match=f"{name}' cannot be used: it cannot be opened"):
            read_palette(tmp_path / name)


@pytest.mark.parametrize("text", ["", "teal,,red", "teal,palette.txt", "lab(40,20", "teal;red"])
def test_bad_lists_are_named(text):
    with pytest.raises(HuemanError) as caught:
        read_palette(text)
    assert f"The palette '{text}'" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Sea green", "Sea-green"),
        ("a/b\\c:d", "a-b-c-d"),
        ("../..", "color"),
        ("", "color"),
        ("\u65e5\u672c", "\u65e5\u672c"),
        ("x" * 99, "x" * LONGEST_NAME),
    ],
)
def test_safe_names(name, safe):
    assert safe_name(name) == safe


@given(st.lists(st.sampled_from(["red", "Red", "teal", "lab(40,20,10)"]), min_size=1, max_size=20))
def test_names_are_unique_whatever_the_case(texts):
    names = [color.name.casefold() for color in read_palette(",".join(texts))]
    assert len(set(names)) == len(texts)


@given(st.text(max_size=60))
def test_any_text_is_a_palette_or_one_clear_error(text):
    with suppress(HuemanError):
        assert read_palette(text)
