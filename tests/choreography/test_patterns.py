import numpy as np
import pytest
from skimage.color import rgb2xyz

from hueman.choreography.patterns import (
    DENIM,
    KINDS,
    PLAIN,
    PRINT,
    Pattern,
    linear_from_srgb,
    second_share,
    srgb_from_linear,
    weave,
)

CELLS = 200


def shares(kind, width=4, height=4, start=-2.0):
    """Share of the second colour at the middles of CELLS x CELLS cells to a repeat."""
    number = KINDS.index(kind)
    across = start + (np.arange(width * CELLS) + 0.5) / CELLS
    up = start + (np.arange(height * CELLS) + 0.5) / CELLS
    return np.array([[second_share(number, u, v, 0.0, 9.0, 1.0) for u in across] for v in up])


@pytest.mark.parametrize(
    ("srgb", "linear"),
    [(0, 0), (0.04045, 0.0031308), (0.5, 0.2140411), (1, 1), (188 / 255, 0.502886)],
)
def test_published_values_of_srgb(srgb, linear):
    assert linear_from_srgb(srgb) == pytest.approx(linear, abs=1e-5)
    assert srgb_from_linear(np.array(linear)) == pytest.approx(srgb, abs=1e-4)


def test_srgb_agrees_with_skimage():
    grey = np.linspace(0, 1, 256)
    luminance = rgb2xyz(np.repeat(grey[:, None], 3, axis=1)[None])[0, :, 1]
    np.testing.assert_allclose(linear_from_srgb(grey), luminance, atol=1e-6)


def test_srgb_round_trip():
    values = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(values)), values, atol=1e-6)
    assert (np.diff(linear_from_srgb(values)) > 0).all()
    np.testing.assert_allclose(srgb_from_linear(np.array([-0.5, 1.5])), [0, 1], atol=1e-9)


def test_checkerboard_alternates_and_repeats():
    board = shares("checkerboard", 2, 2)
    half = CELLS // 2
    for row in range(4):
        for column in range(4):
            square = board[row * half : (row + 1) * half, column * half : (column + 1) * half]
            assert (square == (row + column) % 2).all()


@pytest.mark.parametrize(
    ("kind", "repeat"), [("stripes", 1), ("vertical_stripes", 1), ("plaid", 1), ("dots", 2)]
)
def test_patterns_repeat_also_across_zero(kind, repeat):
    pattern = shares(kind)
    step = repeat * CELLS
    np.testing.assert_array_equal(pattern[step:], pattern[:-step])
    np.testing.assert_array_equal(pattern[:, CELLS:], pattern[:, :-CELLS])
    assert 0 <= pattern.min() < pattern.max() <= 1


def test_stripes_run_across_and_share_the_cloth_equally():
    stripes = shares("stripes", 1, 1)
    assert (stripes == stripes[:, :1]).all()
    assert stripes.mean() == 0.5
    assert (np.diff(stripes[:, 0]) != 0).sum() == 1


def test_vertical_stripes_run_up_and_keep_more_of_the_base():
    stripes = shares("vertical_stripes", 1, 1)
    assert (stripes == stripes[:1]).all()
    assert 0 < stripes.mean() < 0.5
    assert set(np.unique(stripes)) == {0, 1}


def test_plaid_crosses_bands_in_both_directions():
    plaid = shares("plaid", 1, 1)
    np.testing.assert_array_equal(plaid, plaid.T)
    assert len(np.unique(plaid)) >= 3
    darkest = plaid == plaid.max()
    crossing = darkest.any(axis=0)
    np.testing.assert_array_equal(darkest, crossing[:, None] & crossing)


def test_dots_are_discs_in_alternate_rows():
    dots = shares("dots", 1, 2)
    first, second = dots[:CELLS], dots[CELLS:]
    np.testing.assert_array_equal(first, np.roll(second, CELLS // 2, axis=1))
    assert set(np.unique(dots)) == {0, 1}
    radius = first.sum(axis=1).max() / 2
    assert first.sum() == pytest.approx(np.pi * radius**2, rel=0.02)
    # No dot is cut off by its row.
    assert not first[[0, -1]].any()


def test_a_print_is_on_the_front_only():
    grid = np.linspace(-3, 3, 301)
    front = np.array([[second_share(PRINT, 0.0, 0.0, x, y, 1.0) for x in grid] for y in grid])
    back = np.array([[second_share(PRINT, 0.0, 0.0, x, y, -1.0) for x in grid] for y in grid])
    assert not back.any()
    assert 0.5 < front.sum() * (6 / 300) ** 2 < 4, "square decimetres"
    np.testing.assert_array_equal(front, front[::-1])
    np.testing.assert_array_equal(front, front[:, ::-1])
    assert not front[np.abs(grid) > 1.3].any()


@pytest.mark.parametrize("kind", ["plain", "denim"])
def test_plain_cloth_and_denim_have_no_second_colour(kind):
    assert not shares(kind, 1, 1).any()


def test_thread_changes_brightness_only_a_little_and_jeans_fade_in_front():
    rng = np.random.default_rng(0)
    places = rng.uniform(-9, 9, (4000, 2))
    plain = np.array([weave(PLAIN, u, v, 0.0) for u, v in places])
    assert plain.mean() == pytest.approx(1, abs=0.01)
    assert np.abs(plain - 1).max() < 0.1
    denim = np.array([weave(DENIM, u, v, 0.0) for u, v in places])
    assert denim.mean() == pytest.approx(1, abs=0.02)
    assert denim.std() > 2 * plain.std()
    faded = np.array([weave(DENIM, u, v, 1.0) for u, v in places])
    assert (faded > 1.2 * denim).all()


def test_another_base_colour_keeps_all_else():
    plaid = Pattern("plaid", (10, 20, 30), (200, 100, 50), 0.7)
    other = plaid.recolored((90, 80, 70))
    assert other == Pattern("plaid", (90, 80, 70), (200, 100, 50), 0.7)
    np.testing.assert_array_equal(other.row()[[0, 1, 5, 6, 7]], plaid.row()[[0, 1, 5, 6, 7]])


def test_a_row_holds_kind_size_and_linear_colours():
    row = Pattern("dots", (255, 0, 188), (0, 188, 255), 0.5).row()
    assert row.dtype == np.float32
    assert KINDS[int(row[0])] == "dots"
    np.testing.assert_allclose(row[1:], [0.5, 1, 0, 0.5029, 0, 0.5029, 1], atol=1e-4)
