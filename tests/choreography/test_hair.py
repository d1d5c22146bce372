from typing import get_args

import numpy as np
import pytest

from hueman.choreography.hair import Hair, HairStyle, Skull, make_hair

STYLES = [style for style in get_args(HairStyle) if style != "none"]
ACTORS = ("plaid", "mustard", "dots")


@pytest.fixture(scope="module")
def hair_of(anatomy_of):
    return lambda name, style, **others: make_hair(anatomy_of(name), Hair(style, **others))


def test_a_bald_head_has_none(hair_of):
    assert hair_of("plaid", "none") is None


@pytest.mark.parametrize("name", ACTORS)
def test_a_skull_follows_the_head_above_the_eyes(name, anatomy_of):
    anatomy = anatomy_of(name)
    skull, assets = Skull(anatomy), anatomy.assets
    own = np.unique(assets.triangles[assets.groups["body"]])
    head = anatomy.body.vertices[own[assets.weights[own, assets.bone_index["head"]] > 0.9]]
    upper = head[head[:, 1] > skull.eyes[1] + 0.5]
    offset = upper - skull.centre
    radius = np.linalg.norm(offset, axis=1)
    elevation = np.arcsin(offset[:, 1] / radius)
    azimuth = np.arctan2(offset[:, 0], offset[:, 2])
    # Within three millimetres.
    np.testing.assert_allclose(skull.radius(azimuth, elevation), radius, atol=0.03)
    np.testing.assert_allclose(
        skull.point(azimuth, elevation, radius - skull.radius(azimuth, elevation)),
        upper,
        atol=1e-6,
    )


def test_directions_of_a_skull(anatomy_of):
    skull = Skull(anatomy_of("plaid"))
    front, left, up = skull.point(
        np.array([0, np.pi / 2, 0]), np.array([0, 0, np.pi / 2]), np.zeros(3)
    )
    assert front[2] > skull.centre[2] + 0.5
    assert left[0] > skull.centre[0] + 0.5
    assert up[1] > skull.centre[1] + 0.5
    # Both sides are alike.
    azimuth, level = np.linspace(0, np.pi, 20), np.full(20, 0.3)
    np.testing.assert_allclose(
        skull.radius(azimuth, level), skull.radius(-azimuth, level), atol=1e-6
    )
    # All directions meet in the crown.
    crown = skull.point(azimuth, np.full(20, np.pi / 2 - 0.01), np.zeros(20))
    np.testing.assert_allclose(crown[:, 1], anatomy_of("plaid").body.top, atol=0.03)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ACTORS)
def test_hair_covers_the_skull_and_leaves_the_face_free(
    name, style, hair_of, anatomy_of, above_skin
):
    mesh, anatomy = hair_of(name, style), anatomy_of(name)
    body, face = anatomy.body, anatomy.body.face
    vertices = mesh.vertices
    assert np.isfinite(vertices).all()
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1, atol=1e-6)
    assert mesh.attributes.shape == (len(vertices), 1)
    assert mesh.attributes.min() > 1, "hair has no hem"
    skull = Skull(anatomy)
    crown = vertices[vertices[:, 1] > skull.eyes[1] + 0.9]
    distance = above_skin(name, crown)
    assert (distance > 0).mean() > 0.98
    if style != "bun":  # a ball that is partly inside the head
        assert distance.min() > -0.02
    assert np.percentile(distance, 99) < 1.1
    assert body.top < vertices[:, 1].max() < body.top + 1
    # Nothing hangs in front of eyes, nose and mouth.
    eyes = face["left_eye"]
    before = (
        (np.abs(vertices[:, 0]) < 0.45)
        & (vertices[:, 1] < eyes[1] + 0.3)
        & (vertices[:, 2] > eyes[2] - 0.5)
    )
    assert not before.any()


@pytest.mark.parametrize("style", STYLES)
def test_hair_faces_outwards(style, hair_of, anatomy_of):
    """Normals that point inwards would shade its rim as if it were turned away."""
    mesh = hair_of("mustard", style)
    centre = Skull(anatomy_of("mustard")).centre
    outwards = (mesh.vertices - centre) * [1, 0, 1]
    facing = (mesh.normals() * outwards).sum(axis=1)
    assert (facing > 0).mean() > 0.85


def test_styles_differ_as_their_names_say(hair_of, anatomy_of):
    meshes = {style: hair_of("mustard", style).vertices for style in STYLES}
    lowest = {style: vertices[:, 1].min() for style, vertices in meshes.items()}
    ear = anatomy_of("mustard").body.face["left_ear"][1]
    assert lowest["long"] < lowest["bob"] - 1 < lowest["short"] - 1
    assert lowest["bob"] < ear - 0.4
    width = {style: np.ptp(vertices[:, 0]) for style, vertices in meshes.items()}
    assert width["afro"] > width["short"] + 0.6 > width["buzz"] + 0.6
    back = {style: vertices[:, 2].min() for style, vertices in meshes.items()}
    assert back["ponytail"] < back["short"] - 0.3
    highest = {style: vertices[:, 1].max() for style, vertices in meshes.items()}
    assert highest["swept"] > highest["short"] > highest["buzz"]
    bun = meshes["bun"]
    behind = bun[:, 2] < Skull(anatomy_of("mustard")).centre[2] - 0.85
    assert bun[behind, 1].max() > highest["buzz"] - 0.6


def test_the_hairline_can_be_higher(hair_of):
    def forehead(mesh):
        front = mesh.vertices[(np.abs(mesh.vertices[:, 0]) < 0.3)]
        return front[front[:, 2] > np.percentile(front[:, 2], 80), 1].min()

    usual, high = hair_of("plaid", "short"), hair_of("plaid", "short", hairline=0.3)
    assert forehead(high) == pytest.approx(forehead(usual) + 0.3, abs=0.12)


def test_only_what_hangs_low_follows_the_chest(hair_of, assets):
    chest = assets.bone_index["spine_03"]
    for style in STYLES:
        mesh = hair_of("mustard", style)
        share = mesh.weights[:, chest]
        if style == "long":
            low = mesh.vertices[:, 1] < np.percentile(mesh.vertices[:, 1], 5)
            assert share[low].min() > 0.3
        elif style != "ponytail":
            assert share.max() < 0.2
        high = mesh.vertices[:, 1] > np.percentile(mesh.vertices[:, 1], 70)
        assert share[high].max() == 0
