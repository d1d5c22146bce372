"""Progress of a stage: a bar in the first process, nothing in the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from lightning_fabric import Fabric

from hueman.progress import progress_bar
from hueman.training.loop import Reporter


class _Silent:
    def advance(self, steps: int = 1, note: str = "") -> None:
        pass


@contextmanager
def stage_reporter(title: str, total: int, fabric: Fabric) -> Iterator[Reporter]:
    """Show a bar of `total` updates, if this is the first process."""
    if fabric.is_global_zero:
        with progress_bar(title, total) as bar:
            yield bar
    else:
        yield _Silent()
