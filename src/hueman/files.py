"""Files that are read within limits, and outputs that appear whole or not at all."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hueman.errors import HuemanError

MAX_TEXT = 32_000_000
"""Bytes of a text or JSON file; the largest index of a dataset has a fraction of it."""


def require_file(path: Path) -> None:
    """Refuse, by OSError, what is no regular file: a pipe never ends, nor do some devices."""
    if not path.is_file():
        path.stat()  # says better what is missing
        raise OSError(errno.EINVAL, "it is no file", str(path))


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; OSError otherwise."""
    require_file(path)
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes", str(path))
    return data


def read_text(path: Path, limit: int = MAX_TEXT) -> str:
    """Read a text in UTF-8, with or without a byte order mark; OSError or ValueError otherwise."""
    return read_bytes(path, limit).decode("utf-8-sig")


def read_json(path: Path, limit: int = MAX_TEXT) -> Any:
    """Read JSON; OSError if there is no such file, ValueError if it holds something else."""
    return parse_json(read_text(path, limit))


def parse_json(text: str) -> Any:
    """Parse JSON; ValueError if it is none, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; when the block succeeds it becomes `target`.

    The temporary file keeps the suffix of `target`, since video and picture writers choose their
    format by it. When the block fails, the temporary file is removed and an existing `target`
    stays as it was.

    Raises:
        HuemanError: the folder cannot be written to, or the disk is full.
    """
    target = Path(target)
    with _clear_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; when the block succeeds it replaces `target`.

    Raises:
        HuemanError: the parent folder cannot be written to, or the disk is full.
    """
    target = Path(target)
    with _clear_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            if target.exists():
                shutil.rmtree(target)
            temporary.replace(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def exists(path: Path) -> bool:
    """Say whether there is something at a path that may be anything."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def names_a_file(text: str) -> bool:
    """Say whether a text that may be anything is the path of a file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a path, or in a folder that may not be seen
        return False


# The last two: a file lies where a folder should.
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


@contextmanager
def _clear_disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise HuemanError(
                f"The disk is full, so {target} was not written; free some space and run it again."
            ) from error
        if error.errno in _UNWRITABLE:
            raise HuemanError(
                f"{target} cannot be written ({error.strerror}); choose another output folder."
            ) from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
