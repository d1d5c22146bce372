"""Full and read-only disks: one clear sentence of every writer, and nothing half-written."""

import inspect
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_disk import make_read_only, small_disk
from tiny_model import tiny_model, tiny_model_file

from hueman import cli
from hueman.clips.arrays import write_arrays
from hueman.clips.encoding import write_video
from hueman.clips.sheets import write_picture
from hueman.errors import DiskError
from hueman.files import atomic_file
from hueman.training.checkpoints import Checkpoints
from hueman.training.model import save_model

FREE = 64 * 1024
NOISE = np.random.default_rng(0).integers(0, 255, (8, 128, 96, 3), np.uint8)


def checkpoint(folder):
    Checkpoints(folder).save(1, {"step": 1, "noise": torch.from_numpy(NOISE)}, best=None)


def safetensors(folder):
    with atomic_file(folder / "a.safetensors") as temporary:
        save_file({"noise": torch.from_numpy(NOISE)}, temporary)


WRITERS = {
    "arrays": lambda folder: write_arrays(folder / "a.h5", {}, {"noise": NOISE}),
    "video": lambda folder: write_video(folder / "a.mp4", [*NOISE], 25, crf=1),
    "alpha": lambda folder: write_video(
        folder / "a.mov", [np.dstack([*NOISE[:2]])[..., :4]] * 8, 25
    ),
    "gif": lambda folder: write_video(folder / "a.gif", [*NOISE], 25),
    "pictures": lambda folder: write_video(folder / "a", [*NOISE], 25),
    "picture": lambda folder: write_picture(folder / "a.png", np.concatenate(NOISE)),
    "checkpoint": checkpoint,
    "safetensors": safetensors,
    "model": lambda folder: save_model(tiny_model(), folder / "a.safetensors", {}),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk(writer, tmp_path):
    with small_disk(tmp_path / "disk", FREE) as disk:
        with pytest.raises(
            DiskError, match=r"^The disk is full, so \S+ was not written; free some"
        ):
            WRITERS[writer](disk)
        assert not list(disk.iterdir())


@pytest.mark.parametrize("writer", WRITERS)
def test_a_read_only_disk(writer, tmp_path):
    with small_disk(tmp_path / "disk", FREE) as disk:
        make_read_only(disk)
        with pytest.raises(DiskError, match=r"cannot be written \(Read-only file system\); choose"):
            WRITERS[writer](disk)


def test_frames_that_cannot_be_written_are_not_left_waiting(tmp_path):
    frames = (frame for frame in NOISE)
    with small_disk(tmp_path / "disk", FREE) as disk, pytest.raises(DiskError):
        write_video(disk / "a.mp4", frames, 25, crf=1)
    assert inspect.getgeneratorstate(frames) == inspect.GEN_CLOSED


def test_a_command_ends_with_one_line(truth_dataset, tmp_path, monkeypatch, capsys):
    model = tiny_model_file(tmp_path)
    clip = truth_dataset.root / truth_dataset.entries[0].file
    with small_disk(tmp_path / "disk", 1) as disk:
        command = ["generate", model, "--content", clip, "--drive", clip, "--out", disk / "a.mp4"]
        monkeypatch.setattr(sys, "argv", ["hueman", *map(str, command)])
        assert error_line(capsys).startswith("error: The disk is full, so ")
        make_read_only(disk)
        assert "cannot be written (Read-only file system)" in error_line(capsys)
        assert not list(disk.iterdir())


def error_line(capsys) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    errors = capsys.readouterr().err
    assert "Traceback" not in errors
    [line] = [line for line in errors.splitlines() if line.startswith("error: ")]
    return line
