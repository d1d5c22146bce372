import av
import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from hueman.evaluation.fvd import (
    VideoFeatures,
    frechet_distance,
    fvd,
    network_input,
    video_windows,
)
from hueman.networks.i3d import I3D
from hueman.weights.readers import load_i3d

LEGS = {"high kick": 152, "side kick": 302, "swinging legs": 343}
"""Places of these actions among the 400."""


@pytest.fixture(scope="module")
def network() -> I3D:
    return load_i3d()


def still(value: float, frames: int) -> torch.Tensor:
    return torch.full((frames, 3, 64, 64), value)


def samples(first: int, second: int, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of Gaussians with other means and with correlations."""
    random = np.random.default_rng(3)
    mixing = random.normal(size=(2, dimensions, dimensions))
    return (
        random.normal(size=(first, dimensions)) @ mixing[0],
        random.normal(size=(second, dimensions)) @ mixing[1] + 0.5,
    )


def test_logits_are_those_of_the_published_network(network):
    """DeepMind's module on TensorFlow Hub, 15 black frames, as printed in zhanganny/cal_FVD."""
    features = VideoFeatures(network, 15)
    features.add(still(-1, 15))
    expected = [0.7422105, 2.829727, 0.39993525, -0.38092658, 0.65539014, -1.4021297]
    assert features.logits[0, [0, 1, 2, -3, -2, -1]].tolist() == pytest.approx(expected, abs=1e-4)


def test_black_and_white_are_as_far_apart_as_published(network):
    """The example of the publication's code: "should be around 131", here 133.9."""
    found = fvd([still(-1, 30)], [still(1, 15), still(1, 16)], network, length=15)
    assert found == pytest.approx(131, rel=0.03)


def test_it_sees_what_is_done(network, clips_folder):
    """Of an actor that marches on the spot: the three likeliest actions are of the legs."""
    with av.open(str(clips_folder / "mustard" / "march.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][:20]
    features = VideoFeatures(network)
    features.add(torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2) / 127.5 - 1)
    assert features.logits.shape == (1, 400)
    assert set(features.logits[0].argsort()[-3:]) == set(LEGS.values())


def test_windows_follow_each_other():
    videos = [torch.arange(count).view(-1, 1, 1, 1).expand(-1, 3, 4, 4) for count in (7, 2, 3)]
    first_frames = [window[:, 0, 0, 0].tolist() for window in video_windows(videos, length=3)]
    assert first_frames == [[0, 1, 2], [3, 4, 5], [0, 1, 2]]
    with pytest.raises(ValueError, match="expected a video"):
        next(video_windows([torch.zeros(16, 4, 4, 3)]))


@pytest.mark.parametrize(("height", "width"), [(96, 64), (384, 256), (224, 224)])
def test_resizing_takes_pixels_where_tensorflow_1_does(height, width):
    picture = np.random.default_rng(0).uniform(-1, 1, (3, height, width))
    expected = picture
    for axis, size in ((1, height), (2, width)):
        place = np.arange(224) * size / 224
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, size - 1)
        share = (place - low)[:, None] if axis == 1 else place - low
        expected = expected.take(low, axis) * (1 - share) + expected.take(high, axis) * share
    found = network_input(torch.from_numpy(picture)[None])
    assert found.shape == (1, 3, 1, 224, 224)
    np.testing.assert_allclose(found[0, :, 0].numpy(), expected, atol=2e-4)


def test_distance_of_independent_gaussians():
    """With diagonal covariances: the sum of (m1 - m2)^2 + (s1 - s2)^2."""
    random = np.random.default_rng(1)
    columns = random.normal(size=(50, 6))
    # Columns of mean 0 and variance 1 that do not correlate.
    standard = np.linalg.qr(columns - columns.mean(axis=0))[0] * np.sqrt(49)
    means, deviations = random.normal(size=(2, 6)), random.uniform(0.5, 3, (2, 6))
    first, second = (standard * deviations[i] + means[i] for i in range(2))
    expected = np.square(means[0] - means[1]).sum() + np.square(deviations[0] - deviations[1]).sum()
    assert frechet_distance(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(("first", "second"), [(300, 200), (9, 200), (7, 5)])
def test_distance_is_that_of_the_definition(first, second):
    """With samples fewer than dimensions too, where the roots are singular."""
    a, b = samples(first, second, 12)
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # The root of the symmetric product has the trace that is asked for, and is real.
    values, vectors = np.linalg.eigh(covariances[0])
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ covariances[1] @ root).clip(0)).sum()
    between = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    expected = between + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * shared
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-5)


def test_distance_is_that_of_scipys_root():
    a, b = samples(300, 200, 12)
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(covariances[0] @ covariances[1]))
    between = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    expected = between + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected)


@pytest.mark.parametrize("count", [5, 100])
def test_distance_is_symmetric_and_zero_for_the_same(count):
    a, b = samples(count, count + 3, 40)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, a[::-1]) == pytest.approx(0, abs=1e-9 * np.square(a).sum())


@pytest.mark.parametrize(
    ("first", "second"), [((1, 4), (3, 4)), ((3, 4), (3, 5)), ((3,), (3,)), ((0, 4), (3, 4))]
)
def test_samples_that_do_not_fit_are_refused(first, second):
    with pytest.raises(ValueError, match="expected two samples"):
        frechet_distance(np.zeros(first), np.zeros(second))
