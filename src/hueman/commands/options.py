"""What several commands take."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, UseAppendAction, arg

from hueman.generation.settings import DrivingSettings
from hueman.preparation.settings import PerceptionSettings

Out = Annotated[Path, arg(aliases=["-o"])]
Model = Positional[Path | None]
Repeatable = Annotated[tuple[tuple[str, ...], ...], UseAppendAction]
"""Some words after each of several flags: `--set a=1 b=2 --set c=3`; none of them is lost."""
DEFAULT_PERCEPTION = PerceptionSettings()
DEFAULT_MOVEMENT = DrivingSettings()


def all_of(repeated: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return all words of a repeatable flag."""
    return tuple(chain.from_iterable(repeated))
