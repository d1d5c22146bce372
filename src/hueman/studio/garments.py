"""The choice of a garment's colour: swatches, and a picker for any other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from hueman.studio.events import INSTANT, QUICK
from hueman.studio.stage import Outfit
from hueman.studio.swatches import OTHER, OWN, choices, chosen_color


@dataclass(frozen=True)
class GarmentChoice:
    """The swatches of one garment, and a picker that appears for any other colour."""

    swatches: gr.Radio
    picker: gr.ColorPicker

    @classmethod
    def add(cls, label: str, other: str) -> "GarmentChoice":
        """Put it on the page that is being built; `other` is the picker's colour at first."""
        swatches = gr.Radio(choices(), value=OWN, label=label, elem_classes="swatches")
        picker = gr.ColorPicker(other, label=f"{label}: other", visible=False)
        swatches.change(
            lambda choice: gr.ColorPicker(visible=choice == OTHER), swatches, picker, **INSTANT
        )
        return cls(swatches, picker)


@dataclass(frozen=True)
class OutfitChoice:
    """The choice of both garments' colours."""

    upper: GarmentChoice
    lower: GarmentChoice

    @classmethod
    def add(cls) -> "OutfitChoice":
        """Put it on the page that is being built."""
        return cls(GarmentChoice.add("Upper", "#2e8b57"), GarmentChoice.add("Lower", "#8b5a2b"))

    @property
    def inputs(self) -> list[Component]:
        """Return what `outfit_of` makes an outfit of."""
        return [self.upper.swatches, self.upper.picker, self.lower.swatches, self.lower.picker]

    def when_chosen(
        self, show: Callable[..., Any], inputs: list[Component], outputs: list[Component]
    ) -> None:
        """Call `show` whenever a visitor changes a colour."""
        for garment in (self.upper, self.lower):
            garment.swatches.input(show, inputs, outputs, **QUICK)
            garment.picker.input(show, inputs, outputs, **QUICK)


def outfit_of(upper: str | None, upper_other: str, lower: str | None, lower_other: str) -> Outfit:
    """Return what `OutfitChoice.inputs` say.

    Raises:
        HuemanError: a picker has no colour.
    """
    return Outfit(chosen_color(upper, upper_other), chosen_color(lower, lower_other))
