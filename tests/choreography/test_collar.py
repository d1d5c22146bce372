import numpy as np
import pytest

from hueman.choreography.cast import CAST
from hueman.choreography.collar import COLUMNS, with_collar

COLLARS = ("plaid", "hoodie")


@pytest.fixture(params=COLLARS)
def collar(request, garments_of, anatomy_of):
    """Name of the actor, garment without and with its collar, and the collar's vertices."""
    name = request.param
    plain = garments_of(name)[0]
    sewn = with_collar(anatomy_of(name), plain, CAST[name].upper)
    return name, plain, sewn, sewn.mesh.vertices[len(plain.mesh.vertices) :]


def test_other_garments_stay_as_they_are(garments_of, anatomy_of):
    for name in ("mustard", "runner", "skirt"):
        garment = garments_of(name)[0]
        assert with_collar(anatomy_of(name), garment, CAST[name].upper) is garment


def test_a_collar_is_sewn_to_the_garment(collar):
    _, plain, sewn, vertices = collar
    count = len(plain.mesh.vertices)
    assert len(vertices) > 3 * COLUMNS
    np.testing.assert_array_equal(sewn.mesh.vertices[:count], plain.mesh.vertices)
    np.testing.assert_array_equal(
        sewn.mesh.triangles[: len(plain.mesh.triangles)], plain.mesh.triangles
    )
    np.testing.assert_array_equal(sewn.folds[:, :count], plain.folds)
    assert not sewn.folds[:, count:].any(), "a collar is stiff"
    assert len(sewn.texture) == len(sewn.mesh.triangles)
    assert sewn.covered is plain.covered
    np.testing.assert_allclose(sewn.mesh.weights.sum(axis=1), 1, atol=1e-5)
    # It has no hems that would be drawn, and its texture is not stretched.
    assert sewn.mesh.attributes[count:].min() > 0.3
    assert np.isfinite(sewn.mesh.vertices).all()


def test_a_collar_goes_around_the_neck_and_opens_in_front(collar, anatomy_of):
    name, _, _, vertices = collar
    anatomy = anatomy_of(name)
    neck, head = anatomy.joint("neck_01"), anatomy.joint("head")
    offset = vertices - neck
    azimuth = np.arctan2(offset[:, 0], offset[:, 2])
    sides, counts = np.unique(np.floor(azimuth / (np.pi / 4)), return_counts=True)
    assert len(sides) == 8, "there is some of it on all sides"
    assert counts.min() > 20
    assert np.abs(azimuth).min() > 0.2, "but not in the middle of the front"
    assert vertices[:, 1].max() < head[1] + 0.2, "below the chin"
    assert vertices[:, 1].min() > neck[1] - 1.6
    assert np.hypot(offset[:, 0], offset[:, 2]).max() < 1.7
    mirrored = vertices * [-1, 1, 1]
    nearest = np.linalg.norm(vertices[:, None] - mirrored[None], axis=2).min(axis=1)
    assert nearest.max() < 0.1


def test_a_collar_lies_outside_the_neck_and_over_the_garment(collar, above_skin):
    name, _, _, vertices = collar
    distance = above_skin(name, vertices)
    # Its lower edge is hidden inside the garment, so a part may lie below the skin.
    assert (distance > 0.02).mean() > 0.85
    assert distance.max() < 1.2


def test_a_collar_moves_with_what_it_is_sewn_to(collar, assets):
    _, plain, sewn, _ = collar
    own = sewn.mesh.weights[len(plain.mesh.vertices) :]
    trunk = ("spine_03", "neck_01", "clavicle_l", "clavicle_r")
    upper = own[:, [assets.bone_index[name] for name in trunk]].sum(axis=1)
    assert upper.min() > 0.7
