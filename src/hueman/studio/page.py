"""The page: what is where."""

from typing import Any

import gradio as gr

from hueman.errors import HuemanError
from hueman.studio.between_tab import add_between_tab
from hueman.studio.colorways_tab import add_colorways_tab
from hueman.studio.events import INSTANT, LOOKING, key_of
from hueman.studio.own_model_tab import add_own_model_tab
from hueman.studio.sessions import Sessions
from hueman.studio.video_tab import add_video_tab
from hueman.studio.view import View

SWEEP = (600, 1800)
"""Every so many seconds, uploads that nothing became of are deleted when they are that old."""
HERE_EVERY = 20.0
"""Seconds between the page's messages that it is still there."""
WAIT = "Getting ready. Only the first visit takes this long: the model looks at its first person."


def build_page(sessions: Sessions) -> gr.Blocks:
    """Lay out the page, whose visitors have these sessions."""
    with gr.Blocks(title="hueman studio", analytics_enabled=False, delete_cache=SWEEP) as page:
        gr.Markdown("# hueman studio\nA person, a movement, two colours.", elem_id="title")
        with gr.Row(elem_id="room"):
            with gr.Column(elem_id="view", min_width=280):
                view = View.add()
            with gr.Column(elem_id="controls", min_width=280), gr.Tabs():
                with gr.Tab("Video"):
                    outfit, video = add_video_tab(sessions, view)
                with gr.Tab("In between"):
                    add_between_tab(sessions, view, outfit)
                with gr.Tab("Colourways"):
                    add_colorways_tab(sessions, view)
                with gr.Tab("Own model"):
                    add_own_model_tab(sessions, view, outfit)
        page.load(lambda: WAIT, None, view.said, **INSTANT).then(
            video.begin, outfit.inputs, view.parts, show_progress_on=view.picture, **LOOKING
        )
        _notice_who_is_here(page, sessions)
    return page


def _notice_who_is_here(page: gr.Blocks, sessions: Sessions) -> None:
    timer = gr.Timer(HERE_EVERY)

    def here(request: gr.Request) -> Any:
        try:
            sessions.of(key_of(request))
        except HuemanError:
            return gr.Timer(active=False)
        return gr.skip()

    def gone(request: gr.Request) -> None:
        sessions.leave(key_of(request))

    timer.tick(here, None, timer, **INSTANT)
    page.unload(gone)
