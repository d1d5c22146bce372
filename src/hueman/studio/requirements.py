"""What only this room needs, and what to do when it is not there."""

from importlib.util import find_spec

from hueman.errors import HuemanError


def require_gradio() -> None:
    """Check that gradio, which makes the page, is installed.

    Raises:
        HuemanError: it is not.
    """
    if find_spec("gradio") is None:
        raise HuemanError(
            "The studio needs gradio, which is not installed; run pip install 'hueman[studio]'."
        )
