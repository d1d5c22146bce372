"""The arrays of a sample as the bytes of one .npz file, and back, in memory and bounded.

Of HDF5, PNG and npz the last is the smallest (benchmarks/shard_formats.py).
"""

import io
import struct
import zipfile
import zlib

import numpy as np

from hueman.clips.store import ARRAYS, PreparedClip, check_content
from hueman.shards.index import Sample


def encode(clip: PreparedClip) -> bytes:
    """Return the arrays as a compressed .npz file; the same bytes for the same arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(clip, name) for name in ARRAYS})
    return buffer.getvalue()


def decode(content: bytes, sample: Sample) -> PreparedClip:
    """Read what `encode` made. No array is larger than the sample says, whatever `content` holds.

    Raises:
        ValueError: the content is damaged, or its arrays are not those of the sample.
    """
    picture = (sample.length, sample.height, sample.width)
    shapes = dict.fromkeys(ARRAYS, picture) | {"frames": (*picture, 3)}
    shapes["pose"] = (sample.length, 18, 3)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            arrays = {name: _read(archive, name, shape) for name, shape in shapes.items()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        KeyError,
        EOFError,
        RuntimeError,
    ) as error:
        raise ValueError(str(error)) from error
    clip = PreparedClip(sample.actor, sample.action, sample.fps, **arrays)
    check_content(clip)
    return clip


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read an array that must have this shape; np.load would make room for any."""
    dtype = np.dtype(np.float32 if name == "pose" else np.uint8)
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in another way")
    with archive.open(member) as stream:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError(f"{name} is of another format")
        found = np.lib.format.read_array_header_1_0(stream)
        if found != (shape, False, dtype):
            raise ValueError(f"{name} must be {dtype} {shape}, got {found[2]} {found[0]}")
        array = np.empty(shape, dtype)
        if stream.readinto(array.data.cast("B")) != array.nbytes:  # type: ignore[attr-defined]
            raise ValueError(f"{name} is cut off")
    return array
