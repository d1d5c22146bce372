import numpy as np
import pytest

from hueman.choreography.anatomy import LEG_BONES
from hueman.choreography.cast import CAST
from hueman.choreography.cloth import waist_height
from hueman.choreography.lower_garment import LENGTHS, LowerCut, make_lower

WEARERS = ("plaid", "mustard", "skirt", "hoodie", "runner", "dots", "athlete")
"""They wear every kind of lower garment."""
EVERY = pytest.mark.parametrize("name", WEARERS)
SKIRTS = [name for name in WEARERS if CAST[name].lower.kind == "skirt"]
KNEE_DOWN = ("calf", "foot", "ball")


@EVERY
def test_hems_and_waistband_are_at_the_heights_asked(name, garments_of, anatomy_of, openings_of):
    anatomy, mesh, cut = anatomy_of(name), garments_of(name)[1].mesh, CAST[name].lower
    hip, _, ankle = anatomy.chain(LEG_BONES, "l")
    share = LENGTHS[cut.kind] if cut.length is None else cut.length
    waist, *hems = openings_of(mesh)
    expected = [(waist, waist_height(anatomy))]
    expected += [(hem, hip[1] + share * (ankle[1] - hip[1])) for hem in hems]
    for loop, height in expected:
        error = np.abs(mesh.vertices[loop, 1] - height)
        # Within a centimetre; single points, where cloth is wider than the leg, within two.
        assert error.mean() < 0.08
        assert np.percentile(error, 90) < 0.12
        assert error.max() < 0.2


@pytest.mark.parametrize("kind", ["trousers", "leggings", "shorts", "skirt"])
def test_the_hem_follows_the_length(kind, anatomy_of, openings_of):
    anatomy = anatomy_of("mustard")
    hip, _, ankle = anatomy.chain(LEG_BONES, "l")
    for share in (0.35, 0.55):
        mesh = make_lower(anatomy, LowerCut(kind, length=share)).mesh
        for hem in openings_of(mesh)[1:]:
            height = mesh.vertices[hem, 1].mean()
            assert height == pytest.approx(hip[1] + share * (ankle[1] - hip[1]), abs=0.1)


def test_usual_lengths(anatomy_of):
    anatomy = anatomy_of("mustard")
    lowest = {
        kind: make_lower(anatomy, LowerCut(kind)).mesh.vertices[:, 1].min()
        for kind in ("trousers", "leggings", "shorts", "skirt")
    }
    knee, ankle = (anatomy.joint(f"{bone}_l")[1] for bone in ("calf", "foot"))
    assert lowest["trousers"] < ankle + 0.1
    assert ankle < lowest["leggings"] < ankle + 1.0
    assert knee - 0.5 < lowest["shorts"] < anatomy.joint("thigh_l")[1] - 1
    assert knee - 1 < lowest["skirt"] < knee + 1


def test_trousers_are_wider_than_leggings_and_loose_ones_wider_still(anatomy_of):
    anatomy = anatomy_of("mustard")
    widths = []
    for cut in (LowerCut("leggings"), LowerCut(loose=0.0), LowerCut(loose=0.5), LowerCut(loose=1)):
        mesh = make_lower(anatomy, cut).mesh
        leg = mesh.vertices[mesh.vertices[:, 0] > 0]
        tube = anatomy.tube(leg, LEG_BONES, "l")
        share = tube.along / anatomy.length(LEG_BONES, "l")
        widths.append([tube.radius[np.abs(share - at) < 0.04].mean() for at in (0.5, 0.7, 0.9)])
    assert (np.diff(widths, axis=0) > 0.02).all()


def test_a_looser_skirt_is_wider_at_its_hem_only(anatomy_of, openings_of):
    anatomy = anatomy_of("skirt")
    girths = []
    for loose in (0.0, 0.5, 1.0):
        mesh = make_lower(anatomy, LowerCut("skirt", loose=loose)).mesh
        waist, hem = openings_of(mesh)
        girths.append([np.ptp(mesh.vertices[loop, 0]) for loop in (waist, hem)])
    steps = np.diff(girths, axis=0)
    np.testing.assert_allclose(steps[:, 0], 0, atol=0.02)
    assert (steps[:, 1] > 0.2).all()


@EVERY
def test_the_pattern_is_as_large_as_the_cloth_in_front(
    name, garments_of, anatomy_of, stretch_of, facing_of
):
    garment, kind = garments_of(name)[1], CAST[name].lower.kind
    mesh = garment.mesh
    hip, knee, _ = anatomy_of(name).chain(LEG_BONES, "l")
    height = mesh.vertices[mesh.triangles, 1].mean(axis=1)
    front = (facing_of(mesh)[:, 2] > 0.8) & (height < hip[1] - 0.8) & (height > knee[1])
    assert front.sum() > 150
    stretch = stretch_of(garment, front)
    if kind == "skirt":
        assert np.median(stretch) == pytest.approx(1, abs=0.03)
        assert ((stretch > 0.8) & (stretch < 1.25)).mean() > 0.95
    else:
        # One radius is used for the whole leg; thighs and wide shorts are a little wider.
        assert np.median(stretch) == pytest.approx(1, abs=0.12)
        assert ((stretch > 0.7) & (stretch < 1.35)).mean() > 0.9


@EVERY
def test_up_is_up_on_the_pattern(name, garments_of):
    garment = garments_of(name)[1]
    height = garment.mesh.vertices[garment.mesh.triangles, 1]
    np.testing.assert_allclose(np.ptp(garment.texture[..., 1] - height), 0, atol=1e-9)


@pytest.mark.parametrize("name", SKIRTS)
def test_a_skirt_follows_the_thighs_and_not_the_shins(name, garments_of, assets):
    mesh = garments_of(name)[1].mesh
    shins = [assets.bone_index[f"{bone}_{side}"] for bone in KNEE_DOWN for side in "lr"]
    assert mesh.weights[:, shins].max() == 0
    thighs = mesh.weights[:, [assets.bone_index[f"thigh_{side}"] for side in "lr"]]
    low = mesh.vertices[:, 1] < np.percentile(mesh.vertices[:, 1], 20)
    left, right = mesh.vertices[:, 0] > 0.8, mesh.vertices[:, 0] < -0.8
    assert (thighs[low & left, 0] > thighs[low & left, 1]).all()
    assert (thighs[low & right, 1] > thighs[low & right, 0]).all()


def test_both_trouser_legs_belong_to_their_own_leg(garments_of, assets, openings_of):
    mesh = garments_of("plaid")[1].mesh
    for hem in openings_of(mesh)[1:]:
        side = "l" if mesh.vertices[hem, 0].mean() > 0 else "r"
        own = [assets.bone_index[f"{bone}_{side}"] for bone in ("calf", "foot")]
        assert mesh.weights[hem][:, own].sum(axis=1).min() > 0.99
