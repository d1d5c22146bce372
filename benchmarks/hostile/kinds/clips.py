"""Prepared clips: HDF5."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..crafting import TERA, Crafted
from ..entries import drive, generate, materials
from ..kind import Kind


def _h5(change: Callable[[Any], object]) -> Crafted:
    def write(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)

    return write


def _h5_array(name: str, **how: object) -> Crafted:
    def change(file: Any) -> None:
        del file[name]
        file.create_dataset(name, **how)

    return _h5(change)


def _h5_all(shape: Callable[[tuple], tuple]) -> Crafted:
    """All arrays consistently of another shape, with nothing stored."""

    def change(file: Any) -> None:
        for name in list(file):
            dataset = file[name]
            new, kind = shape(dataset.shape), dataset.dtype
            del file[name]
            chunks = tuple(min(64, side) for side in new) if all(new) else None
            file.create_dataset(name, new, kind, chunks=chunks)

    return _h5(change)


def _h5_pose(value: float) -> Crafted:
    def change(file: Any) -> None:
        pose = file["pose"][:]
        pose[1, 3, 0] = value
        file["pose"][...] = pose

    return _h5(change)


def _external_array(file: Any) -> None:
    shape, kind = file["frames"].shape, file["frames"].dtype
    del file["frames"]
    file.create_dataset("frames", shape, kind, external=[("/etc/passwd", 0, 10**6)])


def _external_link(file: Any) -> None:
    del file["frames"]
    file["frames"] = h5py.ExternalLink("/etc/passwd", "/frames")


def _soft_loop(file: Any) -> None:
    del file["frames"]
    file["frames"] = h5py.SoftLink("/frames")


def _virtual(file: Any) -> None:
    shape, kind = file["frames"].shape, file["frames"].dtype
    del file["frames"]
    layout = h5py.VirtualLayout(shape, kind)
    layout[...] = h5py.VirtualSource("/etc/passwd", "frames", shape)
    file.create_virtual_dataset("frames", layout)


def _attribute(name: str, value: object) -> Crafted:
    return _h5(lambda file: file.attrs.__setitem__(name, value))


def _content(file: Path, out: Path) -> None:
    drive = materials() / "poses.npz"
    generate("--content", str(file), "--drive", str(drive), "--out", str(out / "x.mp4"))


def _read_clip(file: Path, out: Path) -> None:
    from hueman.clips.store import read_clip

    read_clip(file)


CLIPS = Kind(
    "prepared clips (.h5)",
    ("clip.h5",),
    {
        "read_clip": _read_clip,
        "hueman generate --content": _content,
        "hueman generate --drive": drive,
    },
    share=3,
    crafted={
        "a terabyte of frames": _h5_all(lambda shape: (10**7, *shape[1:])),
        "huge frames": _h5_all(
            lambda s: s if len(s) == 3 and s[1:] == (18, 3) else (s[0], 200_000, 200_000, *s[3:])
        ),
        "one huge array": _h5_array("frames", shape=(TERA,), dtype="u1", chunks=(1024,)),
        "text": _h5_array("pose", data=[b"x"] * 4),
        "texts of any length": _h5_array("pose", data=["x"] * 4, dtype=h5py.string_dtype()),
        "references": _h5_array("pose", shape=(4,), dtype=h5py.ref_dtype),
        "no numbers": _h5_array("pose", data=h5py.Empty("f4")),
        "a group": _h5(lambda file: (file.__delitem__("pose"), file.create_group("pose"))),
        "missing": _h5(lambda file: file.__delitem__("pose")),
        "stored in /etc/passwd": _h5(_external_array),
        "a link to /etc/passwd": _h5(_external_link),
        "a link to itself": _h5(_soft_loop),
        "a view of /etc/passwd": _h5(_virtual),
        "NaN joints": _h5_pose(np.nan),
        "infinite joints": _h5_pose(np.inf),
        "joints of 1e38": _h5_pose(1e38),
        "joints of 1e7": _h5_pose(1e7),
        "all joints at one place": _h5(lambda f: f["pose"].write_direct(np.ones((4, 18, 3), "f4"))),
        "nobody": _h5(lambda file: file["person"].write_direct(np.zeros((4, 96, 64), "u1"))),
        "no parts": _h5(lambda file: file["parts"].write_direct(np.zeros((4, 96, 64), "u1"))),
        "parts of 255": _h5(lambda f: f["parts"].write_direct(np.full((4, 96, 64), 255, "u1"))),
        "no frames": _h5_all(lambda shape: (0, *shape[1:])),
        "frames without pixels": _h5_all(lambda s: s if s[1:] == (18, 3) else (s[0], 0, 0, *s[3:])),
        "NaN fps": _attribute("fps", np.nan),
        "no fps": _attribute("fps", 0.0),
        "negative fps": _attribute("fps", -1.0),
        "infinite fps": _attribute("fps", np.inf),
        "many fps": _attribute("fps", [1.0, 2.0]),
        "fps as text": _attribute("fps", "x"),
        "a billion fps": _attribute("fps", 1e9),
        "actor as a way out": _attribute("actor", "../../../escape"),
        "format as text": _attribute("format", "x"),
        "format as list": _attribute("format", [1, 1]),
    },
)
