"""Where a finished model runs."""

import torch

from hueman.errors import HuemanError


def choose_device(name: str = "auto") -> torch.device:
    """Return the device to run a finished model on.

    Args:
        name: "auto" is a GPU if there is one; "cpu" or "cuda".

    Raises:
        HuemanError: there is no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in ("cpu", "cuda") or (name == "cuda" and not torch.cuda.is_available()):
        raise HuemanError(f"Device '{name}' is not available here; use --device cpu.")
    return torch.device(name)
