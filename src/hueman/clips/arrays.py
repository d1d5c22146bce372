"""Arrays of a clip on disk: HDF5 files with the same bytes for the same content."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from hueman.errors import HuemanError
from hueman.files import atomic_file, file_sha256, require_file

MOST_PACKED = 1100
"""Bytes that a stored byte stands for at most; gzip packs 1032."""


def write_arrays(
    path: Path,
    attributes: Mapping[str, str | int | float],
    arrays: Mapping[str, np.ndarray],
    frame_axes: Mapping[str, int] | None = None,
) -> str:
    """Write arrays to an HDF5 file, atomically, and return the file's sha256.

    Args:
        path: the file.
        attributes: small values to keep beside the arrays.
        arrays: what to write, by name.
        frame_axes: the axis of an array along which its frames lie, 0 if it is not named.
            Frames are chunked one by one, so that any few can be read without the rest.
    """
    # Made in memory: HDF5 ends the process when the disk is full.
    with h5py.File(path.name, "w", libver="latest", driver="core", backing_store=False) as file:
        file.attrs.update(attributes)
        for name, array in arrays.items():
            _write_array(file, name, array, (frame_axes or {}).get(name, 0))
        file.flush()
        content = file.id.get_file_image()
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _write_array(file: h5py.File, name: str, array: np.ndarray, frame_axis: int) -> None:
    if not array.size:  # has no chunks
        file.create_dataset(name, data=array)
        return
    file.create_dataset(
        name,
        data=array,
        chunks=(*[1] * (frame_axis + 1), *array.shape[frame_axis + 1 :]),
        compression="gzip",
        compression_opts=1,
        shuffle=array.dtype != np.uint8,
    )


@contextmanager
def open_arrays(path: Path, what: str, format_: int, remedy: str) -> Iterator[h5py.File]:
    """Open a file that `write_arrays` wrote with the attribute `format`.

    Args:
        path: the file.
        what: what it should be, for messages: "prepared clip".
        format_: the number of the format that can be read.
        remedy: what to do when it cannot be read: "prepare it again".

    Raises:
        HuemanError: the file is missing, damaged, of another format, or what was looked for in
            it, or made of it, inside the block is not there or does not fit.
    """
    try:
        require_file(path)
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != format_:
                raise HuemanError(f"{path} is not a {what} of format {format_}; {remedy}.")
            yield file
    except (OSError, LookupError, ValueError, TypeError, RuntimeError, ArithmeticError) as error:
        raise HuemanError(f"{path} cannot be read as a {what} ({error}); {remedy}.") from error


def read_array(
    file: h5py.File, name: str, chosen: slice | Sequence[int] = slice(None)
) -> np.ndarray:
    """Return an array of an open file, or what is chosen along its first axis.

    Raises:
        KeyError: there is no array of this name.
        ValueError: it lies in another file, holds no numbers, or says it is larger than what the
            file holds can be: reading it would take that much memory.
    """
    # Links, and arrays stored elsewhere, could show any file of this machine.
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise KeyError(f"{name} is no array")
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiu":
        raise KeyError(f"{name} is no array of numbers")
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"{name} lies in another file")
    if (dataset.nbytes or 0) > MOST_PACKED * dataset.id.get_storage_size():
        raise ValueError(f"{name} says that it has {dataset.nbytes} bytes, which are not there")
    return np.asarray(dataset[chosen])


def check_array(name: str, array: np.ndarray, dtype: type, shape: tuple[int, ...]) -> None:
    """Refuse, by ValueError, an array of another dtype or shape."""
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f"{name} must be {np.dtype(dtype)} {shape}, got {array.dtype} {array.shape}"
        )


def check_file(path: Path, sha256: str, remedy: str) -> None:
    """Refuse a file whose content is not what it was when its sha256 was taken.

    Raises:
        HuemanError: it is damaged or missing; `remedy` says what to do: "prepare it again".
    """
    try:
        found = file_sha256(path)
    except OSError as error:
        raise HuemanError(f"{path} cannot be read ({error.strerror}); {remedy}.") from error
    if found != sha256:
        raise HuemanError(f"{path} is damaged (its sha256 is not that of the index); {remedy}.")
