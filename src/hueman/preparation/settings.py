"""What can be chosen when clips are prepared."""

import os
from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

from hueman.errors import HuemanError


@dataclass(frozen=True)
class PerceptionSettings:
    """How people are seen."""

    pose: Literal["blazepose", "openpose", "openpose-mobilenet"] = "blazepose"
    """Finds poses and person masks. The paper's is `openpose`, with weights for non-commercial
    research only; `openpose-mobilenet` is a small network of its kind. Both find joints only, and
    take masks from `blazepose`."""
    edges: Literal["hed", "rcf", "rcf-multiscale"] = "hed"
    """Finds edges. The paper's are those of `rcf` with the detail `fused`; `rcf-multiscale` is its
    authors' test at three sizes, at three and a half times the work."""
    edge_detail: Literal["fine", "fused"] = "fine"
    """`fine` keeps the texture of cloth, `fused` (as published) only the outlines of objects."""
    garments: Literal["body", "multiclass"] = "body"
    """Finds garments. `body` goes by places on the body and by colours, and needs no weights;
    `multiclass` also asks MediaPipe's segmenter what is clothes, skin or hair (16 MB, Apache-2.0),
    and holds 24 bytes for each pixel of a clip meanwhile."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        check_choices(self)


@dataclass(frozen=True)
class PrepareSettings(PerceptionSettings):
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
    smoothing: bool = True
    """Smooth poses over time."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        check_frame_size(self.height, self.width)
        if self.fps is not None and not 1 <= self.fps <= 240:
            raise HuemanError(f"fps is {self.fps}; choose 1 to 240, or leave it out.")
        if self.max_frames < 2:
            raise HuemanError(f"max_frames is {self.max_frames}; choose at least 2.")
        check_choices(self)


def check_frame_size(height: int, width: int) -> None:
    """Refuse, by HuemanError, frames that are not multiples of 32 pixels high and wide."""
    for name, size in (("height", height), ("width", width)):
        if size < 32 or size % 32:
            raise HuemanError(f"{name} is {size}; choose a multiple of 32, such as 256 or 384.")


def check_choices(settings: object) -> None:
    """Refuse, by HuemanError, a field of a dataclass that is none of its `Literal`'s values."""
    for name, hint in get_type_hints(type(settings)).items():
        if get_origin(hint) is Literal and getattr(settings, name) not in get_args(hint):
            raise HuemanError(
                f"{name} is {getattr(settings, name)!r}; choose one of {', '.join(get_args(hint))}."
            )


def available_cpus() -> int:
    """Return the number of CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
