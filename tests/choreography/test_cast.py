from itertools import combinations

import numpy as np
import pytest

from hueman.choreography.body import shape_body
from hueman.choreography.cast import CAST
from hueman.choreography.patterns import KINDS
from hueman.color.lab import lab_from_uint8


def test_there_are_thirteen_actors():
    assert list(CAST) == [
        "plaid", "mustard", "stripes", "checker", "skirt", "hoodie", "print", "senior", "runner",
        "pinstripe", "flannel", "dots", "athlete",
    ]  # fmt: skip


def test_every_kind_of_garment_and_pattern_is_worn():
    specs = list(CAST.values())
    uppers, lowers = {spec.upper.kind for spec in specs}, {spec.lower.kind for spec in specs}
    assert uppers == {"tshirt", "long_sleeve", "shirt", "sleeveless", "hoodie"}
    assert lowers == {"trousers", "leggings", "shorts", "skirt"}
    patterns = {
        pattern.kind for spec in specs for pattern in (spec.upper_pattern, spec.lower_pattern)
    }
    assert {"plain", "checkerboard", "plaid", "stripes", "denim", "print"} <= patterns <= set(KINDS)


def test_bodies_skin_and_hair_vary():
    specs = list(CAST.values())
    assert {spec.shape.male for spec in specs} == {0, 1}
    assert len({spec.hair.style for spec in specs}) >= 7
    assert any(spec.beard for spec in specs)
    assert any(spec.shape.old > 0.5 for spec in specs)
    ancestries = np.array([spec.shape.ancestry for spec in specs])
    np.testing.assert_allclose(ancestries.sum(axis=1), 1)
    assert (ancestries.max(axis=0) > 0.9).all()
    skin = np.array([spec.skin for spec in specs], float)
    assert np.ptp(skin.mean(axis=1)) > 80


def test_values_are_in_their_ranges():
    for spec in CAST.values():
        shape = spec.shape
        for value in (shape.male, shape.old, shape.muscle, shape.weight, shape.height):
            assert 0 <= value <= 1
        colors = [spec.skin, spec.hair_color, spec.shoes, spec.sole, spec.eyes]
        colors += [spec.upper_pattern.base, spec.lower_pattern.base, spec.upper_pattern.second]
        assert all(len(color) == 3 and 0 <= min(color) <= max(color) <= 255 for color in colors)
        assert 0.3 < spec.upper_pattern.size < 3, "decimetres"


def test_upper_and_lower_garment_of_an_actor_differ_in_colour():
    for name, spec in CAST.items():
        upper, lower = (
            lab_from_uint8(np.array(pattern.base, np.uint8))
            for pattern in (spec.upper_pattern, spec.lower_pattern)
        )
        assert np.linalg.norm(upper - lower) > 20, name


@pytest.mark.parametrize(("one", "other"), combinations(CAST, 2))
def test_actors_differ_in_body_and_in_clothes(one, other):
    first, second = CAST[one], CAST[other]
    assert first.shape != second.shape
    assert (first.hair, first.hair_color) != (second.hair, second.hair_color)
    bases = np.array(
        [[spec.upper_pattern.base, spec.lower_pattern.base] for spec in (first, second)], np.uint8
    )
    worn = lab_from_uint8(bases)
    assert np.linalg.norm(worn[0] - worn[1], axis=1).max() > 15


def test_actors_differ_in_size(assets):
    bodies = {name: shape_body(assets, spec.shape) for name, spec in CAST.items()}
    heights = {name: body.top - body.ground for name, body in bodies.items()}
    assert 14.5 < min(heights.values()) < max(heights.values()) < 20.5
    assert np.ptp(list(heights.values())) > 2
    assert len({round(height, 2) for height in heights.values()}) == len(CAST)
