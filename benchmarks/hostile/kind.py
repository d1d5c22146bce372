"""A kind of files that hueman reads from a user."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .crafting import Crafted

Entry = Callable[[Path, Path], None]
"""Reads the file (first) as the program does; what it writes goes into a folder (second)."""


@dataclass(frozen=True)
class Kind:
    """Files of one kind."""

    name: str
    files: tuple[str, ...]
    """Good ones, in the materials."""
    entries: dict[str, Entry]
    """What reads them, by name; the first ones are fast."""
    text: bool = False
    """Mutated as text too."""
    share: int = 1
    """Of the random cases."""
    around: tuple[str, ...] = ()
    """Files of the materials that lie beside, by their paths; the spoiled one lies among them."""
    renamed: bool = True
    """Whether the file may have another name."""
    crafted: dict[str, Crafted] = field(default_factory=dict)
    """Made by hand, by name."""
