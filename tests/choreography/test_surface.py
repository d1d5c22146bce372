import numpy as np
import pytest
from scipy.ndimage import minimum_filter

from hueman.choreography.actions import ACTIONS
from hueman.choreography.actor import HAIR, LOWER, SKIN, UPPER
from hueman.choreography.rig import Posture
from hueman.choreography.surface import Samples, sample
from hueman.features.skeleton import BODY_PARTS

FACTOR = 3


@pytest.fixture(scope="module")
def view(dressed, camera_of):
    """Actor, camera, posed actor and its samples."""
    actor = dressed("plaid")
    camera = camera_of(actor, 96, 64)
    posed = actor.pose(ACTIONS["wave_right"].at(0.5))
    return actor, camera, posed, sample(actor, posed, camera, FACTOR)


def some_samples(rows, columns, **values) -> Samples:
    count = len(rows)
    arrays = {
        name: np.zeros((count, width) if width > 1 else count, np.float32)
        for name, width in (
            ("place", 3),
            ("normal", 3),
            ("rest", 3),
            ("cloth", 2),
            ("hem", 1),
            ("depth", 1),
        )
    }
    labels = {name: np.zeros(count, np.uint8) for name in ("material", "part")}
    return Samples(
        height=4, width=5, factor=3, rows=np.array(rows), columns=np.array(columns),
        **{**arrays, **labels, **values},
    )  # fmt: skip


def test_coverage_by_hand():
    # Three samples in pixel (0, 0), one in pixel (1, 4).
    samples = some_samples([0, 1, 2, 3], [0, 1, 2, 14])
    coverage = samples.coverage()
    assert coverage.shape == (4, 5)
    assert coverage[0, 0] == pytest.approx(3 / 9)
    assert coverage[1, 4] == pytest.approx(1 / 9)
    assert coverage.sum() == pytest.approx(4 / 9)
    chosen = samples.coverage(np.array([True, False, False, True]))
    assert chosen[0, 0] == pytest.approx(1 / 9)
    np.testing.assert_allclose(samples.summed(np.array([1.0, 2, 4, 8]))[[0, 1], [0, 4]], [7, 8])


def test_the_label_of_a_pixel_is_that_of_its_middle():
    samples = some_samples([0, 1, 4], [0, 1, 3], part=np.array([7, 3, 5], np.uint8))
    labels = samples.labels()
    assert labels.dtype == np.uint8
    assert labels[0, 0] == 3
    assert np.count_nonzero(labels) == 1


def test_samples_lie_where_they_are_seen(view):
    _, camera, _, samples = view
    seen = camera.project(samples.place)
    np.testing.assert_allclose(seen[:, 0] * FACTOR, samples.columns + 0.5, atol=0.05)
    np.testing.assert_allclose(seen[:, 1] * FACTOR, samples.rows + 0.5, atol=0.05)
    np.testing.assert_allclose(samples.depth, seen[:, 2], atol=0.01)


def test_no_sample_is_twice_and_all_are_in_the_picture(view):
    _, camera, _, samples = view
    places = np.stack([samples.rows, samples.columns], axis=1)
    assert len(np.unique(places, axis=0)) == len(places) > 5000
    assert places.min() >= 0
    assert (places.max(axis=0) < [camera.height * FACTOR, camera.width * FACTOR]).all()
    coverage = samples.coverage()
    assert coverage.max() == 1
    assert coverage.sum() == pytest.approx(len(places) / 9)


def test_nothing_is_in_front_of_what_is_seen(view):
    """No vertex of the actor that falls into a sample is nearer than what is seen there."""
    _, camera, posed, samples = view
    nearest = np.full((camera.height * FACTOR, camera.width * FACTOR), np.inf)
    nearest[samples.rows, samples.columns] = samples.depth
    # A sample is a point, a vertex may be anywhere in its square.
    nearest = minimum_filter(nearest, 3)
    seen = camera.project(posed.vertices)
    column, row = (seen[:, :2] * FACTOR).astype(int).T
    assert np.mean(seen[:, 2] < nearest[row, column] - 0.1) < 0.005


def test_normals_have_length_one_and_face_the_camera(view):
    _, camera, _, samples = view
    np.testing.assert_allclose(np.linalg.norm(samples.normal, axis=1), 1, atol=1e-5)
    towards = camera.place - samples.place
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    facing = (samples.normal * towards).sum(axis=1)
    assert facing.min() > -0.31
    assert (facing > 0).mean() > 0.97
    assert facing.mean() > 0.6


def test_rest_is_the_same_point_of_the_resting_actor(dressed, camera_of):
    """The head moves rigidly, so its samples can be moved back exactly."""
    actor = dressed("plaid")
    posture = Posture(head=(25, 5, -8), pelvis=(1, -0.5, 0))
    samples = sample(actor, actor.pose(posture), camera_of(actor, 96, 64), FACTOR)
    transforms = actor.rig.transforms(posture)
    eyes = actor.body.face["left_eye"][1]
    head = (samples.rest[:, 1] > eyes) & np.isin(samples.material, (SKIN, HAIR))
    expected = transforms.apply(actor.body, actor.rig.index["head"], samples.rest[head])
    assert head.sum() > 200
    np.testing.assert_allclose(samples.place[head], expected, atol=1e-3)


def test_materials_and_parts_are_those_of_what_is_seen(view):
    actor, _, _, samples = view
    assert {SKIN, UPPER, LOWER, HAIR} <= set(samples.material.tolist())
    upper = samples.material == UPPER
    assert samples.rest[upper, 1].min() > samples.rest[samples.material == LOWER, 1].min()
    head = samples.part == BODY_PARTS.index("head") + 1
    assert samples.rest[head, 1].min() > actor.body.heads[actor.rig.index["spine_03"], 1] - 1
    # The raised right hand is left in the picture.
    hand = samples.part == BODY_PARTS.index("right_lower_arm") + 1
    assert samples.columns[hand].mean() < samples.columns[head].mean()


def test_more_samples_show_the_same_more_finely(dressed, camera_of):
    actor = dressed("plaid")
    camera, posed = camera_of(actor, 96, 64), actor.pose(Posture())
    coarse, fine = (sample(actor, posed, camera, factor).coverage() for factor in (2, 6))
    assert coarse.sum() == pytest.approx(fine.sum(), rel=0.01)
    assert np.abs(coarse - fine).mean() < 0.01
    np.testing.assert_array_equal(coarse[fine == 0], 0)


def test_the_pattern_and_the_hem_are_those_of_the_cloth(view):
    actor, _, _, samples = view
    cloth = np.isin(samples.material, (UPPER, LOWER))
    assert not samples.cloth[~cloth].any()
    low, high = actor.texture.min(axis=(0, 1)), actor.texture.max(axis=(0, 1))
    assert (samples.cloth >= low - 1e-3).all()
    assert (samples.cloth <= high + 1e-3).all()
    hem = samples.hem[samples.material == UPPER]
    assert hem.min() >= -1e-4
    assert hem.max() > 1
    # On the front of a shirt a pattern's step is as long as the step on the cloth.
    front = (samples.material == UPPER) & (samples.normal[:, 2] > 0.8)
    front &= samples.part == BODY_PARTS.index("torso") + 1
    beside = (np.diff(samples.rows) == 0) & (np.diff(samples.columns) == 1) & front[1:] & front[:-1]
    step = np.linalg.norm(np.diff(samples.cloth, axis=0)[beside], axis=1)
    way = np.linalg.norm(np.diff(samples.rest, axis=0)[beside], axis=1)
    assert np.median(step / way) == pytest.approx(1, abs=0.05)
