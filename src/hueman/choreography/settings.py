"""What can be chosen when clips are rendered."""

from dataclasses import dataclass
from typing import Literal

from hueman.errors import HuemanError
from hueman.preparation.settings import check_choices, check_frame_size

Background = Literal["studio", "white", "dark", "brick", "room", "park"]
EdgeSource = Literal["scene", "hed"]

MAX_NOISE = 20.0
MAX_VARIATION = 0.5


@dataclass(frozen=True)
class RenderSettings:
    """Options of `render`; clips rendered with others are rendered again."""

    height: int = 384
    """Pixels, a multiple of 32."""
    width: int = 256
    """Pixels, a multiple of 32."""
    frames: int = 100
    """Frames of each clip."""
    fps: float = 25.0
    """Frames a second."""
    recolors: int = 0
    """Other garment colours in which the same frames are rendered too, as ground truth for
    recolouring."""
    seed: int = 0
    """Of everything that is drawn at random; the same seed gives the same clips."""
    background: Background = "studio"
    """What is behind the actors."""
    noise: float = 0.0
    """Standard deviation of the sensor's noise, in levels of 8 bits."""
    variation: float = 0.0
    """How much the speed and the amplitude of an action differ between actors, as a share."""
    edges: EdgeSource = "scene"
    """`scene` finds edges in the noiseless picture, without any network; `hed` is the edge
    detector of `hueman prepare`."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        check_frame_size(self.height, self.width)
        if self.frames < 2:
            raise HuemanError(f"frames is {self.frames}; choose at least 2.")
        if not 1 <= self.fps <= 240:
            raise HuemanError(f"fps is {self.fps}; choose 1 to 240.")
        for name in ("recolors", "seed"):
            if getattr(self, name) < 0:
                raise HuemanError(f"{name} is {getattr(self, name)}; choose 0 or more.")
        for name, limit in (("noise", MAX_NOISE), ("variation", MAX_VARIATION)):
            if not 0 <= getattr(self, name) <= limit:
                raise HuemanError(f"{name} is {getattr(self, name)}; choose 0 to {limit:g}.")
        check_choices(self)
