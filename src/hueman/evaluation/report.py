"""An HTML page of text, tables, pictures and videos, without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from jinja2 import Environment

from hueman.files import atomic_file


@dataclass(frozen=True)
class Figure:
    """A picture or video beside the report."""

    file: str
    """Path relative to the report."""
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of a report; what is empty is left out."""

    title: str
    paragraphs: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()
    """Rows of cells; the first row is the head."""
    videos: Sequence[Figure] = field(default_factory=tuple)
    pictures: Sequence[Figure] = field(default_factory=tuple)


def write_report(path: Path, title: str, summary: str, sections: Sequence[Section]) -> None:
    """Write the page atomically; all text is escaped."""
    source = resources.files("hueman.evaluation") / "report.html.j2"
    template = Environment(autoescape=True).from_string(source.read_text("utf-8"))
    page = template.render(title=title, summary=summary, sections=sections)
    with atomic_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
