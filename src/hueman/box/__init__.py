"""The model in the box: trained on rendered people, and used wherever no other model is named."""

from pathlib import Path

from hueman.errors import HuemanError
from hueman.training.model_file import MODEL_FILE


def boxed_model() -> Path:
    """Return the file of the model that comes with hueman.

    Raises:
        HuemanError: this installation has been left without it.
    """
    file = Path(__file__).parent / MODEL_FILE
    if not file.is_file():
        raise HuemanError(
            "This installation of hueman has no model in the box; install it again, or name a "
            "model of your own."
        )
    return file
