"""The fourth tab: a model of one's own, trained while the page goes on."""

from pathlib import Path
from typing import Any

import gradio as gr

from hueman.clips.video import VIDEO_SUFFIXES
from hueman.errors import HuemanError
from hueman.studio.events import INSTANT, LOOKING, key_of
from hueman.studio.garments import OutfitChoice, outfit_of
from hueman.studio.plain import in_plain_words, without_folders
from hueman.studio.sessions import Sessions
from hueman.studio.training import News
from hueman.studio.view import View, listed, literal

EVERY = 2.0
"""Seconds between looks at the training."""
BAR = 20
"""Letters of the progress bar."""


class OwnModelCallbacks:
    """What the tab does."""

    def __init__(self, sessions: Sessions, view: View):
        self._sessions = sessions
        self._view = view

    @in_plain_words
    def clips(self, uploads, request: gr.Request) -> str:
        """Take the clips to learn from."""
        session = self._sessions.of(key_of(request))
        return listed(session.own.take_clips([Path(each) for each in uploads]))

    @in_plain_words
    def start(self, minutes: float, request: gr.Request) -> list[Any]:
        """Begin to train."""
        self._sessions.train(key_of(request), minutes)
        return _state(News("Starting ..."), running=True)

    @in_plain_words
    def cancel(self, request: gr.Request) -> list[Any]:
        """End the training."""
        self._sessions.of(key_of(request)).own.end_training()
        return _state(News("Cancelled."), running=False)

    def look(self, request: gr.Request) -> list[Any]:
        """Tell how far the training is."""
        try:
            training = self._sessions.of(key_of(request)).own.training
        except HuemanError as ended:
            return _state(News(str(ended)), running=False)
        if training is None:
            return _state(None, running=False)
        return _state(training.news(), training.running)

    @in_plain_words
    def adopt(self, upper, upper_other, lower, lower_other, request: gr.Request) -> Any:
        """Use the model when it is finished."""
        session = self._sessions.of(key_of(request))
        if not session.adopt():
            return gr.skip()
        outfit = outfit_of(upper, upper_other, lower, lower_other)
        return self._view.with_picture(session.preview(outfit), ["This is you, by your own model."])


def add_own_model_tab(sessions: Sessions, view: View, outfit: OutfitChoice) -> None:
    """Put the tab on the page that is being built.

    Args:
        sessions: of all visitors.
        view: where the person is shown in the end.
        outfit: what they wear then.
    """
    do = OwnModelCallbacks(sessions, view)
    limits = sessions.limits
    gr.Markdown(
        "A model that has learned one person shows them better. Choose one to "
        f"{limits.max_clips} clips of yourself, whole and well lit, each at most "
        f"{limits.max_seconds:g} seconds. Keep this page open meanwhile."
    )
    upload = gr.UploadButton(
        "Choose clips of yourself",
        file_count="multiple",
        file_types=list(VIDEO_SUFFIXES),
        size="sm",
        elem_classes="quiet",
        elem_id="clips-upload",
    )
    clips = gr.Markdown()
    minutes = gr.Slider(1, limits.max_minutes, min(10, limits.max_minutes), step=1, label="Minutes")
    with gr.Row():
        start = gr.Button("Train my model", variant="primary", elem_id="train")
        cancel = gr.Button("Cancel", visible=False, elem_id="cancel")
    news = gr.Markdown(elem_id="news")
    sample = gr.Image(
        label="As it learns: above from your clip, below made",
        interactive=False,
        visible=False,
        buttons=[],
    )
    timer = gr.Timer(EVERY, active=False)
    parts = [news, sample, start, cancel, timer]
    upload.upload(do.clips, upload, clips, **LOOKING)
    start.click(do.start, minutes, parts, **INSTANT)
    cancel.click(do.cancel, None, parts, **INSTANT)
    looked = timer.tick(do.look, None, parts, trigger_mode="once", **INSTANT)
    looked.then(do.adopt, outfit.inputs, view.parts, show_progress="hidden", **LOOKING)


def _state(news: News | None, running: bool) -> list[Any]:
    """Return values for the tab's parts; without news, what was told last stays."""
    told: list[Any] = [gr.skip(), gr.skip()]
    if news is not None:
        filled = round(BAR * news.share)
        bar = f"`{'█' * filled}{'░' * (BAR - filled)}` " if running else ""
        picture = str(news.sample) if news.sample else None
        told = [
            f"{bar}{literal(without_folders(news.text))}",
            gr.Image(picture, visible=picture is not None),
        ]
    return [
        *told,
        gr.Button(interactive=not running),
        gr.Button(visible=running),
        gr.Timer(active=running),
    ]
