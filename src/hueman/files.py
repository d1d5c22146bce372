"""Files that are read within limits, and outputs that appear whole or not at all.

What is being written lies in a hidden, locked folder beside its target. A killed process leaves
that folder behind, but no lock: whoever writes beside it next takes it away.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock, Timeout

from hueman.errors import DiskError, HuemanError

UNFINISHED = ".unfinished"
"""Ending of the names of such folders, which begin with a dot."""
LOCK = ".lock"
"""In such a folder, held while somebody writes there."""

PIECE = 1 << 20
"""Bytes that are read at once."""
MAX_TEXT = 32_000_000
"""Bytes of a text or JSON file, where no other limit is said."""


def require_file(path: Path) -> None:
    """Refuse, by OSError, what is no regular file: a pipe never ends, nor do some devices."""
    if not path.is_file():
        path.stat()  # says better what is missing
        raise OSError(errno.EINVAL, "it is no file", str(path))


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; OSError otherwise."""
    require_file(path)
    size, data = path.stat().st_size, bytearray()
    with path.open("rb") as file:
        # Piece by piece: memory for as much as is asked for is taken before anything is read, and
        # a file may be longer than it says.
        while max(size, len(data)) <= limit and (part := file.read(PIECE)):
            data += part
    if max(size, len(data)) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes", str(path))
    return bytes(data)


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
    """Yield a temporary path near `target`; when the block succeeds it becomes `target`.

    The temporary file has the name of `target`, since video and picture writers choose their format
    by its suffix. When the block fails, the temporary file is removed and an existing `target`
    stays as it was.

    Raises:
        HuemanError: the folder cannot be written to, or the disk is full.
    """
    target = Path(target)
    with _unfinished(target) as temporary:
        yield temporary
        temporary.replace(target)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder near `target`; when the block succeeds it replaces `target`.

    Raises:
        HuemanError: the parent folder cannot be written to, or the disk is full.
    """
    target = Path(target)
    with _unfinished(target) as temporary:
        temporary.mkdir()
        yield temporary
        old = temporary.with_name(".old")
        if target.is_dir():
            target.rename(old)
        # Who is killed just here leaves no folder, but never a part of one.
        try:
            temporary.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise


@contextmanager
def clear_disk_errors(target: Path) -> Iterator[None]:
    """Say in one clear sentence that the disk is at fault, whatever a library makes of it.

    Args:
        target: the file that is written, for the message.

    Raises:
        DiskError: the disk is full or read-only, or the folder of `target` has gone.
        HuemanError: `target` cannot be written.
    """
    try:
        yield
    except HuemanError:
        raise
    except Exception as error:
        if _is_full(error):
            raise DiskError(
                f"The disk is full, so {target} was not written; free some space and run it again."
            ) from error
        if not isinstance(error, OSError) or _is_elsewhere(error, target):
            raise
        if error.errno in _UNWRITABLE:
            kind = DiskError if error.errno == errno.EROFS else HuemanError
            raise kind(
                f"{target} cannot be written ({error.strerror}); choose another output folder."
            ) from error
        if error.errno == errno.ENOENT and not target.parent.exists():
            raise DiskError(
                f"{target.parent} was deleted or moved while it was written to; run the same "
                "command again to begin anew."
            ) from error
        raise


def exists(path: Path) -> bool:
    """Say whether there is something at a path that may be anything."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


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
    except (OSError, ValueError):  # too long for a path, or in a folder that may not be seen
        return False


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNWRITABLE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EEXIST),  # a file lies where a folder should
    *(errno.EBUSY, errno.EXDEV),  # a folder that should be replaced is a disk of its own
)


def _is_full(error: BaseException | None) -> bool:
    """Look for the system's words too: h5py, torch and safetensors have errors of their own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(os.strerror(number) in str(error) for number in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_elsewhere(error: OSError, target: Path) -> bool:
    """Say whether an error names a file that is not near `target`: one that was read, perhaps."""
    if not isinstance(error.filename, str | os.PathLike):
        return False
    return not Path(error.filename).absolute().is_relative_to(target.parent.absolute())


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Yield a path of the same name in a hidden folder that lasts as long as the block."""
    with clear_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(target.parent)
        place, lock = _locked_place(target.parent)
        try:
            yield place / target.name
        finally:
            lock.release()
            shutil.rmtree(place, ignore_errors=True)


def _locked_place(folder: Path) -> tuple[Path, FileLock]:
    while True:
        place = Path(tempfile.mkdtemp(prefix=".", suffix=UNFINISHED, dir=folder))
        lock = FileLock(place / LOCK)
        try:
            # Until it is locked, another process may take it for abandoned, and clear it.
            with suppress(FileNotFoundError):
                lock.acquire()
                if (place / LOCK).exists():
                    return place, lock
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        lock.release()


def _clear_abandoned(folder: Path) -> None:
    """Remove what killed processes have left in a folder."""
    for place in folder.glob(f".*{UNFINISHED}"):
        with suppress(Timeout, OSError), FileLock(place / LOCK, timeout=0):
            shutil.rmtree(place, ignore_errors=True)
