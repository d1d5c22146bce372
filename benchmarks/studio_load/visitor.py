"""One visitor of a crowded studio, who notes what happens."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from benchmarks.studio_load.page import Outcome, Page, ServerError, path_in
from benchmarks.studio_load.wish import Wish
from hueman.clips.video import Video

PAUSE = 5.0
"""Seconds until somebody who was refused tries again."""
LOOK = 2.0
"""Seconds that people look at a video before they want another."""


@dataclass
class Notes:
    """What has happened to one visitor."""

    previews: list[float] = field(default_factory=list)
    """Seconds until each."""
    videos: list[float] = field(default_factory=list)
    """Seconds until each."""
    waits: list[float] = field(default_factory=list)
    """Seconds that each finished video was waited for in the queue."""
    positions: list[int] = field(default_factory=list)
    """All that were told."""
    waits_at_end: bool = False
    """Whether a video was asked for and not there yet when the time was over."""
    refusals: list[str] = field(default_factory=list)
    """What was said."""
    errors: list[str] = field(default_factory=list)
    """What should never happen."""
    crossed: int = 0
    """Results that were somebody else's."""
    folders: set[str] = field(default_factory=set)
    """In which the results were."""


class Visitor:
    """Chooses a person, a movement and colours; wants videos until the end.

    Args:
        url: of the studio.
        wish: what they choose.
        until: `time.monotonic` of the end.
    """

    def __init__(self, url: str, wish: Wish, until: float):
        self.notes = Notes()
        self._page = Page(url)
        self._wish = wish
        self._until = until

    async def stay(self) -> None:
        """Be there until the end, whatever happens."""
        try:
            await asyncio.wait_for(self._do_all(), max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            pass
        except (ServerError, httpx.HTTPError, ValueError, KeyError) as error:
            self.notes.errors.append(f"{type(error).__name__}: {error}")
        finally:
            await self._page.close()

    async def _do_all(self) -> None:
        await self._page.open()
        if not await self._preview("open", self._wish.outfit):
            return
        await self._preview("example", self._wish.outfit, self._wish.person)
        await self._preview("action", [self._wish.movement, *self._wish.outfit])
        while True:
            place = await self._page.event("queue", [])
            if place.values is None:
                self._note_refusal(place)
                await asyncio.sleep(PAUSE)
            else:
                await self._video()
                await asyncio.sleep(LOOK)

    async def _preview(self, name: str, data: list, selected: int | None = None) -> bool:
        shown = await self._page.event(name, data, selected)
        if shown.values is None:
            self._note_refusal(shown)
            return False
        self.notes.previews.append(shown.took)
        self._note_folder(path_in(shown.values))
        return True

    async def _video(self) -> None:
        self.notes.waits_at_end = True
        made = await self._page.event("video", self._wish.outfit, told=self.notes.positions.append)
        self.notes.waits_at_end = False
        path = path_in(made.values)
        if path is None:
            self.notes.errors.append(f"no video: {made.error}")
            return
        self.notes.videos.append(made.took)
        self.notes.waits.append(made.waited)
        self._note_folder(path)
        content = await self._page.file(path)
        if not self._wish.is_in(await asyncio.to_thread(_frames, content)):
            self.notes.crossed += 1

    def _note_refusal(self, outcome: Outcome) -> None:
        if outcome.error:
            self.notes.refusals.append(outcome.error)
        else:
            self.notes.errors.append("an event failed without a word")

    def _note_folder(self, path: str | None) -> None:
        if path is not None:
            self.notes.folders.add(str(Path(path).parent))


def _frames(content: bytes) -> np.ndarray:
    """Read a video, uint8 (T, H, W, 3), RGB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "video.mp4")
        file.write_bytes(content)
        return np.stack(list(Video(file)))
