import pytest

from hueman.errors import HuemanError
from hueman.preparation.settings import PrepareSettings, available_cpus


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("height", 100),
        ("width", 0),
        ("crop", "center"),
        ("fps", 0.0),
        ("max_frames", 1),
        ("pose", "alphapose"),
        ("edges", "canny"),
        ("edge_detail", "coarse"),
        ("garments", "clothes"),
    ],
)
def test_wrong_options_are_named(option, value):
    with pytest.raises(HuemanError, match=f"{option} is '?{value}"):
        PrepareSettings(**{option: value})


def test_cpus():
    assert available_cpus() >= 1
