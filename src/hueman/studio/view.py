"""The large side of the page: the newest picture or video, what is said of it, a download."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component


@dataclass(frozen=True)
class View:
    """Where all tabs show their results."""

    picture: gr.Image
    video: gr.Video
    said: gr.Markdown
    download: gr.DownloadButton

    @classmethod
    def add(cls) -> "View":
        """Put it on the page that is being built."""
        return cls(
            gr.Image(
                label="Preview",
                show_label=False,
                interactive=False,
                buttons=["fullscreen"],
                elem_id="picture",
                alt_text="The person in the clothes you chose",
            ),
            gr.Video(
                label="Video",
                show_label=False,
                interactive=False,
                autoplay=True,
                loop=True,
                visible=False,
                buttons=[],
                elem_id="video",
            ),
            gr.Markdown(elem_id="said"),
            gr.DownloadButton("Download", visible=False, elem_id="download"),
        )

    @property
    def parts(self) -> list[Component]:
        """Return what the methods below give values for, in their order."""
        return [self.picture, self.video, self.said, self.download]

    def with_picture(
        self, picture: Path, lines: Sequence[str] = (), download: Path | None = None
    ) -> list[Any]:
        """Return values that show a picture."""
        return [
            gr.Image(str(picture), visible=True),
            gr.Video(None, visible=False),
            listed(lines),
            _offer("Download all", download),
        ]

    def with_video(self, video: Path, lines: Sequence[str]) -> list[Any]:
        """Return values that show a video."""
        return [
            gr.Image(visible=False),
            gr.Video(str(video), visible=True),
            listed(lines),
            _offer("Download", video),
        ]

    def at_work(self) -> list[Any]:
        """Return values that leave the picture, on which progress is shown."""
        return [gr.Image(visible=True), gr.Video(visible=False), "", _offer("Download", None)]


def listed(lines: Sequence[str]) -> str:
    """Write lines as Markdown; what may be a visitor's own text means nothing there."""
    return "\n".join(f"- {literal(line)}" for line in lines)


def literal(text: str) -> str:
    """Write a text as Markdown that shows it as it is."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>()#|!$~" else each for each in text)


def _offer(label: str, file: Path | None) -> gr.DownloadButton:
    return gr.DownloadButton(label, value=str(file) if file else None, visible=file is not None)
