"""What only this room needs, and what to do when it is not there."""

from importlib.util import find_spec

from hueman.errors import HuemanError


def require_numba() -> None:
    """Check that numba, which compiles the renderer, is installed.

    Raises:
        HuemanError: it is not.
    """
    if find_spec("numba") is None:
        raise HuemanError(
            "Rendering needs numba, which is not installed; run pip install 'hueman[render]'."
        )
