"""What can be chosen of a driving movement, and of how it is computed."""

from dataclasses import dataclass
from typing import Literal

from hueman.errors import HuemanError

Precision = Literal["auto", "fp32", "bf16"]
"""See `hueman.generation.precision`."""

SPEEDS = (0.1, 10.0)
TIMES = (1, 100)
SECONDS = (0.5, 30.0)


@dataclass(frozen=True)
class DrivingSettings:
    """How the driving movement is taken and timed."""

    speed: float = 1.0
    """How fast it is done, 0.1 to 10; 2 is twice as fast."""
    loop: int = 1
    """How many times it is done, 1 to 100, one after the other without a jump."""
    seconds: float = 5.0
    """How long a camera is watched, 0.5 to 30."""
    smooth: bool = False
    """Smooth poses from OpenPose's JSON and .npz over time; those seen in videos always are."""

    def __post_init__(self) -> None:
        """Refuse what cannot work, by HuemanError."""
        check_within("speed", self.speed, SPEEDS)
        check_within("loop", self.loop, TIMES)
        check_within("seconds", self.seconds, SECONDS)


def check_within(name: str, value: float, limits: tuple[float, float]) -> None:
    """Refuse, by HuemanError, a value below or above its limits, or NaN."""
    lowest, highest = limits
    if not lowest <= value <= highest:
        raise HuemanError(f"{name} is {value:g}; choose {lowest:g} to {highest:g}.")
