import numpy as np
import pytest
from skimage.color import rgb2lab

from hueman.color.body_axis import DOWN, OUT, body_axes
from hueman.color.person_pixels import concatenate_pixels, person_pixels
from hueman.features.skeleton import BODY_PARTS, JOINT

TORSO, ARM = BODY_PARTS.index("torso") + 1, BODY_PARTS.index("left_upper_arm") + 1


@pytest.fixture
def scene() -> dict[str, np.ndarray]:
    """A trunk and an arm, with pixels of the person between and around them without a label."""
    rng = np.random.default_rng(0)
    pose = np.zeros((18, 3), np.float32)
    places = {
        "neck": (12, 4), "left_hip": (12, 24), "left_shoulder": (17, 6), "left_elbow": (26, 6),
    }  # fmt: skip
    for name, place in places.items():
        pose[JOINT[name]] = (*place, 1)
    parts, inside = np.zeros((30, 40), np.uint8), np.zeros((30, 40), bool)
    parts[4:24, 8:15], parts[4:8, 18:26] = TORSO, ARM
    parts[28, 35] = ARM  # of a label that is not on the person nothing is taken
    inside[2:26, 6:28] = True
    return {
        "frame": rng.integers(0, 256, (30, 40, 3), np.uint8),
        "pose": pose,
        "person": np.where(inside, 255, 0).astype(np.uint8),
        "parts": parts,
        "inside": inside,
    }


def test_pixels_come_row_by_row_and_unlabelled_ones_take_the_nearest_part(scene):
    pixels = person_pixels(**scene)
    places = np.argwhere(scene["inside"])
    labelled = np.argwhere((scene["parts"] > 0) & scene["inside"])
    lab = rgb2lab(scene["frame"])
    assert len(pixels.region) == len(places)
    for index, (row, column) in enumerate(places):
        assert pixels.lightness[index] == pytest.approx(lab[row, column, 0], abs=0.01)
        squares = ((labelled - (row, column)) ** 2).sum(axis=1)
        nearest = {scene["parts"][tuple(each)] for each in labelled[squares == squares.min()]}
        if len(nearest) > 1:
            continue
        alone = np.zeros((30, 40), np.uint8)
        alone[row, column] = nearest.pop()
        region, position = body_axes(scene["pose"], alone)
        assert pixels.region[index] == region[row, column]
        assert pixels.position[index] == position[row, column]
    assert {DOWN, OUT} <= set(pixels.region)


def test_what_a_network_saw_is_joined_pixel_by_pixel(scene):
    seen = np.random.default_rng(1).dirichlet(np.ones(6), (30, 40))
    with_views, without = person_pixels(**scene, classes=seen), person_pixels(**scene)
    count = len(without.bins)
    joined = concatenate_pixels([without, with_views])
    assert joined.evidence.shape == (6, 2 * count)
    assert not joined.evidence[:, :count].any()
    np.testing.assert_array_equal(joined.evidence[:, count:], with_views.evidence)
    np.testing.assert_array_equal(joined.position, np.tile(without.position, 2))
