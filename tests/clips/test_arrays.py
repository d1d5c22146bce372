import h5py
import numpy as np
import pytest

from hueman.clips.arrays import check_array, open_arrays, read_array, write_arrays
from hueman.errors import HuemanError
from hueman.files import file_sha256

FRAMES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
ARRAYS = {
    "frames": FRAMES,
    "versions": np.stack([FRAMES, FRAMES + 1]),
    "nothing": np.zeros((0, 3, 4, 5), np.uint8),
    "numbers": np.linspace(0, 1, 6, dtype=np.float32).reshape(3, 2),
}


@pytest.fixture
def path(tmp_path):
    write_arrays(tmp_path / "a.h5", {"format": 7, "name": "Böb"}, ARRAYS, {"versions": 1})
    return tmp_path / "a.h5"


def test_what_is_written_is_read(path):
    with open_arrays(path, "toy", 7, "make it again") as file:
        assert file.attrs["name"] == "Böb"
        for name, array in ARRAYS.items():
            read = read_array(file, name)
            assert read.dtype == array.dtype
            np.testing.assert_array_equal(read, array)
        np.testing.assert_array_equal(read_array(file, "frames", [0, 2]), FRAMES[::2])


@pytest.mark.parametrize(("name", "chunks"), [("frames", (1, 4, 5)), ("versions", (1, 1, 4, 5))])
def test_frames_are_chunks(path, name, chunks):
    with h5py.File(path) as file:
        array = file[name]
        assert isinstance(array, h5py.Dataset)
        assert array.chunks == chunks


def test_equal_content_gives_equal_bytes(path, tmp_path):
    digest = write_arrays(tmp_path / "b.h5", {"format": 7, "name": "Böb"}, ARRAYS, {"versions": 1})
    assert path.read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert digest == file_sha256(path)
    other = write_arrays(tmp_path / "c.h5", {"format": 7, "name": "Bob"}, ARRAYS, {"versions": 1})
    assert other != digest


def read(path, name="frames", format_=7):
    with open_arrays(path, "toy", format_, "mend it") as file:
        return read_array(file, name)


def test_what_cannot_be_read_is_named_with_a_remedy(path, tmp_path):
    with pytest.raises(HuemanError, match=r"a\.h5 is not a toy of format 8; mend it"):
        read(path, format_=8)
    with pytest.raises(HuemanError, match=r"cannot be read as a toy .*absent.*; mend it"):
        read(path, "absent")
    with pytest.raises(HuemanError, match=r"none\.h5 cannot be read"):
        read(tmp_path / "none.h5")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(HuemanError, match=r"a\.h5 cannot be read"):
        read(path)


def test_a_failed_writing_keeps_the_former_file(path):
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_arrays(path, {"format": 7}, {"objects": np.array([object()])})
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["a.h5"]
    with h5py.File(path) as file:
        assert set(file) == set(ARRAYS)


def test_arrays_are_checked_by_name():
    check_array("frames", FRAMES, np.uint8, (3, 4, 5))
    with pytest.raises(
        ValueError, match=r"frames must be uint8 \(3, 4, 6\), got uint8 \(3, 4, 5\)"
    ):
        check_array("frames", FRAMES, np.uint8, (3, 4, 6))
    with pytest.raises(ValueError, match="frames must be float32"):
        check_array("frames", FRAMES, np.float32, (3, 4, 5))
