"""Names of actors and actions, as they can stand in paths."""

import re

from hueman.errors import HuemanError


def safe_name(name: str, place: object) -> str:
    """Return `name` as it can stand in a path on any system; HuemanError if nothing is left."""
    safe = re.sub(r"[^\w.-]", "_", name).strip(".")
    if not safe.strip("_"):
        raise HuemanError(
            f"{place} gives no name for its actor and action ({name!r}); put it in a folder named "
            "after the actor and name it after the action, or use a manifest."
        )
    return safe
