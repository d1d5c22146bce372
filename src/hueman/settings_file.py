"""Settings as YAML: plain values, without what makes a small text large or runs anything."""

from typing import Any

import yaml

from hueman.errors import HuemanError

MAX_BYTES = 200_000
"""The largest preset has a fiftieth of it."""


class _PlainLoader(yaml.SafeLoader):
    """Reads no aliases: ten lines of them stand for billions of values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.YAMLError(f"line {event.start_mark.line + 1} has the alias *{event.anchor}")
        return super().compose_node(parent, index)


def parse_settings(text: str, source: str) -> Any:
    """Parse YAML into plain values.

    Args:
        text: of the settings.
        source: where they come from, for messages.

    Raises:
        HuemanError: it is no YAML, has aliases, or is too long or nested too deeply.
    """
    if len(text) > MAX_BYTES:
        raise HuemanError(
            f"{source} has {len(text)} characters, more than {MAX_BYTES}; "
            "it is no file of settings."
        )
    try:
        return yaml.load(text, _PlainLoader)  # a safe loader with less
    except RecursionError as error:
        raise HuemanError(f"{source} is nested too deeply for settings.") from error
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise HuemanError(f"{source} is not valid YAML: {error}") from error
