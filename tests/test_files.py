"""Outputs appear whole or not at all."""

import errno

import pytest

from hueman.errors import HuemanError
from hueman.files import LOCK, UNFINISHED, atomic_file, atomic_folder


def test_file_appears_when_the_block_succeeds(tmp_path):
    target = tmp_path / "new" / "a.txt"
    with atomic_file(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail():
        with atomic_file(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_folder_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "out"
    for name in ("first", "second"):
        with atomic_folder(target) as temporary:
            (temporary / name).write_text(name)
    assert [path.name for path in target.iterdir()] == ["second"]
    assert list(tmp_path.iterdir()) == [target]


def test_full_disk_is_one_clear_sentence(tmp_path):
    with (
        pytest.raises(HuemanError, match="disk is full"),
        atomic_file(tmp_path / "a.txt"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_in_place_of_a_folder_is_one_clear_sentence(tmp_path):
    (tmp_path / "out").write_text("a file")
    with (
        pytest.raises(HuemanError, match=r"out/a\.txt cannot be written .*another output folder"),
        atomic_file(tmp_path / "out" / "a.txt"),
    ):
        pass


def test_an_old_folder_stays_when_the_new_one_cannot_take_its_place(tmp_path):
    target = tmp_path / "out"
    with atomic_folder(target) as temporary:
        (temporary / "old").touch()
    with pytest.raises(FileNotFoundError), atomic_folder(target) as temporary:
        temporary.rmdir()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("files", [[], [LOCK], [LOCK, "b.txt"]])
def test_what_a_killed_writer_left_goes_and_what_others_write_stays(files, tmp_path):
    left = tmp_path / f".left{UNFINISHED}"
    left.mkdir()
    for name in files:
        (left / name).touch()
    with atomic_file(tmp_path / "a.txt") as first:
        first.write_text("first")
        with atomic_file(tmp_path / "b.txt") as second:
            second.write_text("second")
        assert not left.exists()
        assert first.read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_an_unreadable_input_is_not_taken_for_the_output(tmp_path):
    with pytest.raises(PermissionError), atomic_file(tmp_path / "out" / "a.txt"):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "input.txt"))
