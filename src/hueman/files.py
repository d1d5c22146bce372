"""Outputs that appear whole or not at all."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from hueman.errors import HuemanError


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


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as hex digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder() -> Path:
    """Return where fetched files are kept: HUEMAN_CACHE, else the user's cache folder."""
    base = os.environ.get("HUEMAN_CACHE") or platformdirs.user_cache_dir("hueman")
    return Path(base).expanduser()


def names_a_file(text: str) -> bool:
    """Say whether a text that may be anything is the path of a file."""
    try:
        return Path(text).is_file()
    except OSError:  # too long for a path, or in a folder that may not be looked into
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
