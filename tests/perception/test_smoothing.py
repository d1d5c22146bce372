import numpy as np
import pytest

from hueman.perception.smoothing import smooth_poses

FPS = 25.0


def clip(paths: np.ndarray) -> np.ndarray:
    """Paths (T, J, 2) as a clip in which all is seen, float32 (T, J, 3)."""
    return np.dstack([paths, np.ones(paths.shape[:2])]).astype(np.float32)


@pytest.fixture
def still() -> np.ndarray:
    """A person 300 pixels high who stands still for 60 frames."""
    joints = np.column_stack([np.linspace(100, 160, 18), np.linspace(40, 340, 18)])
    return np.broadcast_to(joints, (60, 18, 2)).copy()


def test_rest_stays_as_it_is(still):
    np.testing.assert_allclose(smooth_poses(clip(still), FPS), clip(still), atol=1e-3)


def test_jitter_goes(still):
    noisy = still + np.random.default_rng(0).normal(0, 1.5, still.shape)
    smooth = smooth_poses(clip(noisy), FPS)[..., :2]
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.2 * np.abs(np.diff(noisy, axis=0)).mean()
    assert np.abs(smooth - still).mean() < 0.6 * np.abs(noisy - still).mean()


def test_fast_movements_do_not_lag(still):
    """A wrist waving once a second, 80 pixels to each side."""
    moving = still.copy()
    moving[:, 4, 0] += 80 * np.sin(2 * np.pi * np.arange(60) / FPS)
    smooth = smooth_poses(clip(moving), FPS)[5:-5, 4, 0]
    truth = moving[5:-5, 4, 0]
    assert np.abs(smooth - truth).max() < 4
    mismatch = [np.abs(np.roll(smooth, shift) - truth)[3:-3].mean() for shift in (-1, 0, 1)]
    assert mismatch[1] == min(mismatch)


@pytest.mark.parametrize("speed", [0.03, 0.06, 0.1, 0.2])
def test_slow_movements_are_followed(still, speed):
    """A wrist that sets out, and stops: body sizes a second, slower than jitter looks."""
    moving = np.repeat(still[:1], 150, axis=0)
    height = np.linalg.norm(np.ptp(still[0], axis=0))
    moving[:, 4, 0] += speed * height * np.clip(np.arange(150) / FPS - 2, 0, 2)
    smooth = smooth_poses(clip(moving), FPS)[:, 4, 0]
    assert np.abs(smooth - moving[:, 4, 0]).max() < 1


def test_missing_joints_are_untouched(still):
    pose = clip(still + np.random.default_rng(0).normal(0, 1, still.shape))
    pose[20:30, 4] = 0
    pose[30:, 4, 0] += 100
    smooth = smooth_poses(pose, FPS)
    np.testing.assert_array_equal(smooth[..., 2], pose[..., 2])
    np.testing.assert_array_equal(smooth[20:30, 4], 0)
    assert abs(smooth[30, 4, 0] - pose[30, 4, 0]) < 2, "nothing is smoothed over a gap"


def test_size_does_not_matter(still):
    """A clip at twice the size is smoothed to twice the coordinates."""
    noisy = still + np.random.default_rng(0).normal(0, 1.5, still.shape)
    small, large = smooth_poses(clip(noisy), FPS), smooth_poses(clip(2 * noisy), FPS)
    np.testing.assert_allclose(2 * small[..., :2], large[..., :2], atol=1e-2)


def test_forwards_and_backwards_are_alike(still):
    noisy = clip(still + np.random.default_rng(0).normal(0, 1.5, still.shape))
    np.testing.assert_allclose(
        smooth_poses(noisy[::-1], FPS)[::-1], smooth_poses(noisy, FPS), atol=1e-3
    )


@pytest.mark.parametrize("length", [0, 1])
def test_short_clips(still, length):
    np.testing.assert_allclose(
        smooth_poses(clip(still[:length]), FPS), clip(still[:length]), atol=1e-4
    )


def test_wrong_input_is_refused(still):
    with pytest.raises(ValueError, match="pose must be"):
        smooth_poses(still, FPS)
    with pytest.raises(ValueError, match="fps"):
        smooth_poses(clip(still), 0)
