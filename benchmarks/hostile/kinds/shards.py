"""Shards of datasets: tar files with a NumPy archive for each sample."""

import bz2
import hashlib
import io
import json
import lzma
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..crafting import TERA, Code, Crafted, encrypt, npy, npz, raw
from ..kind import Kind
from .shard_indexes import load_shards, read_shards

LARGEST = 10**8
"""Bytes of a spoiled shard that its index is made to describe."""


def _by_index(file: Path, out: Path) -> Path:
    """Write an index that describes a spoiled shard; who spoils a shard can write its index."""
    described = out / "shards"
    described.mkdir()
    for shard in file.parent.glob("*.tar"):
        (described / shard.name).symlink_to(shard)
    index = json.loads((file.parent / "shards.json").read_text("utf-8"))
    if file.is_file() and 0 < file.stat().st_size < LARGEST:
        content = file.read_bytes()
        index["shards"][0]["sha256"] = hashlib.sha256(content).hexdigest()
        index["shards"][0]["bytes"] = len(content)
    (described / "shards.json").write_text(json.dumps(index), "utf-8")
    return described / file.name


Members = list[tuple[tarfile.TarInfo, bytes]]


def _tar(make: Callable[[str, bytes], Members], mode: str = "w") -> Crafted:
    """Write a shard whose members are made of the name and the content of the first good one."""

    def write(path: Path) -> None:
        with tarfile.open(path) as good:
            first = next(member for member in good if member.name.endswith(".npz"))
            content = good.extractfile(first).read()  # type: ignore[union-attr]
        with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
            for member, data in make(first.name, content):
                archive.addfile(member, io.BytesIO(data))

    return write


def _member(name: str, size: int = 0, **fields: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    for field, value in fields.items():
        setattr(member, field, value)
    return member


def _special(kind: bytes, link: str = "") -> Crafted:
    return _tar(lambda name, content: [(_member(name, type=kind, linkname=link), b"")])


def _named(change: str) -> Crafted:
    return _tar(lambda name, content: [(_member(change, len(content)), content)])


def _holding(spoil: Crafted) -> Crafted:
    """Write a shard with a NumPy archive that was spoiled by one of the crafts for files."""

    def write(path: Path) -> None:
        inner = path.with_suffix(".npz")

        def members(name: str, content: bytes) -> Members:
            inner.write_bytes(content)
            spoil(inner)
            data = inner.read_bytes()
            inner.unlink()
            return [(_member(name, len(data)), data)]

        _tar(members)(path)

    return write


def _array(name: str, content: Callable[[tuple[int, ...]], bytes]) -> Crafted:
    """Put something else for an array of the NumPy archive, made of the good one's shape."""

    def spoil(path: Path) -> None:
        with np.load(path) as good:
            arrays = {key: good[key] for key in good.files}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, array in arrays.items():
                buffer = io.BytesIO()
                np.save(buffer, array)
                data = content(array.shape) if key == name else buffer.getvalue()
                archive.writestr(f"{key}.npy", data)

    return _holding(spoil)


def _saved(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def _squeezed(method: int, data: bytes) -> Crafted:
    """Say that members are compressed in a way in which they are not."""

    def spoil(path: Path) -> None:
        content = bytearray(path.read_bytes())
        for mark, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            start = content.find(mark)
            while start >= 0:
                content[start + place : start + place + 2] = struct.pack("<H", method)
                if mark == b"PK\3\4":
                    size = sum(struct.unpack("<HH", content[start + 26 : start + 30]))
                    begin = start + 30 + size
                    content[begin : begin + len(data)] = data
                start = content.find(mark, start + 4)
        path.write_bytes(content)

    return _holding(spoil)


def _header(field: slice, value: bytes) -> Crafted:
    """Change a field of the header of the second member, and its checksum with it."""

    def write(path: Path) -> None:
        data = bytearray(path.read_bytes())
        with tarfile.open(path) as good:
            start = good.getmembers()[1].offset
        head = data[start : start + 512]
        head[field] = value.ljust(field.stop - field.start, b"\0")
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        data[start : start + 512] = head
        path.write_bytes(data)

    return write


def _sparse(name: str, content: bytes) -> Members:
    """A member of a terabyte, of which nothing is stored."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": name}
    headers["GNU.sparse.realsize"] = str(TERA)
    data = f"1\n{TERA - 1}\n1\n".encode().ljust(512, b"\0") + b"x"
    return [(_member(name, len(data), pax_headers=headers), data)]


def _pax(**headers: str) -> Crafted:
    named = {name.replace("_", "."): value for name, value in headers.items()}
    return _tar(
        lambda name, content: [(_member(name, len(content), pax_headers=named), content)],
    )


def _packed(path: Path) -> None:
    path.write_bytes(bz2.compress(path.read_bytes()))


SHARDS = Kind(
    "shards (.tar)",
    ("shards/shards-000000.tar",),
    {
        "Shards, described": lambda file, out: read_shards(_by_index(file, out), out),
        "load_split, described": lambda file, out: load_shards(_by_index(file, out), out),
        "Shards": read_shards,
    },
    share=3,
    around=("shards/shards.json", "shards/shards-000001.tar"),
    renamed=False,
    crafted={
        "a way out": _named("../../../escape.npz"),
        "an absolute way out": _named("/escape.npz"),
        "a name with escapes": _named("\x1b[2J\n.npz"),
        "a name not in UTF-8": _named(os.fsdecode(b"\xff\xfe.npz")),
        "a link out": _special(tarfile.SYMTYPE, "/etc/passwd"),
        "a hard link out": _special(tarfile.LNKTYPE, "/etc/passwd"),
        "a link to itself": _tar(
            lambda name, content: [(_member(name, type=tarfile.LNKTYPE, linkname=name), b"")]
        ),
        "a device": _special(tarfile.CHRTYPE),
        "a pipe": _special(tarfile.FIFOTYPE),
        "a folder": _special(tarfile.DIRTYPE),
        "a sparse terabyte": _tar(_sparse),
        "sparse numbers": _pax(GNU_sparse_map="0,9,x", GNU_sparse_size="x"),
        "sparse blocks by thousands": _pax(
            GNU_sparse_map=",".join(map(str, range(40_000))), GNU_sparse_size="40000"
        ),
        "size as text": _pax(size="x"),
        "size of a terabyte": _pax(size=str(TERA)),
        "a negative size": _pax(size="-1"),
        "size of 5000 digits": _pax(size="9" * 5000),
        "time as NaN": _pax(mtime="nan"),
        "a name of 1 MB": _pax(path="x" * 10**6),
        "header with 8 exabytes": _header(slice(124, 136), b"\x80" + b"\0" * 3 + b"\x7f" * 8),
        "header with a negative size": _header(slice(124, 136), b"\xff" * 12),
        "header with a size in words": _header(slice(124, 136), b"twelve"),
        "header of no type": _header(slice(156, 157), b"?"),
        "long name of gigabytes": _header(slice(124, 157), b"77777777777\0" + b" " * 20 + b"L"),
        "twice": _tar(lambda name, content: [(_member(name, len(content)), content)] * 2),
        "100,000 members": _tar(lambda name, content: [(_member("x"), b"")] * 100_000),
        "no members": _tar(lambda name, content: []),
        "packed": _tar(lambda name, content: [(_member(name, len(content)), content)], "w:gz"),
        "packed twice": _packed,
        "no archive": _holding(raw(b"x" * 1000)),
        "an empty archive": _holding(npz(b"", "x")),
        "a pickle": _holding(raw(pickle.dumps(Code()))),
        "an array alone": _holding(raw(npy("(2, 18, 3)", data=bytes(432)))),
        "encrypted": _holding(encrypt),
        "compressed by bzip2, not so": _squeezed(zipfile.ZIP_BZIP2, b"BZh9garbage"),
        "compressed by LZMA, not so": _squeezed(zipfile.ZIP_LZMA, b"\x09\x14\xff\xff\xff\xff"),
        "compressed by LZMA, really not": _squeezed(zipfile.ZIP_LZMA, lzma.compress(b"x" * 99)),
        "compressed in no known way": _squeezed(77, b""),
        "objects": _array("pose", lambda shape: _saved(np.array([Code()], object))),
        "objects by header": _array("pose", lambda s: npy(str(s), "|O", pickle.dumps(Code()))),
        "size as code": _array("pose", lambda s: npy("__import__('os').mkdir('canary')")),
        "a deep size": _array("pose", lambda shape: npy("(" * 90 + ")" * 90)),
        "a terabyte claimed": _array("pose", lambda shape: npy(f"({TERA}, 18, 3)")),
        "a gigabyte too much": _array("frames", lambda s: npy(str(s), "|u1", bytes(10**9))),
        "nothing after a header": _array("frames", lambda shape: npy(str(shape), "|u1")),
        "another format": _array("pose", lambda shape: b"\x93NUMPY\3\0" + bytes(200)),
        "a header in words": _array("pose", lambda s: b"\x93NUMPY\1\0\x10\0" + b"words and words "),
        "a header of NaN": _array("pose", lambda s: npy("(float('nan'),)")),
        "NaN joints": _array("pose", lambda s: _saved(np.full(s, np.nan, np.float32))),
        "infinite joints": _array("pose", lambda s: _saved(np.full(s, np.inf, np.float32))),
        "joints of 1e38": _array("pose", lambda s: _saved(np.full(s, 1e38, np.float32))),
        "parts of 255": _array("parts", lambda s: _saved(np.full(s, 255, np.uint8))),
        "nobody": _array("person", lambda s: _saved(np.zeros(s, np.uint8))),
    },
)
