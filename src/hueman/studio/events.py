"""How callbacks are wired to the page, the same everywhere."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from hueman.progress import Listener
from hueman.studio.plain import in_plain_words
from hueman.studio.sessions import Sessions
from hueman.studio.view import View

HEAVY: dict[str, Any] = {"concurrency_id": "heavy", "concurrency_limit": 1}
"""For what takes the whole machine for minutes: one after the other, whoever asks."""
LOOKING: dict[str, Any] = {"concurrency_id": "looking", "concurrency_limit": 1}
"""For what takes seconds: looking at people and movements."""
QUICK: dict[str, Any] = {
    "concurrency_id": "quick",
    "concurrency_limit": 2,
    "show_progress": "hidden",
    "trigger_mode": "always_last",
}
"""For what follows a finger: of several changes, the newest counts."""
INSTANT: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden"}
"""For what costs nothing, and waits for nobody."""


def key_of(request: gr.Request) -> str:
    """Return the key by which a page's session is found."""
    return str(request.session_hash)


def teller(progress: gr.Progress) -> Listener:
    """Return what shows progress on the page."""

    def tell(description: str, done: int, total: int) -> None:
        progress((done, total), desc=description)

    return tell


def long_work(
    make: gr.Button,
    stop: gr.Button,
    view: View,
    sessions: Sessions,
    work: Callable[..., list[Any]],
    inputs: Sequence[Component],
) -> None:
    """Let a button do long work, which another button can stop, and show what comes of it.

    Args:
        make: the button.
        stop: is there only meanwhile.
        view: where progress and result are shown.
        sessions: whose work is stopped.
        work: returns values for the view; works inside `Sessions.turn`.
        inputs: of the work.
    """

    def begin(request: gr.Request) -> list[Any]:
        sessions.queue(key_of(request))
        return [gr.Button(interactive=False), gr.Button(visible=True), *view.at_work()]

    def end() -> list[Any]:
        return [gr.Button(interactive=True), gr.Button(visible=False)]

    def halt(request: gr.Request) -> None:
        sessions.stop(key_of(request))

    begun = make.click(in_plain_words(begin), None, [make, stop, *view.parts], **INSTANT)
    # Without a place in the queue nothing goes on; with one, the page shows how many are before.
    done = begun.success(
        in_plain_words(work), list(inputs), view.parts, show_progress_on=view.picture, **HEAVY
    )
    done.then(end, None, [make, stop], **INSTANT)
    stop.click(in_plain_words(halt), **INSTANT)
