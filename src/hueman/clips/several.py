"""Several videos of the same length, written at once."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore

import numpy as np

from hueman.clips.encoding import write_video

AHEAD = 4
"""Frames that may wait for each video's encoder."""


def write_videos(paths: Sequence[Path], frames: Iterable[Sequence[np.ndarray]], fps: float) -> None:
    """Write videos, each by a thread of its own, so that encoders use all cores.

    Args:
        paths: at least one; see `write_video`.
        frames: for each moment the frames of all videos, as `write_video` takes them; taken one
            moment at a time.
        fps: frames a second.

    Raises:
        HuemanError: a file cannot be written.
        ValueError: no frames, or not one for each path.
    """
    feeds = [_Feed() for _ in paths]
    with ThreadPoolExecutor(len(paths)) as pool:
        writing = [
            pool.submit(_write, path, feed, fps) for path, feed in zip(paths, feeds, strict=True)
        ]
        try:
            for moment in frames:
                for feed, frame in zip(feeds, moment, strict=True):
                    feed.put(frame)
        except BaseException as error:
            for feed in feeds:
                feed.end(error)
            raise
        for feed in feeds:
            feed.end()
        for each in writing:
            each.result()


class _Feed:
    """Frames on their way to an encoder; whoever puts them waits while AHEAD are there."""

    def __init__(self) -> None:
        self._frames: SimpleQueue[np.ndarray | BaseException | None] = SimpleQueue()
        self._room = Semaphore(AHEAD)

    def put(self, frame: np.ndarray) -> None:
        self._room.acquire()
        self._frames.put(frame)

    def end(self, error: BaseException | None = None) -> None:
        """Say that no frame follows; after an error the encoder gets it and leaves no file."""
        self._frames.put(error)

    def __iter__(self) -> Iterator[np.ndarray]:
        while isinstance(frame := self._frames.get(), np.ndarray):
            self._room.release()
            yield frame
        if frame is not None:
            raise frame


def _write(path: Path, feed: _Feed, fps: float) -> None:
    frames = iter(feed)
    try:
        write_video(path, frames, fps)
    finally:
        for _ in frames:  # an encoder that fails must not keep the others waiting
            pass
