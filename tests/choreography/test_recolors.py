import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from hueman.choreography.cast import CAST
from hueman.choreography.patterns import Pattern
from hueman.choreography.recolors import (
    LIGHTNESS,
    MAX_CHROMA,
    MIN_DIFFERENCE,
    base_lab,
    other_patterns,
)
from hueman.color.lab import in_gamut

PATTERNS = [p for spec in CAST.values() for p in (spec.upper_pattern, spec.lower_pattern)]


def drawn(pattern, count=12, seed=0):
    return other_patterns(pattern, count, np.random.default_rng(seed))


def labs(patterns):
    return np.array([base_lab(pattern) for pattern in patterns])


@pytest.mark.parametrize("base", [(220, 160, 40), (0, 0, 0), (255, 255, 255), (12, 200, 90)])
def test_base_lab_agrees_with_skimage(base):
    expected = rgb2lab(np.array([[base]], np.uint8))[0, 0]
    np.testing.assert_allclose(base_lab(Pattern("plain", base)), expected, atol=0.1)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: f"{pattern.kind}-{pattern.base}")
def test_other_colours_differ_clearly_where_they_can(pattern):
    own, others = base_lab(pattern), drawn(pattern)
    difference = np.linalg.norm(labs(others) - own, axis=1)
    # Those of free lightness can always differ; those that keep a very dark or light one may not.
    assert difference[1::2].min() >= MIN_DIFFERENCE
    if 25 < own[0] < 80:
        assert difference.min() >= MIN_DIFFERENCE
    assert difference.min() > 8


@pytest.mark.parametrize("pattern", PATTERNS[::3], ids=lambda p: f"{p.kind}-{p.base}")
def test_every_second_colour_keeps_the_lightness(pattern):
    own, others = base_lab(pattern), labs(drawn(pattern))
    # 8 bits round a little.
    np.testing.assert_allclose(others[::2, 0], own[0], atol=1.0)
    free = others[1::2, 0]
    assert np.ptp(free) > 20
    assert (free > LIGHTNESS[0] - 1).all()
    assert (free < LIGHTNESS[1] + 1).all()


def test_colours_are_those_that_a_screen_can_show():
    for pattern in PATTERNS[:6]:
        others = labs(drawn(pattern))
        assert np.hypot(others[:, 1], others[:, 2]).max() <= MAX_CHROMA + 1.5
        assert in_gamut(torch.from_numpy(others)).float().mean() > 0.9


def test_only_the_base_colour_changes():
    plaid = CAST["plaid"].upper_pattern
    for other in drawn(plaid):
        assert other == plaid.recolored(other.base)
        assert all(isinstance(value, int) and 0 <= value <= 255 for value in other.base)


def test_a_black_garment_gets_the_most_different_colour_of_its_lightness():
    black = Pattern("plain", (4, 4, 5))
    first, second = labs(drawn(black, 2)) - base_lab(black)
    assert np.linalg.norm(second) >= MIN_DIFFERENCE
    assert 0 < np.linalg.norm(first) < MIN_DIFFERENCE


def test_the_same_seed_draws_the_same_colours():
    pattern = CAST["mustard"].upper_pattern
    assert drawn(pattern, 4, seed=3) == drawn(pattern, 4, seed=3)
    assert drawn(pattern, 4, seed=3) != drawn(pattern, 4, seed=4)
    # More of them begin with the same.
    assert drawn(pattern, 6, seed=3)[:4] == drawn(pattern, 4, seed=3)
    assert drawn(pattern, 0) == []
    assert len({other.base for other in drawn(pattern)}) == 12
