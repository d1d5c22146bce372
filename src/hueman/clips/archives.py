"""One array of numbers out of a NumPy archive (.npz), within limits."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from hueman.files import require_file

MAX_BYTES = 64_000_000
"""Of an array, unpacked: a hundred times the longest movement."""


def read_archive(path: Path, name: str) -> np.ndarray:
    """Read an array of numbers of an archive; nothing that is pickled in it is read.

    Raises:
        OSError: there is no such file.
        KeyError: the archive has no such array.
        ValueError: it is no archive, or the array is damaged, too large, or not of numbers.
    """
    require_file(path)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
            data = member.read(MAX_BYTES + 1)  # what the archive says of its size may be wrong
        if len(data) > MAX_BYTES:
            raise ValueError(f"{name} has more than {MAX_BYTES} bytes")
        return _parse(data)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError) as error:
        raise ValueError(str(error)) from error


def _parse(data: bytes) -> np.ndarray:
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, _, dtype = read_header(stream)
    if dtype.kind not in "fiu":
        raise ValueError(f"it holds {dtype}, and not numbers")
    count = 1
    for side in shape:  # in whole numbers of Python, which do not overflow
        count *= side
    if min(shape, default=0) < 0 or count * dtype.itemsize != len(data) - stream.tell():
        raise ValueError(f"it says that its shape is {shape}, but has {len(data)} bytes")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)
