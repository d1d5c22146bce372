"""Progress bars with the time left, the same everywhere."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


@contextmanager
def progress_bar(description: str, total: int, completed: int = 0) -> Iterator[ProgressBar]:
    """Show a bar on standard error with the share done, the time passed and the time left."""
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
