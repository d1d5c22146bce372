"""Reading of the log of a stage, log.jsonl: a line for each update."""

import math
from pathlib import Path
from typing import Any

from hueman.errors import HuemanError
from hueman.files import parse_json, read_text

MAX_BYTES = 1_000_000_000


def read_log(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the lines of a log with the numbers they hold, "step" among them.

    A line that is no such row is left out: a killed run may have been writing it.

    Raises:
        HuemanError: the log cannot be read.
    """
    try:
        lines = read_text(path, MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise HuemanError(f"{path} cannot be read: {error}; delete it to go on.") from error
    return [(line, row) for line in lines if (row := _row(line)) is not None]


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = parse_json(line)
        numbers = {name: float(value) for name, value in row.items()}
        return row if math.isfinite(numbers["step"]) else None
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
