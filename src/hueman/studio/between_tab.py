"""The second tab: clothes between two outfits."""

from typing import Any

import gradio as gr

from hueman.studio.events import QUICK, key_of
from hueman.studio.garments import OutfitChoice, outfit_of
from hueman.studio.plain import in_plain_words
from hueman.studio.sessions import Sessions
from hueman.studio.view import View


class BetweenCallbacks:
    """What the tab does."""

    def __init__(self, sessions: Sessions, view: View):
        self._sessions = sessions
        self._view = view

    @in_plain_words
    def between(
        self,
        percent: float,
        upper,
        upper_other,
        lower,
        lower_other,
        last_upper,
        last_upper_other,
        last_lower,
        last_lower_other,
        request: gr.Request,
    ) -> list[Any]:
        """Show clothes on the way from one outfit to the other."""
        first = outfit_of(upper, upper_other, lower, lower_other)
        last = outfit_of(last_upper, last_upper_other, last_lower, last_lower_other)
        session = self._sessions.of(key_of(request))
        return self._view.with_picture(session.between(first, last, percent / 100))


def add_between_tab(sessions: Sessions, view: View, first: OutfitChoice) -> None:
    """Put the tab on the page that is being built.

    Args:
        sessions: of all visitors.
        view: where the picture is shown.
        first: the outfit that the way begins with.
    """
    gr.Markdown("From the outfit of the first tab to this one:")
    last = OutfitChoice.add()
    slider = gr.Slider(0, 100, 50, step=1, label="How far, in percent", elem_id="between")
    do = BetweenCallbacks(sessions, view)
    inputs = [slider, *first.inputs, *last.inputs]
    slider.change(do.between, inputs, view.parts, **QUICK)
    last.when_chosen(do.between, inputs, view.parts)
