from dataclasses import replace

import numpy as np
import pytest

from hueman.choreography.anatomy import ARM_BONES
from hueman.choreography.cast import CAST
from hueman.choreography.cloth import armpit_height, trunk_hull, waist_height
from hueman.choreography.upper_garment import (
    SLEEVES,
    UpperCut,
    below_neckline,
    make_upper,
    neckline_height,
)

WEARERS = ("plaid", "mustard", "skirt", "hoodie", "runner", "dots", "athlete")
"""They wear every kind of upper garment."""
EVERY = pytest.mark.parametrize("name", WEARERS)
SLEEVED = [name for name in WEARERS if CAST[name].upper.kind != "sleeveless"]
TUCKED = [name for name in WEARERS if CAST[name].upper.tucked]


def hem_of(openings):
    return openings[-1]


def trunk_of(anatomy, mesh):
    """Triangles without any share of an arm, below the armpits."""
    arm = anatomy.arm_share(mesh.weights)[mesh.triangles].max(axis=1)
    return (arm < 0.1) & (mesh.vertices[mesh.triangles, 1].max(axis=1) < armpit_height(anatomy))


@EVERY
def test_the_hem_is_at_the_height_asked(name, garments_of, anatomy_of, openings_of):
    mesh, cut = garments_of(name)[0].mesh, CAST[name].upper
    hem = mesh.vertices[hem_of(openings_of(mesh)), 1]
    if cut.tucked:
        assert hem.max() < waist_height(anatomy_of(name))
        assert np.ptp(hem) < 0.15
    else:
        error = hem - (anatomy_of(name).joint("thigh_l")[1] - cut.length)
        # Within a centimetre all around; single points, where cloth bridges hollows, within two.
        assert np.abs(error).mean() < 0.05
        assert np.percentile(np.abs(error), 95) < 0.12
        assert np.abs(error).max() < 0.2


@pytest.mark.parametrize("length", [-0.8, 0.0, 1.2])
def test_the_hem_follows_the_length(length, anatomy_of, openings_of):
    anatomy = anatomy_of("mustard")
    mesh = make_upper(anatomy, UpperCut("tshirt", length=length)).mesh
    hem = mesh.vertices[hem_of(openings_of(mesh)), 1]
    assert hem.mean() == pytest.approx(anatomy.joint("thigh_l")[1] - length, abs=0.1)


@EVERY
def test_sleeves_end_at_their_share_of_the_arm(name, garments_of, anatomy_of, openings_of):
    anatomy, mesh, cut = anatomy_of(name), garments_of(name)[0].mesh, CAST[name].upper
    share = SLEEVES[cut.kind] if cut.sleeve is None else cut.sleeve
    cuffs = [loop for loop in openings_of(mesh) if abs(mesh.vertices[loop, 0].mean()) > 0.8]
    assert len(cuffs) == 2
    for loop in cuffs:
        side = "l" if mesh.vertices[loop, 0].mean() > 0 else "r"
        along = anatomy.tube(mesh.vertices[loop], ARM_BONES, side).along
        if share:
            expected = share * anatomy.length(ARM_BONES, side)
            np.testing.assert_allclose(along, expected, atol=0.1)
        else:
            assert along.mean() < 0.4, "an arm hole is at the shoulder"


@EVERY
def test_the_neck_is_free(name, garments_of, anatomy_of, openings_of):
    anatomy, mesh, cut = anatomy_of(name), garments_of(name)[0].mesh, CAST[name].upper
    loop = openings_of(mesh)[0]
    opening = mesh.vertices[loop]
    np.testing.assert_allclose(opening[:, 0].mean(), anatomy.joint("neck_01")[0], atol=0.1)
    error = opening[:, 1] - neckline_height(anatomy, cut, opening[:, 0], opening[:, 2])
    assert np.abs(error).mean() < 0.1
    assert mesh.vertices[:, 1].max() < anatomy.joint("head")[1]
    # Wide enough for the neck, narrower than the shoulders.
    shoulders = anatomy.joint("upperarm_l")[0] - anatomy.joint("upperarm_r")[0]
    assert 0.9 < np.ptp(opening[:, 0]) < 0.9 * shoulders


def test_necklines_differ_in_depth(anatomy_of):
    anatomy = anatomy_of("mustard")
    neck = anatomy.joint("neck_01")
    front = neck[2] + np.array([0.9])
    middle = np.array([0.0])

    def depth(**cut):
        return neckline_height(anatomy, UpperCut(**cut), middle, front)[0]

    crew, v = depth(), depth(neck="v")
    assert v < crew - 0.5
    assert depth(kind="shirt") < crew
    # A v is deepest in the middle and rises straight to both sides; behind it does not matter.
    cut = UpperCut(neck="v")
    heights = neckline_height(anatomy, cut, np.array([-0.4, -0.2, 0, 0.2, 0.4]), front)
    np.testing.assert_allclose(heights, heights[::-1])
    np.testing.assert_allclose(np.diff(heights, 2)[[0, 2]], 0, atol=1e-9)
    assert heights[2] < heights[1] < heights[0]
    behind = neck[2] - np.array([0.5])
    assert neckline_height(anatomy, cut, middle, behind) == neckline_height(
        anatomy, UpperCut(), middle, behind
    )


def test_below_the_neckline_is_positive(anatomy_of):
    anatomy, cut = anatomy_of("mustard"), UpperCut()
    neck = anatomy.joint("neck_01")
    points = neck + np.array([[0, -2, 0.5], [0, 1.0, 0.5], [0, 0, 0.5]])
    distance = below_neckline(anatomy, cut, points)
    assert distance[0] > 0 > distance[1]
    np.testing.assert_allclose(np.diff(distance[[0, 2, 1]]), [-2, -1])


@EVERY
def test_the_pattern_is_as_large_as_the_cloth_in_front(
    name, garments_of, anatomy_of, stretch_of, facing_of
):
    garment, anatomy = garments_of(name)[0], anatomy_of(name)
    facing = facing_of(garment.mesh)
    front = trunk_of(anatomy, garment.mesh) & (facing[:, 2] > 0.8)
    assert front.sum() > 500
    stretch = stretch_of(garment, front)
    assert np.median(stretch) == pytest.approx(1, abs=0.02)
    assert ((stretch > 0.85) & (stretch < 1.18)).mean() > 0.9
    back = trunk_of(anatomy, garment.mesh) & (facing[:, 2] < -0.8)
    stretch = stretch_of(garment, back)
    assert np.median(stretch) == pytest.approx(1, abs=0.05)
    assert ((stretch > 0.8) & (stretch < 1.25)).mean() > 0.9


@pytest.mark.parametrize("name", SLEEVED)
def test_the_pattern_fits_around_sleeves(name, garments_of, anatomy_of, stretch_of):
    garment, anatomy = garments_of(name)[0], anatomy_of(name)
    arm = anatomy.arm_share(garment.mesh.weights)[garment.mesh.triangles].min(axis=1) > 0.9
    stretch = stretch_of(garment, arm)
    # One radius is used for the whole sleeve, so it is a little off where sleeves are narrow.
    assert np.median(stretch) == pytest.approx(1, abs=0.1)
    assert ((stretch > 0.75) & (stretch < 1.4)).mean() > 0.9


@EVERY
def test_the_pattern_is_not_mirrored(name, garments_of, anatomy_of, facing_of):
    """Across goes to the person's left in front, and up is up."""
    garment = garments_of(name)[0]
    mesh = garment.mesh
    front = trunk_of(anatomy_of(name), mesh) & (facing_of(mesh)[:, 2] > 0.8)
    corners, texture = mesh.vertices[mesh.triangles[front]], garment.texture[front]
    for axis in (0, 1):
        moved = (corners - corners[:, :1])[..., axis].ravel()
        painted = (texture - texture[:, :1])[..., axis].ravel()
        assert np.corrcoef(moved, painted)[0, 1] > 0.97


def test_the_seam_runs_down_the_sides(anatomy_of, garments_of):
    """Where front and back piece meet, the pattern jumps; nobody wants that on the belly."""
    for name in ("plaid", "hoodie", "dots"):
        anatomy, garment = anatomy_of(name), garments_of(name)[0]
        corners = garment.mesh.vertices[garment.mesh.triangles]
        trunk = trunk_of(anatomy, garment.mesh)
        middle = np.median(corners[trunk][..., 2])
        axis = trunk_hull(anatomy, hang=0.5).axis
        assert axis[0] == 0
        depth = np.ptp(corners[trunk][..., 2])
        assert abs(axis[1] - middle) < 0.25 * depth


def test_loose_cloth_is_wider(anatomy_of):
    anatomy = anatomy_of("plaid")
    widths = []
    for loose in (0.0, 0.5, 1.0):
        mesh = make_upper(anatomy, UpperCut("tshirt", loose=loose)).mesh
        waist = np.abs(mesh.vertices[:, 1] - waist_height(anatomy)) < 0.2
        widths.append(np.ptp(mesh.vertices[waist], axis=0)[[0, 2]])
    assert (np.diff(widths, axis=0) > 0.05).all()


def test_a_tucked_shirt_ends_inside_the_lower_garment(garments_of, openings_of):
    assert TUCKED
    for name in TUCKED:
        upper, lower = (garment.mesh for garment in garments_of(name))
        hem = upper.vertices[hem_of(openings_of(upper))]
        waist = lower.vertices[openings_of(lower)[0], 1]
        assert hem[:, 1].max() < waist.min() - 0.15, "below the waistband"
        # At the same height and in the same direction it is nearer to the middle.
        middle = np.array([0.0, np.mean(lower.vertices[openings_of(lower)[0], 2])])
        band = lower.vertices[np.abs(lower.vertices[:, 1] - hem[:, 1].mean()) < 0.15]

        def polar(points, middle=middle):
            offset = points[:, [0, 2]] - middle
            return np.arctan2(*offset.T), np.linalg.norm(offset, axis=1)

        angle, radius = polar(band)
        order = np.argsort(angle)
        around, own = polar(hem)
        outer = np.interp(around, angle[order], radius[order], period=2 * np.pi)
        assert (own < outer).mean() > 0.98
        assert (own - outer).max() < 0.02


def test_an_untucked_shirt_of_the_same_cut_reaches_over_the_waistband(anatomy_of):
    anatomy = anatomy_of("skirt")
    cut = replace(CAST["skirt"].upper, tucked=False)
    lowest = make_upper(anatomy, cut).mesh.vertices[:, 1].min()
    assert lowest < waist_height(anatomy) - 0.4
