"""Weights that others have published: pickled arrays, torch files, packages."""

import pickle
import struct
from pathlib import Path

import numpy as np

from ..crafting import (
    DEEP,
    TERA,
    Code,
    encrypt,
    expanded,
    npz,
    pickled,
    raw,
    tar,
    text,
    torch_file,
    zip_bomb,
)
from ..kind import Kind


def _pickle(file: Path, out: Path) -> None:
    from hueman.weights.numpy_pickle import read_numpy_pickle

    read_numpy_pickle(file)


def _weights(file: Path, out: Path) -> None:
    from hueman.weights.published import read_state

    read_state(file)


def _archive(file: Path, out: Path) -> None:
    from hueman.errors import HuemanError
    from hueman.weights.sources import SourceError, _extract

    try:
        _extract(file, "package/weights.bin", out / "weights.bin", 1000)
    except SourceError as error:  # the registry tells it so
        raise HuemanError(str(error)) from error


ARRAYS = Kind(
    "published arrays",
    ("arrays.pickle",),
    {"read_numpy_pickle": _pickle},
    crafted={
        "code": pickled({"a": Code()}),
        "code by global": raw(b"cos\nmkdir\n(S'canary'\ntR."),
        "an array of terabytes": raw(b"cnumpy\nndarray\n((I1000000000000\ntS'f8'\ntR."),
        "bytes of terabytes": raw(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "a frame of exabytes": raw(b"\x80\x04\x95" + b"\xff" * 8),
        "a tree that holds itself": raw(b"\x80\x02}q\0U\1ah\0s."),
        "deep": raw(b"\x80\x02" + b"}U\1a" * DEEP + b"}" + b"s" * DEEP + b"."),
        "objects": pickled({"a": np.array([None])}),
        "a list": pickled([1]),
        "4 billion on the stack": raw(b"\x80\x02r\xff\xff\xff\x7f."),
        "memo far away": raw(b"\x80\x02Nr\xff\xff\xff\x7f."),
    },
)

WEIGHTS = Kind(
    "published weights",
    ("weights.pth",),
    {"read_state": _weights},
    crafted={
        "code": torch_file(lambda: {"a": Code()}),
        "a pickle": raw(pickle.dumps({"a": Code()})),
        "a list": torch_file(lambda: [1]),
        "expanded": torch_file(expanded),
        "a zip bomb": zip_bomb(b"\x80\x02}q\0.", "archive/data.pkl", 1792),
        "a web page": text("<html>" * 100),
        "a terabyte of bytes": raw(b"\x80\x04\x8e" + struct.pack("<Q", TERA)),
        "an old archive": tar("tensors"),
    },
)

PACKAGES = Kind(
    "packages",
    ("wheel.zip",),
    {"_extract": _archive},
    crafted={
        "another member": npz(b"x", "package/other.bin"),
        "ways out": npz(b"x", "../../package/weights.bin"),
        "a zip bomb": zip_bomb(b"", "package/weights.bin", 1792),
        "a link out": tar("package/weights.bin", "/etc/passwd"),
        "a link to itself": tar("package/weights.bin", "weights.bin"),
        "a folder": tar("package/weights.bin/"),
        "encrypted": lambda path: encrypt(path),
        "no archive": text("x" * 1000),
    },
)
