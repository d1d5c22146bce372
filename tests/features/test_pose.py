import numpy as np
import pytest

from hueman.features.pose import check_poses, present, scale_pose


def test_scaling_keeps_the_frame_edges_in_place():
    poses = np.zeros((2, 18, 3), np.float32)
    poses[..., 2] = 0.7
    poses[:, 0, :2] = -0.5
    poses[:, 1, :2] = (63.5, 95.5)
    scaled = scale_pose(poses, 4, 2)
    np.testing.assert_allclose(scaled[:, 0, :2], -0.5)
    np.testing.assert_allclose(scaled[:, 1, :2], [[255.5, 191.5]] * 2)
    np.testing.assert_array_equal(scaled[..., 2], poses[..., 2])
    np.testing.assert_allclose(scale_pose(scaled, 1 / 4, 1 / 2), poses, atol=1e-5)


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_senseless_scales_are_refused(scale):
    with pytest.raises(ValueError, match="above zero"):
        scale_pose(np.zeros((18, 3)), scale, 1)


def test_present_is_confidence_above_zero():
    pose = np.zeros((18, 3), np.float32)
    pose[3, 2] = 0.01
    assert present(pose).nonzero()[0].tolist() == [3]


@pytest.mark.parametrize("shape", [(18, 3), (5, 17, 3), (5, 18, 2)])
def test_wrong_shapes_are_named(shape):
    with pytest.raises(ValueError, match=str(shape)[1:-1]):
        check_poses(np.zeros(shape), dimensions=3)
