"""Files made by hand to hurt: huge claims, bombs, ways out of a folder, code, nesting."""

import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

Crafted = Callable[[Path], object]
"""Writes a file, or changes the good one that is there."""
TERA = 10**12
DEEP = 100_000
CANARY = "canary"
PLAYLIST = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


class Code:
    """Pickled, a program that makes a folder where it runs."""

    def __reduce__(self) -> tuple:
        import os

        return os.mkdir, (CANARY,)


def text(content: str) -> Crafted:
    return lambda path: path.write_bytes(content.encode("utf-8", "surrogatepass"))


def raw(content: bytes) -> Crafted:
    return lambda path: path.write_bytes(content)


def replaced(old: str, new: str) -> Crafted:
    def write(path: Path) -> None:
        text = path.read_text("utf-8")
        assert old in text, (path, old)
        path.write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogatepass"))

    return write


def changed_json(change: Callable[[dict], object]) -> Crafted:
    def write(path: Path) -> None:
        content = json.loads(path.read_text("utf-8"))
        changed = change(content)
        path.write_text(json.dumps(content if changed is None else changed), "utf-8")

    return write


def pickled(value: object) -> Crafted:
    return raw(pickle.dumps(value, protocol=3))


def torch_file(make: Callable[[], object]) -> Crafted:
    def write(path: Path) -> None:
        import torch

        torch.save(make(), path)

    return write


def npy(shape: str, dtype: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + data


def npz(content: bytes, name: str = "pose.npy", method: int = zipfile.ZIP_DEFLATED) -> Crafted:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(name, content)

    return write


def saved(**arrays: np.ndarray) -> Crafted:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=True, **arrays)

    return write


def zip_bomb(head: bytes, name: str, megabytes: int) -> Crafted:
    """A little file that unpacks to thousands of megabytes of zeros."""

    def write(path: Path) -> None:
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(name, "w", force_zip64=True) as member,
        ):
            member.write(head)
            block = bytes(1 << 24)
            for _ in range(megabytes // 16):
                member.write(block)

    return write


def encrypt(path: Path) -> None:
    """Say that the members of a good archive are encrypted."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 4)
    path.write_bytes(data)


def tar(name: str, link: str = "") -> Crafted:
    def write(path: Path) -> None:
        with tarfile.open(path, "w:gz") as archive:
            entry = tarfile.TarInfo(name)
            if link:
                entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry, io.BytesIO())

    return write


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG file that says it is so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def expanded() -> dict:
    """A tensor of terabytes whose numbers are all one and the same."""
    import torch

    return {"weight": torch.zeros(1).expand(TERA)}
