"""Actions that come with hueman: the sixteen of `hueman.choreography`, as poses.

They were performed once by `benchmarks/builtin_actions.py`, so neither the renderer nor what it
needs has to be installed.
"""

from pathlib import Path

import numpy as np

from hueman.errors import HuemanError

FILE = Path(__file__).with_name("actions.npz")
ACTION_FPS = 25.0
STEPS = 64
"""The file has whole numbers, so many to a pixel."""


def builtin_actions() -> tuple[str, ...]:
    """Return the names of the actions."""
    with np.load(FILE) as arrays:
        return tuple(arrays.files)


def read_action(name: str) -> np.ndarray:
    """Return the poses of an action.

    Args:
        name: one of `builtin_actions`.

    Returns:
        float32 (50, 18, 3), in pixels of a frame 384 high and 256 wide, two seconds at ACTION_FPS;
        all joints are known.

    Raises:
        HuemanError: there is no such action.
    """
    with np.load(FILE) as arrays:
        if name not in arrays.files:
            raise HuemanError(
                f"There is no file, folder or action {name!r} to drive with; the actions are "
                f"{', '.join(arrays.files)}."
            )
        places = arrays[name].astype(np.float32) / STEPS
    return np.concatenate([places, np.ones_like(places[..., :1])], axis=2)
