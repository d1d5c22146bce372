"""Colours of single samples, made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hueman.choreography.actor import EYE, HAIR, LOWER, SHOES, SKIN, UPPER
from hueman.choreography.lighting import LAMP, STANDARD
from hueman.choreography.patterns import Pattern, linear_from_srgb
from hueman.choreography.shading import (
    FLY,
    PLACKET,
    POCKET,
    Paint,
    shade,
)
from hueman.choreography.shoes import SOLE
from hueman.choreography.surface import Samples

CAMERA = np.array([0.0, 0, 45])
LAMP_COLOR = np.array(STANDARD.lamp_color)
SKY_COLOR = np.array(STANDARD.sky_color)
BOUNCE_COLOR = np.array(STANDARD.bounce_color)
PLAIN = Pattern("plain", (200, 100, 50))


@pytest.fixture(scope="module")
def paint(dressed):
    return Paint.of(dressed("plaid")).recolored(PLAIN, PLAIN)


def samples_of(material, count=1, **values) -> Samples:
    """Samples of one material at the middle of the body's back, facing up, far from any hem."""
    vectors = {"place": [0, 0, 0], "normal": [0, 1, 0], "rest": [0, 0, -1], "cloth": [0.3, 0.6]}
    arrays = {
        name: np.tile(np.array(value, np.float32), (count, 1)) for name, value in vectors.items()
    }
    arrays |= {name: np.asarray(value, np.float32) for name, value in values.items()}
    arrays.setdefault("hem", np.full(count, 5, np.float32))
    return Samples(
        height=1, width=count, factor=1,
        rows=np.zeros(count, np.int64), columns=np.arange(count),
        material=np.full(count, material, np.uint8), part=np.ones(count, np.uint8),
        depth=np.full(count, 45, np.float32), **arrays,
    )  # fmt: skip


def lit(samples, paint, lamp=0.0, sky=1.0):
    count = len(samples.rows)
    lamps, skies = (np.full(count, value, np.float32) for value in (lamp, sky))
    return shade(samples, paint, lamps, skies, CAMERA, STANDARD)


def linear(*srgb):
    return linear_from_srgb(np.array(srgb) / 255)


def on_cloth(count=200, seed=0):
    """Places on the cloth, over which the thread's own pattern averages out."""
    return np.random.default_rng(seed).uniform(-5, 5, (count, 2)).astype(np.float32)


@pytest.mark.parametrize("material", [UPPER, LOWER])
def test_plain_cloth_shows_its_colour_in_the_light_it_gets(material, paint):
    cloth = on_cloth()
    samples = samples_of(material, len(cloth), cloth=cloth)
    for lamp, sky in ((0.0, 1.0), (1.0, 0.0), (0.4, 0.8)):
        expected = linear(200, 100, 50) * (sky * SKY_COLOR + lamp * LAMP_COLOR)
        np.testing.assert_allclose(lit(samples, paint, lamp, sky).mean(axis=0), expected, rtol=0.02)


def test_light_adds_up(paint):
    samples = samples_of(UPPER)
    both = lit(samples, paint, 0.7, 0.5)
    np.testing.assert_allclose(both, lit(samples, paint, 0.7, 0) + lit(samples, paint, 0, 0.5))


def test_without_light_it_is_dark_but_for_what_the_floor_throws_back(paint):
    np.testing.assert_allclose(lit(samples_of(UPPER), paint, 0, 0), 0, atol=1e-7)
    down = samples_of(UPPER, 200, cloth=on_cloth(), normal=np.tile([0, -1, 0], (200, 1)))
    expected = linear(200, 100, 50) * BOUNCE_COLOR
    np.testing.assert_allclose(lit(down, paint, 0, 0).mean(axis=0), expected, rtol=0.02)


def test_patterns_mix_both_colours(paint):
    stripes = Pattern("stripes", (200, 0, 0), (0, 0, 200), 2.0)
    cloth = np.array([[0, 0.5], [0, 1.5], [0, 2.5]], np.float32)
    light = lit(samples_of(UPPER, 3, cloth=cloth), paint.recolored(stripes, PLAIN))
    second, first = light[0], light[1]
    assert second[2] > 20 * second[0]
    assert first[0] > 20 * first[2]
    # A repeat of 2 decimetres: the third is like the first, but for its thread.
    np.testing.assert_allclose(light[2], second, rtol=0.1)


def test_a_print_is_on_the_chest_only(paint):
    printed = paint.recolored(Pattern("print", (200, 0, 0), (0, 0, 200)), PLAIN)
    chest = [0, printed.print_height + 0.4, 1.2]
    rest = np.array([chest, [*chest[:2], -1.2], [0, chest[1] - 3, 1.2]])
    light = lit(samples_of(UPPER, 3, rest=rest), printed)
    assert light[0, 2] > light[0, 0]
    assert (light[1:, 0] > light[1:, 2]).all()


def test_recolouring_changes_nothing_but_cloth(paint):
    other = paint.recolored(Pattern("plain", (10, 200, 90)), PLAIN)
    for material in (SKIN, HAIR, SHOES, EYE, LOWER):
        samples = samples_of(material)
        np.testing.assert_array_equal(lit(samples, paint), lit(samples, other))
    assert np.abs(lit(samples_of(UPPER), paint) - lit(samples_of(UPPER), other)).max() > 0.1


def test_hems_are_sewn(paint):
    hem = np.array([0.02, 0.2, 0.1, 2.0])
    light = lit(samples_of(UPPER, 4, hem=hem), paint)[:, 0]
    assert light[0] < 0.9 * light[3]
    assert light[1] < 0.95 * light[3]
    assert light[2] == pytest.approx(light[3])


def test_what_is_sewn_on_depends_on_the_garment(dressed):
    assert Paint.of(dressed("plaid")).sewn.tolist() == [PLACKET, FLY]
    assert Paint.of(dressed("hoodie")).sewn.tolist() == [POCKET, FLY]
    assert Paint.of(dressed("skirt")).sewn.tolist() == [0, 0]


def test_a_shirt_has_buttons_in_front(paint):
    """A row of small things down the middle of the front, and nothing behind."""
    y = np.linspace(-4, 1, 400) + paint.print_height
    for x, front, expected in ((0.0, 1.0, True), (0.0, -1.0, False), (0.8, 1.0, False)):
        rest = np.column_stack([np.full(400, x), y, np.full(400, front)])
        light = lit(samples_of(UPPER, 400, rest=rest), paint)[:, 0]
        brighter = light > 1.2 * np.median(light)
        assert brighter.any() == expected
        if expected:
            starts = y[1:][np.diff(brighter.astype(int)) == 1]
            assert len(starts) >= 4
            np.testing.assert_allclose(np.diff(starts), np.diff(starts)[0], atol=0.03)


def test_skin_hair_and_shoes_have_the_actor_s_colours(dressed, paint):
    spec = dressed("plaid").spec
    places = np.random.default_rng(0).uniform(-2, 2, (300, 3)) - [0, 6, 3]
    for material, color in ((SKIN, spec.skin), (HAIR, spec.hair_color)):
        light = lit(samples_of(material, 300, rest=places), paint)
        expected = linear(*color) * SKY_COLOR
        np.testing.assert_allclose(light.mean(axis=0), expected, rtol=0.12)
    upper, sole = lit(samples_of(SHOES, 2, hem=np.array([SOLE + 0.3, SOLE - 0.1])), paint)
    np.testing.assert_allclose(upper, linear(*spec.shoes) * SKY_COLOR, rtol=0.02)
    np.testing.assert_allclose(sole, linear(*spec.sole) * SKY_COLOR, rtol=0.02)


def face_light(paint, offsets, origin, **changes):
    rest = paint.face[origin] + np.array(offsets, np.float32)
    return lit(samples_of(SKIN, len(rest), rest=rest), replace(paint, **changes))


def test_lips_are_redder_than_the_cheeks_and_brows_are_dark(paint):
    lips, chin = face_light(paint, [[0, 0.05, 0.1], [0, -0.4, 0.1]], 2, beard=0.0)
    assert lips[0] / lips[1] > 1.15 * chin[0] / chin[1]
    brow, forehead = face_light(paint, [[0.03, 0.22, 0.1], [0.03, 0.6, 0.1]], 0)
    assert brow.sum() < 0.7 * forehead.sum()


def test_both_halves_of_a_face_are_alike(paint):
    offsets = np.random.default_rng(0).uniform(-0.5, 0.5, (200, 3))
    left = paint.face[0] + offsets
    right = left * [-1, 1, 1]
    shades = [
        lit(samples_of(SKIN, 200, rest=rest.astype(np.float32)), paint) for rest in (left, right)
    ]
    # Skin is mottled by a few percent, and differently on both sides.
    np.testing.assert_allclose(shades[0], shades[1], rtol=0.2)


def test_a_beard_darkens_the_jaw_only(paint):
    offsets = [[0.3, -0.5, 0], [0, 1.6, 0.1]]
    bare, bearded = (face_light(paint, offsets, 2, beard=value) for value in (0.0, 1.0))
    assert bearded[0].sum() < 0.8 * bare[0].sum()
    np.testing.assert_array_equal(bearded[1], bare[1])


def test_an_eye_has_a_dark_pupil_in_a_coloured_iris_in_white(paint):
    rest = paint.face[0] + np.array([[0.0, 0, 0.1], [0.06, 0, 0.1], [0.12, 0, 0.1]], np.float32)
    pupil, iris, white = lit(samples_of(EYE, 3, rest=rest), paint)
    assert pupil.sum() < iris.sum() < white.sum()
    expected = paint.plain[5] / paint.plain[5].sum()
    np.testing.assert_allclose((iris / SKY_COLOR) / (iris / SKY_COLOR).sum(), expected, atol=0.02)
    assert np.ptp(white / SKY_COLOR) < 0.02


def test_shiny_things_shine_where_they_mirror_the_lamp(paint):
    half = LAMP + np.array([0, 0, 1])
    normals = np.array([half / np.linalg.norm(half), [0, 1, 0]], np.float32)
    for material, least in ((EYE, 0.2), (SHOES, 0.02), (SKIN, 0.01)):
        samples = samples_of(material, 2, normal=normals, rest=[[0, -6, 0]] * 2)
        light = lit(samples, paint, lamp=1.0)
        plain = lit(samples, paint, lamp=0.0)
        added = light - plain
        assert added[0].sum() > added[1].sum() + least
    # Cloth does not.
    cloth = samples_of(UPPER, 2, normal=normals)
    added = lit(cloth, paint, lamp=1.0) - lit(cloth, paint, lamp=0.0)
    np.testing.assert_allclose(added[0], added[1])
