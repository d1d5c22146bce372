"""What a page sends to the server, besides files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hueman.errors import HuemanError


@dataclass(frozen=True)
class Message:
    """The parts of a message that are checked before gradio sees it."""

    page: str
    """The hash by which gradio knows the page."""
    event: int | None
    """The number of what has happened on the page."""
    paths: tuple[str, ...]
    """Everything that gradio may take for the path of a file."""


def read_message(body: bytes) -> Message:
    """Read a message.

    Raises:
        HuemanError: it is none.
    """
    try:
        content = json.loads(body)
        page = content["session_hash"]
        event = content.get("fn_index")
        paths = tuple(_paths(content))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise HuemanError("That is no event.") from None
    if not isinstance(page, str):
        raise HuemanError("That is no event.")
    return Message(page, event if type(event) is int else None, paths)


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "path" in value:
            yield str(value["path"])
        for each in value.values():
            yield from _paths(each)
    elif isinstance(value, list):
        for each in value:
            yield from _paths(each)
