"""Adobe Swatch Exchange, with files built byte by byte."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hueman.color.adobe_swatches import GROUP_END, GROUP_START, read_adobe_swatches
from hueman.color.palette import read_palette
from hueman.errors import HuemanError


def named(name):
    return struct.pack(">H", len(name) + 1) + f"{name}\0".encode("utf-16-be")


def block(kind, content=b""):
    return struct.pack(">HI", kind, len(content)) + content


def color(name, model, *values):
    floats = struct.pack(f">{len(values)}f", *values)
    return block(1, named(name) + model + floats + struct.pack(">H", 2))


def swatches(*blocks):
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(blocks)) + b"".join(blocks)


VALID = swatches(
    block(GROUP_START, named("Spring")),
    color("Sea", b"RGB ", 0, 0.5, 0.5),
    color("Ink", b"CMYK", 1, 0.5, 0, 0.2),
    block(GROUP_END),
    color("Mud \u00e9", b"LAB ", 0.4, 20, -10.5),
    color("", b"Gray", 0.2),
)


def test_all_models_are_read():
    assert read_adobe_swatches(VALID) == [
        ("Sea", "#008080"),
        ("Ink", "#0066cc"),
        ("Mud \u00e9", "lab(40.000, 20.000, -10.500)"),
        ("", "#333333"),
    ]


def test_as_a_palette(tmp_path):
    (tmp_path / "spring.ase").write_bytes(VALID)
    names = [each.name for each in read_palette(tmp_path / "spring.ase")]
    assert names == ["Sea", "Ink", "Mud-\u00e9", "333333"]


def test_every_truncation_is_one_clear_error(tmp_path):
    for length in range(len(VALID)):
        (tmp_path / "cut.ase").write_bytes(VALID[:length])
        with pytest.raises(HuemanError, match=r"cut\.ase' cannot be used: it (is cut|does not)"):
            read_palette(tmp_path / "cut.ase")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"RIFF" + VALID[4:], "begin with 'ASEF'"),
        (swatches(), "0 colours"),
        (swatches(block(7)), "unknown kind 0x0007"),
        (swatches(color("Sea", b"HSB ", 0, 0, 0)), "'Sea' has the unknown colour model"),
        (swatches(color("Sea", b"RGB ", 0, 2, 0)), "'Sea' has a value outside 0..1"),
        (swatches(color("Sea", b"RGB ", 0, float("nan"), 0)), "no finite number"),
        (swatches(color("Sea", b"LAB ", 3, 0, 0)), "out of range"),
        (swatches(block(1, b"\0\1\xd8\x00RGB ")), "not utf-16-be"),
        (swatches(block(1, b"\xff\xff")), "cut off"),
    ],
)
def test_bad_files_are_named_with_their_problem(tmp_path, data, problem):
    (tmp_path / "bad.ase").write_bytes(data)
    with pytest.raises(HuemanError) as caught:
        read_palette(tmp_path / "bad.ase")
    assert str(tmp_path / "bad.ase") in str(caught.value)
    assert problem in str(caught.value)


@given(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=4))
def test_changed_bytes_raise_nothing_but_value_errors(position, garbage):
    data = VALID[:position] + garbage + VALID[position + len(garbage) :]
    with suppress(ValueError):
        assert isinstance(read_adobe_swatches(data), list)
