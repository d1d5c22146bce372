import numpy as np
import pytest
from tiny_tflite import write_network

from hueman.weights.registry import locate
from hueman.weights.tflite_metadata import input_normalization


@pytest.mark.parametrize(
    ("mean", "deviation"), [([0.0], [255.0]), ([127.5], [127.5]), ([1.0, 2, 3], [4.0, 5, 6])]
)
def test_the_file_says_what_values_it_wants(tmp_path, mean, deviation):
    path = write_network(tmp_path / "a.tflite", np.eye(3), np.zeros(3), (mean, deviation), size=8)
    found = input_normalization(path)
    assert found is not None
    np.testing.assert_array_equal(found[0], np.float32(mean))
    np.testing.assert_array_equal(found[1], np.float32(deviation))


def test_some_files_say_nothing(tmp_path):
    assert (
        input_normalization(write_network(tmp_path / "a", np.eye(3), np.zeros(3), size=8)) is None
    )
    assert input_normalization(locate("blazepose")) is None
