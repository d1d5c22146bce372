import numpy as np
import pytest

from hueman.color.names import hex_of, parse_color
from hueman.errors import HuemanError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#ff0000", (53.24, 80.09, 67.20)),
        ("#F00", (53.24, 80.09, 67.20)),
        ("red", (53.24, 80.09, 67.20)),
        (" Light Sky Blue ", (79.72, -10.83, -28.50)),
        ("lab(41.5, -3, 22)", (41.5, -3, 22)),
        ("LAB(41.5 -3 22)", (41.5, -3, 22)),
    ],
)
def test_colours_are_read(text, expected):
    color = parse_color(text)
    assert color.dtype == np.float32
    np.testing.assert_allclose(color, expected, atol=0.02)


@pytest.mark.parametrize("text", ["#ab12cd", "#000000", "#ffffff", "#663399"])
def test_hex_survives_the_round_trip(text):
    assert hex_of(parse_color(text)) == text


def test_hex_keeps_the_hue_of_what_cannot_be_shown():
    # Clipping the channels instead would turn this blue to violet.
    color = parse_color(hex_of(np.array([60, 20, -110])))
    assert np.arctan2(color[2], color[1]) == pytest.approx(np.arctan2(-110, 20), abs=0.02)


@pytest.mark.parametrize("text", ["", "#12", "#ggg", "12", "blu-ish", "lab(1, 2)", "lab(a, b, c)"])
def test_bad_text_is_named(text):
    with pytest.raises(HuemanError) as caught:
        parse_color(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize("text", ["lab(101, 0, 0)", "lab(50, 200, 0)", "lab(nan, 0, 0)"])
def test_lab_out_of_range_is_refused(text):
    with pytest.raises(HuemanError, match="out of range"):
        parse_color(text)


def test_a_misspelt_name_is_corrected():
    with pytest.raises(HuemanError, match="Did you mean 'turquoise'"):
        parse_color("turqoise")
