"""A folder at an address; what may go wrong there is told in one sentence."""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from hueman.errors import HuemanError
from hueman.storage.names import below

_VERSIONS = ("ETag", "etag", "md5Hash", "blob_id", "sha256", "LastModified", "mtime", "created")
"""Under one of these names a file system tells what changes when a file does; the best first."""

_MISSING = FileNotFoundError, NotADirectoryError
_FINAL = *_MISSING, PermissionError, ImportError, ValueError
"""Errors that another attempt would give again."""
PAUSES_SECONDS = 0.5, 1.0
"""Before another attempt: a network may fail once in days of training."""

T = TypeVar("T")


@dataclass(frozen=True)
class RemoteFile:
    """A file at an address."""

    folder: "RemoteFolder"
    name: str
    """Relative to the folder, with slashes."""
    version: str
    """Changes when the file does, as far as the file system tells."""


@dataclass(frozen=True)
class RemoteFolder:
    """A folder at an address that fsspec knows; picklable, opened when it is used.

    Each method raises HuemanError where the address cannot be reached, or a package for it or
    credentials are missing.
    """

    url: str

    def __str__(self) -> str:
        """Return the address."""
        return self.url

    @property
    def name(self) -> str:
        """The last part of the address."""
        return PurePosixPath(self.url).name

    @property
    def parent(self) -> "RemoteFolder":
        """The folder that this is in."""
        return RemoteFolder(self.url.rsplit("/", 1)[0])

    @property
    def in_memory(self) -> bool:
        """Whether only this process can see it."""
        return self.url.startswith("memory://")

    def files(self) -> list[RemoteFile]:
        """Return all files below the folder, sorted by name; none if there is no such folder."""
        with _clear_errors(self.url, "read"):
            system, path = self._open()
            system.invalidate_cache()
            try:
                found: Mapping[str, dict[str, Any]] = system.find(path, detail=True)
            except _MISSING:
                return []
        start = path.rstrip("/") + "/"
        return [
            RemoteFile(self, place.removeprefix(start), _version(found[place]))
            for place in sorted(found)
            if place.startswith(start) and not place.endswith("/")
        ]

    def has(self, name: str) -> bool:
        """Say whether there is a file of this name."""
        with _clear_errors(f"{self.url}/{name}", "read"):
            try:
                _tried(lambda: self._read(name, 1))
            except _MISSING:
                return False
        return True

    def read(self, name: str, most: int) -> bytes:
        """Read a file, or its first `most` bytes if it is larger."""
        with _clear_errors(f"{self.url}/{name}", "read"):
            return _tried(lambda: self._read(name, most))

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file to a local one."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with _clear_errors(f"{self.url}/{name}", "read"):
            system, path = self._open(name)
            _tried(lambda: system.get_file(path, str(target)))

    def put(self, source: Path, name: str) -> None:
        """Copy a local file here; on object stores it appears whole or not at all."""
        with _clear_errors(f"{self.url}/{name}", "written"):
            system, path = self._open(name)
            system.put_file(str(source), path)

    def _read(self, name: str, most: int) -> bytes:
        system, path = self._open(name)
        system.invalidate_cache()
        # From a store, only what is asked for. From the web without blocks, and without asking for
        # the size: a file comes in one answer then, also from servers that know no ranges.
        web = self.url.startswith(("http://", "https://"))
        options = {"block_size": 0, "size": 1} if web else {"cache_type": "none"}
        content = bytearray()
        with system.open(path, "rb", **options) as file:
            while len(content) < most and (part := file.read(most - len(content))):
                content += part
        return bytes(content)

    def _open(self, name: str = "") -> tuple[Any, str]:
        from fsspec.core import url_to_fs

        return url_to_fs(f"{self.url}/{name}" if name else self.url)


Place = Path | RemoteFolder
"""Where a dataset is: here or somewhere else."""


def place_of(text: Path | str) -> Place:
    """Return the local path or the folder at an address that a text names.

    Addresses that begin with file:// are local paths.
    """
    if isinstance(text, Path) or "://" not in text:
        return Path(text)
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    return RemoteFolder(text.rstrip("/"))


@contextmanager
def written_to(place: Place) -> Iterator[Path]:
    """Yield a local folder; what is written below it is at `place` when the block succeeds.

    A local place is yielded itself.
    """
    if isinstance(place, Path):
        yield place
        return
    with temporary_folder() as folder:
        yield folder
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            place.put(file, file.relative_to(folder).as_posix())


@contextmanager
def fetched(files: tuple[RemoteFile, ...]) -> Iterator[Path]:
    """Yield a temporary folder with copies of files of one remote folder."""
    with temporary_folder() as folder:
        for file in files:
            file.folder.fetch(file.name, below(folder, file.name))
        yield folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hueman-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(info: Mapping[str, Any]) -> str:
    """Return a digest of the size and of what the file system says of a file's content."""
    told = next((f"{key} {info[key]}" for key in _VERSIONS if info.get(key)), "")
    return hashlib.sha256(f"{info.get('size')} {told}".encode()).hexdigest()


def _tried(attempt: Callable[[], T]) -> T:
    for pause in PAUSES_SECONDS:
        try:
            return attempt()
        except _FINAL:
            raise
        except Exception:  # each file system has its own
            time.sleep(pause)
    return attempt()


@contextmanager
def _clear_errors(url: str, done: str) -> Iterator[None]:
    """Turn what file systems raise, of whatever type, into one sentence."""
    try:
        yield
    except HuemanError:
        raise
    except FileNotFoundError as error:
        raise HuemanError(
            f"{url} cannot be {done}, since there is no such place; check the address."
        ) from error
    except ImportError as error:
        raise HuemanError(
            f"{url} needs a package that is not installed ({error}); run "
            "pip install 'hueman[cluster]'."
        ) from error
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        reason = f"{type(error).__name__}: {first[0] if first else 'no reason given'}"
        raise HuemanError(
            f"{url} cannot be {done} ({reason}); check the address, the network and your "
            "credentials for it."
        ) from error
