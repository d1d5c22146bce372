"""What only this room needs, and what to do when it is not there."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hueman.errors import HuemanError


def load(package: str) -> Any:
    """Import a package of this room.

    Raises:
        HuemanError: it is not installed.
    """
    if find_spec(package) is None:
        raise HuemanError(
            f"Shards need {package}, which is not installed; run pip install 'hueman[cluster]'."
        )
    return import_module(package)
