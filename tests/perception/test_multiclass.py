import numpy as np
import pytest
from scipy.special import softmax
from tiny_tflite import give_weights, write_network

from hueman.errors import HuemanError
from hueman.perception.base import SeenClass, class_segmenter
from hueman.perception.multiclass import MulticlassSegmenter, as_probabilities

RANDOM = np.random.default_rng(4)
KERNEL, BIAS = RANDOM.normal(size=(6, 3)), RANDOM.normal(size=6)


@pytest.fixture
def make(monkeypatch, tmp_path):
    """Make the segmenter of a file that holds a given network."""

    def make_segmenter(*network, **options) -> MulticlassSegmenter:
        give_weights(monkeypatch, write_network(tmp_path / "tiny.tflite", *network, **options))
        return MulticlassSegmenter()

    return make_segmenter


def scene(rows: slice, columns: slice) -> tuple[np.ndarray, np.ndarray]:
    """A frame (1, 200, 300, 3) whose colours change slowly, and a person, who is a rectangle."""
    y, x = np.linspace(0, 1, 200)[:, None], np.linspace(0, 1, 300)[None]
    frame = np.stack(np.broadcast_arrays(255 * x, 255 * y, 128 + 100 * x * y), axis=-1)
    person = np.zeros((1, 200, 300), np.uint8)
    person[0, rows, columns] = 255
    return frame.round().astype(np.uint8)[None], person


@pytest.mark.parametrize(
    ("stated", "mean", "deviation"),
    [
        (([0.0], [255.0]), 0, 255),
        (([127.5], [127.5]), 127.5, 127.5),
        (([100.0, 110, 120], [50.0, 60, 70]), [100, 110, 120], [50, 60, 70]),
        (None, 127.5, 127.5),
    ],
)
def test_probabilities_are_the_networks_of_values_in_its_range(make, stated, mean, deviation):
    frames, person = scene(slice(50, 150), slice(100, 180))
    classes = make(KERNEL, BIAS, stated)(frames, person)
    expected = softmax((frames - np.array(mean)) / deviation @ KERNEL.T + BIAS, axis=-1)
    assert classes.dtype == np.float32
    assert classes.shape == (1, 200, 300, 6)
    np.testing.assert_allclose(classes[person > 0], expected[person > 0], atol=0.02)
    np.testing.assert_allclose(classes.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [(slice(0, 24), slice(0, 16)), (slice(160, 200), slice(290, 300)), (slice(0, 200), slice(300))],
)
def test_the_region_follows_the_person_into_corners(make, rows, columns):
    frames, person = scene(rows, columns)
    classes = make(KERNEL, BIAS, ([0.0], [255.0]))(frames, person)[0]
    expected = softmax(frames[0] / 255 @ KERNEL.T + BIAS, axis=-1)
    # Outside the frame the network sees black, which blends with the outermost pixels.
    inner = person[0] > 0
    inner[:2], inner[-2:], inner[:, :2], inner[:, -2:] = False, False, False, False
    np.testing.assert_allclose(classes[inner], expected[inner], atol=0.02)
    # A square of 1.25 of the longer side; beyond it nothing is seen.
    seen = np.argwhere(classes[..., SeenClass.BACKGROUND] < 1)
    y, x = np.argwhere(person[0]).T
    half = 1.25 / 2 * max(np.ptp(y) + 1, np.ptp(x) + 1)
    middle = np.array([y.min() + y.max(), x.min() + x.max()]) / 2
    assert np.abs(seen - middle).max() <= half + 1
    assert (classes >= 0).all()


def test_a_small_person_is_seen_large(make):
    """Stripes of one pixel, which a look at the whole frame would blur."""
    frames = np.zeros((1, 700, 900, 3), np.uint8)
    frames[:, :, ::2, 0], frames[:, :, 1::2, 2] = 255, 255
    person = np.zeros((1, 700, 900), np.uint8)
    person[:, 300:340, 500:520] = 255
    kernel = np.zeros((6, 3))
    kernel[SeenClass.CLOTHES, 0] = kernel[SeenClass.BODY_SKIN, 2] = 20
    seen = make(kernel, np.zeros(6), ([0.0], [255.0]))(frames, person)[0].argmax(axis=-1)
    assert (seen[300:340, 500:520:2] == SeenClass.CLOTHES).all()
    assert (seen[300:340, 501:520:2] == SeenClass.BODY_SKIN).all()


def test_frames_without_a_person_are_background(make):
    frames, person = scene(slice(50, 150), slice(100, 180))
    segment = make(KERNEL, BIAS)
    both = segment(np.repeat(frames, 2, axis=0), np.concatenate([0 * person, person]))
    assert (both[0] == np.eye(6)[SeenClass.BACKGROUND]).all()
    np.testing.assert_array_equal(both[1], segment(frames, person)[0])
    assert segment(frames[:0], person[:0]).shape == (0, 200, 300, 6)


def test_probabilities_of_a_network_that_gives_them_are_kept(make):
    given = np.array([0.1, 0.05, 0.2, 0.15, 0.4, 0.1])
    frames, person = scene(slice(50, 150), slice(100, 180))
    classes = make(np.zeros((6, 3)), given)(frames, person)
    np.testing.assert_allclose(classes[person > 0], np.tile(given, (8000, 1)), atol=1e-3)


@pytest.mark.parametrize("scores", [[-1.0, 1, 1], [0.2, 0.2, 0.2], [5.0, 0, 0]])
def test_scores_become_probabilities(scores):
    np.testing.assert_allclose(
        as_probabilities(np.array([scores])), [np.exp(scores) / np.exp(scores).sum()]
    )


@pytest.mark.parametrize(("classes", "size"), [(6, 128), (2, 256)])
def test_another_network_is_refused_in_one_sentence(make, classes, size):
    with pytest.raises(HuemanError, match=rf"another network.*{size}, {size}, 3") as refused:
        make(KERNEL[:classes], BIAS[:classes], size=size)
    assert "\n" not in str(refused.value)


def test_what_is_no_network_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "tiny.tflite"
    path.write_text("<html>Not found</html>")
    give_weights(monkeypatch, path)
    with pytest.raises(HuemanError, match=r"tiny\.tflite is not a network that LiteRT can run"):
        MulticlassSegmenter()


def test_a_file_of_other_bytes_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    write_network(tmp_path / "selfie_multiclass_256x256.tflite", KERNEL, BIAS)
    with pytest.raises(HuemanError, match="is not the file for selfie-multiclass"):
        class_segmenter("multiclass")


def test_only_clips_and_masks_of_one_size_are_taken(make):
    frames, person = scene(slice(50, 150), slice(100, 180))
    segment = make(KERNEL, BIAS)
    with pytest.raises(ValueError, match="frames must be uint8"):
        segment(frames[0], person)
    with pytest.raises(ValueError, match=r"person must be \(1, 200, 300\)"):
        segment(frames, person[:, 1:])
