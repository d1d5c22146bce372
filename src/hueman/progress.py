"""Progress bars with the time left, the same everywhere."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

T = TypeVar("T")

Listener = Callable[[str, int, int], None]
"""Is told what is done, how many units of it are finished, and of how many."""

# Work is many calls away from whoever wants to show its progress, in another thread for each.
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell a listener of all progress inside this block, instead of showing bars.

    What it raises stops the work.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


class ProgressBar:
    """One line of progress: call `advance` for each finished unit of work."""

    def __init__(self, progress: Progress, task: TaskID):
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move on by `steps` and show `note` (a loss, a clip's name) at the end of the line."""
        self._progress.update(self._task, advance=steps, note=note)

    def print(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, highlight=False, markup=False)


class _ToldBar(ProgressBar):
    """Progress that a listener is told of; lines to be printed are for terminals only."""

    def __init__(self, listener: Listener, description: str, total: int, completed: int):
        self._tell = listener
        self._description, self._total, self._completed = description, total, completed
        self.advance(0)

    def advance(self, steps: int = 1, note: str = "") -> None:
        self._completed += steps
        self._tell(self._description, self._completed, self._total)

    def print(self, line: str) -> None:
        pass


@contextmanager
def progress_bar(description: str, total: int, completed: int = 0) -> Iterator[ProgressBar]:
    """Show a bar on standard error with the share done, the time passed and the time left.

    Inside of `told_to`, nothing is shown.
    """
    listener = _listener.get()
    if listener is not None:
        yield _ToldBar(listener, description, total, completed)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=2) as progress:
        yield ProgressBar(
            progress, progress.add_task(description, total=total, completed=completed, note="")
        )


def track(items: Iterable[T], description: str, total: int) -> Iterator[T]:
    """Yield each item while a bar advances."""
    with progress_bar(description, total) as bar:
        for item in items:
            yield item
            bar.advance()
