from typing import cast, get_args

import numpy as np
import pytest

from hueman.choreography.backdrop import WALL, WALL_LAMP, WALL_SKY, make_backdrop
from hueman.choreography.camera import DISTANCE, LEVEL, SPAN, Camera
from hueman.choreography.lighting import LAMP, STANDARD, Lights
from hueman.choreography.patterns import linear_from_srgb
from hueman.choreography.settings import Background

LAMP_COLOR, SKY_COLOR = np.array(STANDARD.lamp_color), np.array(STANDARD.sky_color)
CAMERA = Camera(192, 128, floor=-8.0)
KINDS = get_args(Background)
EVERY = pytest.mark.parametrize("kind", KINDS)


def post(x=0.0, z=0.0, height=16.0, width=1.0):
    """Lights of a scene in which a flat board stands on the floor, facing the camera."""
    low, half = CAMERA.floor, width / 2
    corners = [[x - half, low, z], [x + half, low, z], [x + half, low + height, z]]
    corners.append([x - half, low + height, z])
    return Lights(np.array(corners, np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32))


@pytest.fixture(scope="module")
def nothing():
    """Lights of an empty scene: what there is lies far below the floor."""
    corners = np.array([[0, -90, 0], [1, -90, 0], [0, -90, 1]], np.float32)
    return Lights(corners, np.array([[0, 1, 2]], np.int32))


@EVERY
def test_every_kind_gives_a_finite_picture(kind, nothing):
    backdrop = make_backdrop(kind, CAMERA)
    picture = backdrop.lit(nothing)
    assert picture.shape == (192, 128, 3)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    assert picture.min() > 0
    # Neither black nor blinding.
    assert 0.02 < picture.mean() < 1.5
    np.testing.assert_array_equal(make_backdrop(kind, CAMERA).lit(nothing), picture)


def test_kinds_differ(nothing):
    pictures = [make_backdrop(kind, CAMERA).lit(nothing) for kind in KINDS]
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(one - other).mean() > 0.05


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no background 'beach'; there are studio, white"):
        make_backdrop(cast(Background, "beach"), CAMERA)


@EVERY
def test_the_floor_begins_where_it_meets_the_wall(kind):
    """By similar triangles: the camera's height by the way to the wall, times the focal length."""
    edge = 96 + LEVEL * SPAN * (192 * DISTANCE / SPAN) / (DISTANCE + WALL)
    backdrop = make_backdrop(kind, CAMERA)
    assert backdrop.rows.min() == np.ceil(edge - 0.5)
    assert backdrop.rows.max() == 191
    # All that is below shows the floor.
    assert len(backdrop.rows) == (192 - backdrop.rows.min()) * 128
    seen = CAMERA.project(np.array([[3.0, CAMERA.floor, -WALL]]))
    assert seen[0, 1] == pytest.approx(edge, abs=1e-3)


def test_places_on_the_floor_are_seen_in_their_pixels():
    backdrop = make_backdrop("studio", CAMERA)
    np.testing.assert_allclose(backdrop.places[:, 1], CAMERA.floor, atol=1e-5)
    seen = CAMERA.project(backdrop.places)
    np.testing.assert_allclose(seen[:, 0], backdrop.columns + 0.5, atol=0.01)
    np.testing.assert_allclose(seen[:, 1], backdrop.rows + 0.5, atol=0.01)
    assert backdrop.places[:, 2].min() > -WALL


def test_an_open_floor_shows_its_colour_under_lamp_and_sky(nothing):
    backdrop = make_backdrop("studio", CAMERA)
    picture = backdrop.lit(nothing)
    expected = linear_from_srgb(np.array([150, 146, 140]) / 255) * (
        SKY_COLOR + LAMP[1] * LAMP_COLOR
    )
    floor = picture[backdrop.rows, backdrop.columns]
    np.testing.assert_allclose(floor, np.tile(expected, (len(floor), 1)), rtol=0.01)


def test_a_plain_wall_fades_towards_the_corners(nothing):
    picture = make_backdrop("white", CAMERA).lit(nothing)
    wall = picture[:100]
    brightest = np.unravel_index(wall[..., 1].argmax(), wall.shape[:2])
    assert 40 < brightest[1] < 80
    for corner in (wall[0, 0], wall[0, -1]):
        assert (corner < wall[brightest]).all()
        assert (corner > 0.75 * wall[brightest]).all()
    white = linear_from_srgb(np.array([222, 222, 220]) / 255) * (
        WALL_SKY * SKY_COLOR + WALL_LAMP * LAMP_COLOR
    )
    np.testing.assert_allclose(wall[brightest], white, rtol=0.01)


def test_shadows_fall_on_the_floor_away_from_the_lamp(nothing):
    backdrop = make_backdrop("studio", CAMERA)
    empty, shadowed = backdrop.lit(nothing), backdrop.lit(post())
    darker = (empty - shadowed)[..., 1]
    assert darker.min() > -1e-4
    # All of the lamp is taken away, and some of the sky.
    floor = empty[backdrop.rows, backdrop.columns, 1]
    lamp = LAMP[1] * LAMP_COLOR[1] / (LAMP[1] * LAMP_COLOR[1] + SKY_COLOR[1])
    assert 0.95 * lamp * floor.max() < darker.max() < 0.8 * floor.max()
    # Not on the wall, not in front of the board, and to the right: the lamp is at the left.
    assert np.abs(darker[: backdrop.rows.min()]).max() == 0
    rows, columns = np.nonzero(darker > 0.1)
    assert len(rows) > 50
    foot = CAMERA.project(np.array([[0, CAMERA.floor, 0]]))[0]
    assert rows.max() < foot[1] + 4
    assert columns.mean() > foot[0] + 8
    # Its axis runs along the lamp's direction, as seen by the camera.
    tip = np.array([0, CAMERA.floor, 0]) - LAMP * np.array([8, 0, 8]) / LAMP[1]
    column, row, _ = CAMERA.project(tip[None])[0]
    assert darker[int(row), int(column)] > 0.05


def test_a_taller_board_has_a_longer_shadow(nothing):
    backdrop = make_backdrop("studio", CAMERA)
    empty = backdrop.lit(nothing)
    sizes = [(empty - backdrop.lit(post(height=height)) > 0.1).sum() for height in (4, 8, 16)]
    assert sizes[0] < sizes[1] < sizes[2]


def test_a_larger_picture_shows_the_same_place(nothing):
    for kind in ("studio", "room", "park"):
        small = make_backdrop(kind, Camera(96, 64, -8.0)).lit(nothing)
        large = make_backdrop(kind, Camera(384, 256, -8.0)).lit(nothing)
        shrunk = large.reshape(96, 4, 64, 4, 3).mean(axis=(1, 3))
        # Each pixel is one sample, so single ones may fall to the other side of an edge.
        assert np.abs(small - shrunk).mean() < 0.02
        assert np.corrcoef(small.ravel(), shrunk.ravel())[0, 1] > 0.97
