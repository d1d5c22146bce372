"""What only this room needs, and what to do when it is not there."""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hueman.errors import HuemanError

_REPORTING = "openvino_telemetry"
"""Comes with OpenVINO and tells its makers that it is used, without asking; OpenVINO and NNCF do
without it where it cannot be imported."""


def require(*packages: str) -> None:
    """Check that packages are installed.

    Raises:
        HuemanError: one is not.
    """
    for package in packages:
        if not installed(package):
            raise HuemanError(
                f"Exported graphs need {package}, which is not installed; run "
                "pip install 'hueman[export]'."
            )


def installed(package: str) -> bool:
    """Say whether a package is installed."""
    return find_spec(package) is not None


def load(package: str) -> Any:
    """Import a package of this room; nothing that it does is reported to anybody.

    Raises:
        HuemanError: it is not installed.
    """
    require(package)
    sys.modules.setdefault(_REPORTING, None)  # type: ignore[arg-type]  # cannot be imported now
    return import_module(package)
