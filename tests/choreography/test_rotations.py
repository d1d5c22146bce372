import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hueman.choreography.rotations import about_axis, between, toward, two_bone_chain, unit

coordinates = st.floats(-10, 10, allow_subnormal=False)
vectors = st.tuples(coordinates, coordinates, coordinates).map(np.array)
directions = vectors.filter(lambda vector: np.linalg.norm(vector) > 1e-3)
lengths = st.floats(0.5, 5)


def assert_rotation(matrix):
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_unit_keeps_the_direction():
    np.testing.assert_allclose(unit(np.array([3, 0, -4])), [0.6, 0, -0.8])


@pytest.mark.parametrize("vector", [[0, 0, 0], [0, 1e-13, 0]])
def test_a_direction_needs_a_length(vector):
    with pytest.raises(ValueError, match="a direction needs a length"):
        unit(np.array(vector))


def test_a_quarter_turn_is_counter_clockwise_seen_from_the_tip():
    np.testing.assert_allclose(
        about_axis(np.array([0, 0, 2]), 90) @ [1, 0, 0], [0, 1, 0], atol=1e-9
    )
    np.testing.assert_allclose(
        about_axis(np.array([0, 1, 0]), 90) @ [0, 0, 1], [1, 0, 0], atol=1e-9
    )


@given(axis=directions, degrees=st.floats(-720, 720))
def test_about_axis_agrees_with_scipy(axis, degrees):
    expected = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    np.testing.assert_allclose(about_axis(axis, degrees), expected, atol=1e-9)


@given(start=directions, end=directions)
def test_between_is_the_smallest_rotation_from_start_to_end(start, end):
    rotation = between(start, end)
    assert_rotation(rotation)
    np.testing.assert_allclose(rotation @ unit(start), unit(end), atol=1e-7)
    angle = np.arctan2(np.linalg.norm(np.cross(start, end)), start @ end)
    turned = Rotation.from_matrix(rotation).magnitude()
    # About directions that are nearly opposite there is no one smallest rotation.
    assert turned == pytest.approx(angle, abs=1e-6 if angle < 3 else 2e-3)


@given(direction=directions, nudge=directions, size=st.sampled_from([0, 1e-9, 1e-6, 1e-3, 2e-3]))
def test_between_equal_and_opposite_directions(direction, nudge, size):
    near = unit(direction) + size * unit(nudge)
    for end in (near, -near):
        rotation = between(direction, end)
        assert_rotation(rotation)
        np.testing.assert_allclose(rotation @ unit(direction), unit(end), atol=1e-7)
    np.testing.assert_allclose(between(direction, 3 * direction), np.eye(3), atol=1e-7)


@given(root=vectors, way=directions, towards=directions, upper=lengths, lower=lengths)
def test_a_chain_keeps_its_lengths_and_bends_to_the_side_asked(root, way, towards, upper, lower):
    assume(np.linalg.norm(np.cross(unit(way), unit(towards))) > 1e-3)
    joint, end = two_bone_chain(root, root + way, upper, lower, towards)
    # Near the ends of its reach the joint's place is the root of a difference of squares.
    assert np.linalg.norm(joint - root) == pytest.approx(upper, abs=1e-5)
    assert np.linalg.norm(end - joint) == pytest.approx(lower, abs=1e-5)
    assert (joint - root) @ (towards - unit(way) * (towards @ unit(way))) > 0
    # Whatever its reach, it points at its target.
    np.testing.assert_allclose(unit(end - root), unit(way), atol=1e-6)
    # The joint lies in the plane of the target and the side.
    across = unit(np.cross(way, towards))
    assert (joint - root) @ across == pytest.approx(0, abs=1e-6)


@given(root=vectors, way=directions, upper=lengths, lower=lengths, share=st.floats(0.01, 0.99))
def test_a_target_within_reach_is_reached(root, way, upper, lower, share):
    nearest, farthest = abs(upper - lower) * 1.01, (upper + lower) * 0.999
    assume(nearest < farthest)
    target = root + unit(way) * (nearest + share * (farthest - nearest))
    _, end = two_bone_chain(root, target, upper, lower, np.array([1.0, 20.0, 300.0]))
    np.testing.assert_allclose(end, target, atol=1e-9)


def test_beyond_reach_the_chain_is_nearly_straight():
    joint, end = two_bone_chain(np.zeros(3), np.array([0, -9.0, 0]), 2, 1, np.array([0, 0, 1.0]))
    np.testing.assert_allclose(end, [0, -3, 0], atol=3e-3)
    np.testing.assert_allclose(joint[:2], [0, -2], atol=3e-3)
    assert 0 < joint[2] < 0.1


def test_a_hand_computed_knee():
    # A right-angled triangle with sides 3, 4 and 5.
    joint, end = two_bone_chain(np.zeros(3), np.array([5.0, 0, 0]), 3, 4, np.array([0, 0, 2.0]))
    np.testing.assert_allclose(joint, [1.8, 0, 2.4], atol=1e-12)
    np.testing.assert_allclose(end, [5, 0, 0], atol=1e-12)


def angle_between(one, other):
    return np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other)


@given(directions, directions, st.floats(0, 1))
def test_toward_turns_evenly_along_a_great_circle(start, end, share):
    start, end = unit(start), unit(end)
    angle = angle_between(start, end)
    assume(angle < np.pi - 1e-2)
    reached = np.array(toward(start, end, share))
    assert np.linalg.norm(reached) == pytest.approx(1)
    assert angle_between(start, reached) == pytest.approx(share * angle, abs=3e-6)
    assert angle_between(reached, end) == pytest.approx((1 - share) * angle, abs=3e-6)


def test_toward_ends_at_both_directions():
    start, end = unit(np.array([0.2, -1, 0.3])), unit(np.array([0.1, 1, 0.4]))
    assert toward(start, end, 0) == pytest.approx(tuple(start), abs=1e-15)
    assert toward(start, end, 1) == pytest.approx(tuple(end), abs=1e-15)
