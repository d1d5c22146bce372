"""The third tab: a garment in every colour of a palette."""

from pathlib import Path
from typing import Any

import gradio as gr

from hueman.studio.events import key_of, long_work, teller
from hueman.studio.plain import in_plain_words
from hueman.studio.sessions import Sessions
from hueman.studio.view import View

REGIONS = [("Upper", "upper"), ("Lower", "lower"), ("Both", "both")]
PALETTE_SUFFIXES = [".csv", ".gpl", ".ase"]


class ColorwaysCallbacks:
    """What the tab does."""

    def __init__(self, sessions: Sessions, view: View):
        self._sessions = sessions
        self._view = view

    @in_plain_words
    def read_palette(self, upload, request: gr.Request) -> str:
        """Take the colours of a file."""
        session = self._sessions.of(key_of(request))
        session.take_upload(Path(upload), session.palette.read_file)
        return session.palette.text

    def sheet(self, colors: str, region, request: gr.Request, progress=gr.Progress()) -> list[Any]:
        """Make a video of each colour, and show a sheet of them."""
        with self._sessions.turn(key_of(request)) as session:
            palette = session.palette.read(colors)
            made = session.colorways(palette, region, teller(progress))
        return self._view.with_picture(made.sheet, made.lines, made.archive)


def add_colorways_tab(sessions: Sessions, view: View) -> None:
    """Put the tab on the page that is being built."""
    do = ColorwaysCallbacks(sessions, view)
    region = gr.Radio(REGIONS, value="upper", label="Garment")
    colors = gr.Textbox(
        "teal, crimson, #d9822b",
        label="Colours, with commas between them",
        max_lines=4,
        elem_id="colors",
    )
    palette = gr.UploadButton(
        "Or a palette (.csv, .gpl, .ase)",
        file_types=PALETTE_SUFFIXES,
        size="sm",
        elem_classes="quiet",
        elem_id="palette-upload",
    )
    with gr.Row():
        make = gr.Button("Make the sheet", variant="primary", elem_id="make-sheet")
        stop = gr.Button("Stop", visible=False)
    palette.upload(do.read_palette, palette, colors)
    long_work(make, stop, view, sessions, do.sheet, [colors, region])
