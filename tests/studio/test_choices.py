"""Colours as the page's choices say them, palettes, and texts for the page."""

import pytest

from hueman.color.names import parse_color
from hueman.errors import HuemanError
from hueman.studio.palette_choice import PaletteChoice
from hueman.studio.swatches import OTHER, OWN, SWATCHES, choices, chosen_color


def test_every_choice_is_a_colour_or_none():
    values = [value for _, value in choices()]
    assert len(set(values)) == len(values)
    for value in values:
        color = chosen_color(value, "#123456")
        assert (color is None) == (value == OWN)
        if color is not None:
            parse_color(color)
    assert chosen_color(SWATCHES["Teal"], "#123456") == SWATCHES["Teal"]


@pytest.mark.parametrize(
    ("picked", "color"),
    [
        ("#123456", "#123456"),
        ("rgb(1, 2, 255)", "#0102ff"),
        ("rgba(0.6, 16.2, 255.9, 1)", "#0110ff"),
        ("rgba(18, 52, 86, 0.5)", "#123456"),
    ],
)
def test_the_picker_speaks_two_languages(picked, color):
    assert chosen_color(OTHER, picked) == color


@pytest.mark.parametrize("picked", ["", None])
def test_an_empty_picker_is_told(picked):
    with pytest.raises(HuemanError, match="colour picker"):
        chosen_color(OTHER, picked)


def test_colours_of_a_file_keep_their_names_until_they_are_changed(tmp_path):
    (tmp_path / "autumn.csv").write_text("name,color\nleaf,#aa5500\nmoss,#556b2f\n")
    palette = PaletteChoice()
    palette.read_file(tmp_path / "autumn.csv")
    assert palette.text == "#aa5500, #556b2f"
    assert [color.name for color in palette.read(palette.text)] == ["leaf", "moss"]
    assert [color.text for color in palette.read("#aa5500, teal")] == ["#aa5500", "teal"]


def test_no_file_of_the_machine_is_read_because_its_path_is_typed(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("teal\n")
    for text in (str(secret), f"{secret}/", f" {secret}", f"{secret}\n", f"{secret}/."):
        with pytest.raises(HuemanError, match=r"is not a colour|is too long for a colour"):
            PaletteChoice().read(text)


def test_paths_of_the_machine_are_not_told():
    pytest.importorskip("gradio", reason="gradio is not installed")
    from hueman.studio.plain import without_folders

    assert without_folders("/data/a-b/c/clip.mp4 shows nobody.") == "clip.mp4 shows nobody."
    assert without_folders("The palette '/data/a/b.csv' is") == "The palette 'b.csv' is"
    assert without_folders("upper and/or lower 1/2") == "upper and/or lower 1/2"
    assert without_folders(r"C:\Users\me\clip.mp4 is") == "clip.mp4 is"


def test_a_missing_gradio_is_told_in_a_sentence(monkeypatch):
    from hueman.studio import requirements

    monkeypatch.setattr(requirements, "find_spec", lambda name: None)
    with pytest.raises(HuemanError, match=r"pip install 'hueman\[studio\]'"):
        requirements.require_gradio()
