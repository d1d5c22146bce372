import math

import pytest

from hueman.choreography.settings import RenderSettings
from hueman.errors import HuemanError


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("height", 100),
        ("width", 0),
        ("frames", 1),
        ("fps", 0.0),
        ("fps", math.inf),
        ("recolors", -1),
        ("seed", -1),
        ("background", "beach"),
        ("noise", -0.5),
        ("noise", 21.0),
        ("noise", math.nan),
        ("variation", 0.6),
        ("edges", "canny"),
    ],
)
def test_wrong_options_are_named(option, value):
    with pytest.raises(HuemanError, match=f"{option} is '?{value}"):
        RenderSettings(**{option: value})


def test_the_limits_themselves_are_allowed():
    settings = RenderSettings(frames=2, noise=20.0, variation=0.5, height=32, width=32)
    assert (settings.noise, settings.variation) == (20.0, 0.5)
