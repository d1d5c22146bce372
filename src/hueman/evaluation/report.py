"""An HTML page of text, tables, pictures and videos: one file that reads anywhere, no scripts."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from jinja2 import Environment

from hueman.errors import HuemanError
from hueman.files import atomic_file

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""What a page can show, by suffix."""

NUMBER = re.compile(r"[-+\u2212]?\d+(\.\d+)?(e[-+]?\d+)?")
"""At the beginning of a cell, without separators; what follows may be an error or a unit."""

Best = Literal["", "highest", "lowest"]


@dataclass(frozen=True)
class Figure:
    """A picture or a video."""

    file: str
    """Path relative to the report; a suffix of `MEDIA_TYPES`."""
    caption: str
    alternative: str = ""
    """What is to be seen, in words, for who cannot see it; empty: the caption says it."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; the first cell of each row names it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """Each as long as the head."""
    caption: str = ""
    best: Sequence[Best] = ()
    """For each column which of its numbers is highlighted; its head gets an arrow that says so.
    Empty: none in any column. Numbers are compared as they are shown, so those that look alike are
    highlighted alike."""

    def __post_init__(self) -> None:
        """Check the lengths.

        Raises:
            ValueError: a row, or `best`, is not as long as the head.
        """
        lengths = {len(row) for row in self.rows} | ({len(self.best)} if self.best else set())
        if lengths - {len(self.head)}:
            raise ValueError(f"a table of {len(self.head)} columns has rows of {sorted(lengths)}")

    @property
    def wanted(self) -> Sequence[Best]:
        """`best`, given or not: one for each column."""
        return self.best or ("",) * len(self.head)

    def marks(self) -> list[list[bool]]:
        """Return for each cell of each row whether it is highlighted."""
        marked = [
            _marked([row[index] for row in self.rows], best)
            for index, best in enumerate(self.wanted)
        ]
        return [list(row) for row in zip(*marked, strict=True)]


@dataclass(frozen=True)
class Section:
    """A part of a report, shown in this order; what is empty is left out."""

    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    videos: Sequence[Figure] = ()
    pictures: Sequence[Figure] = ()


def write_report(
    path: Path, title: str, summary: str, sections: Sequence[Section], embed: bool = True
) -> None:
    """Write the page atomically; all text is escaped.

    Args:
        path: the HTML file.
        title: of the page.
        summary: the paragraph below the title.
        sections: in their order; the page begins with a table of them.
        embed: put pictures and videos into the page, which then needs no other file. Otherwise
            the page refers to them, and they must stay beside it.

    Raises:
        HuemanError: a picture or video to embed is missing, or the page cannot be written.
        ValueError: a file's suffix is not one of `MEDIA_TYPES`.
    """
    source = resources.files("hueman.evaluation") / "report.html.j2"
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(source.read_text("utf-8"))

    def address(figure: Figure) -> str:
        return _embedded(path.parent / figure.file) if embed else quote(figure.file)

    page = template.render(title=title, summary=summary, sections=sections, address=address)
    with atomic_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _embedded(file: Path) -> str:
    """Return a file as a data: URI."""
    kind = MEDIA_TYPES.get(file.suffix.lower())
    if kind is None:
        raise ValueError(f"a page cannot show {file.name}; it shows {', '.join(MEDIA_TYPES)}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise HuemanError(f"{file} cannot be put into the report: {error.strerror}.") from error
    return f"data:{kind};base64,{b64encode(data).decode()}"


def _marked(column: Sequence[str], best: Best) -> list[bool]:
    """Return for each cell of a column whether it holds the best number."""
    numbers = [_number(cell) for cell in column]
    found = [number for number in numbers if number is not None]
    if not best or not found:
        return [False] * len(column)
    winner = max(found) if best == "highest" else min(found)
    return [number == winner for number in numbers]


def _number(cell: str) -> float | None:
    found = NUMBER.match(cell)
    return float(found[0].replace("\u2212", "-")) if found else None
