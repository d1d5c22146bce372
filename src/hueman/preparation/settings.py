"""What can be chosen when clips are prepared."""

import os
from dataclasses import dataclass
from typing import Literal, get_args, get_type_hints

from hueman.errors import HuemanError


@dataclass(frozen=True)
class PrepareSettings:
    """Options of `prepare`; clips prepared with others are prepared again."""

    height: int = 384
    """Pixels, a multiple of 32."""
    width: int = 256
    """Pixels, a multiple of 32."""
    crop: Literal["centre", "person"] = "centre"
    """What to keep of the frames: their middle (as the paper does), or, for a whole clip the same,
    the surroundings of the person in it."""
    fps: float | None = None
    """Frames a second to resample to; None keeps each clip's own rate."""
    max_frames: int = 3000
    """Longer clips are refused."""
    pose: Literal["blazepose"] = "blazepose"
    """Finds poses and person masks."""
    smoothing: bool = True
    """Smooth poses over time."""
    edges: Literal["hed"] = "hed"
    """Finds edges."""
    edge_detail: Literal["fine", "fused"] = "fine"
    """`fine` keeps the texture of cloth, `fused` only the outlines of objects."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        for name in ("height", "width"):
            size = getattr(self, name)
            if size < 32 or size % 32:
                raise HuemanError(f"{name} is {size}; choose a multiple of 32, such as 256 or 384.")
        if self.fps is not None and not 1 <= self.fps <= 240:
            raise HuemanError(f"fps is {self.fps}; choose 1 to 240, or leave it out.")
        if self.max_frames < 2:
            raise HuemanError(f"max_frames is {self.max_frames}; choose at least 2.")
        hints = get_type_hints(type(self))
        for name in ("crop", "pose", "edges", "edge_detail"):
            choices = get_args(hints[name])
            if getattr(self, name) not in choices:
                raise HuemanError(
                    f"{name} is {getattr(self, name)!r}; choose one of {', '.join(choices)}."
                )


def available_cpus() -> int:
    """Return the number of CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
