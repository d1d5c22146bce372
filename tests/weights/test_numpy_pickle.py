import os
import pickle

import numpy as np
import pytest

from hueman.errors import HuemanError
from hueman.weights.numpy_pickle import read_numpy_pickle


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def write(path, value):
    """Pickle by protocol 3, as the published files are."""
    path.write_bytes(pickle.dumps(value, protocol=3))
    return path


def test_arrays_come_back(tmp_path):
    tree = {"a": {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}, "b": np.ones(2)}
    read = read_numpy_pickle(write(tmp_path / "x", tree))
    assert read.keys() == tree.keys()
    np.testing.assert_array_equal(read["a"]["kernel"], tree["a"]["kernel"])
    np.testing.assert_array_equal(read["b"], tree["b"])


def test_a_hostile_pickle_does_nothing(tmp_path):
    file = write(tmp_path / "x", {"a": Hostile(tmp_path / "made")})
    with pytest.raises(HuemanError, match="mkdir"):
        read_numpy_pickle(file)
    assert not (tmp_path / "made").exists()
    pickle.loads(file.read_bytes())
    assert (tmp_path / "made").exists(), "the pickle was not hostile, so the test proves nothing"


@pytest.mark.parametrize("value", [[1, 2], {"a": "text"}, {"a": np.array([None])}, {"a": {"b": 1}}])
def test_other_content_is_refused(tmp_path, value):
    with pytest.raises(HuemanError):
        read_numpy_pickle(write(tmp_path / "x", value))


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps({"a": np.ones(9)})[:60]])
def test_damage_is_reported(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(HuemanError, match="fetch it again"):
        read_numpy_pickle(tmp_path / "x")
