import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import torch
from rich.console import Console

from hueman.errors import HuemanError
from hueman.weights.catalogue import WEIGHTS, WeightEntry
from hueman.weights.pins import pinned_sha256
from hueman.weights.registry import locate, weights_table

PAGE = b"<!DOCTYPE html><html><title>Virus scan warning</title></html>"


class Answers(BaseHTTPRequestHandler):
    """Answers each address with what the server holds for it."""

    def do_GET(self) -> None:
        content, promised = self.server.answers[self.path]  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def checkpoint(tmp_path) -> bytes:
    torch.save({"conv.weight": torch.arange(400.0)}, tmp_path / "checkpoint.pth")
    return (tmp_path / "checkpoint.pth").read_bytes()


@pytest.fixture
def server():
    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.answers = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def entry(server, tmp_path, monkeypatch):
    """An entry without size and sha256, which two addresses serve."""
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HUEMAN_WEIGHTS", raising=False)
    host = f"http://127.0.0.1:{server.server_port}"
    entry = WeightEntry(
        file="loose.pth",
        role="a test",
        licence="CC0",
        size=None,
        sha256=None,
        urls=(f"{host}/first", f"{host}/second"),
    )
    monkeypatch.setitem(WEIGHTS, "loose", entry)
    return entry


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "weights"


def serve(server, first: bytes, second: bytes, missing: int = 0) -> None:
    answers = {"/first": (first, len(first) + missing), "/second": (second, len(second) + missing)}
    server.answers = answers


def row() -> str:
    console = Console(width=300)
    with console.capture() as captured:
        console.print(weights_table())
    return next(line for line in captured.get().splitlines() if "loose" in line)


def test_the_first_download_is_pinned(entry, server, cache, checkpoint):
    serve(server, checkpoint, checkpoint)
    assert "unknown" in row()
    assert locate("loose").read_bytes() == checkpoint
    digest = hashlib.sha256(checkpoint).hexdigest()
    assert (cache / "loose.pth.sha256").read_text() == f"{digest}  loose.pth\n"
    assert f"cached, pinned {digest[:12]}" in row()
    server.answers = {}
    assert locate("loose") == cache / "loose.pth"


def test_a_web_page_is_passed_over(entry, server, cache, checkpoint):
    serve(server, PAGE, checkpoint)
    assert locate("loose").read_bytes() == checkpoint


@pytest.mark.parametrize("missing", [0, 10])
def test_web_pages_and_broken_transfers_are_never_pinned(entry, server, cache, checkpoint, missing):
    serve(server, PAGE, checkpoint[:-50], missing)
    hint = r"save http://127\.0\.0\.1:\d+/first with a browser as loose\.pth in a folder and set"
    with pytest.raises(HuemanError, match=rf"a web page in its place.*{hint} HUEMAN_WEIGHTS"):
        locate("loose")
    assert list(cache.iterdir()) == []


def test_what_differs_from_the_pin_is_refused(entry, server, cache, checkpoint, tmp_path):
    serve(server, checkpoint, checkpoint)
    locate("loose").write_bytes(b"damaged")
    torch.save({"conv.weight": torch.zeros(400)}, tmp_path / "other.pth")
    other = (tmp_path / "other.pth").read_bytes()
    serve(server, other, other)
    with pytest.raises(HuemanError, match=r"was pinned .* delete .*loose\.pth\.sha256"):
        locate("loose")
    serve(server, other, checkpoint)
    assert locate("loose").read_bytes() == checkpoint


def test_a_local_file_is_pinned_and_then_must_stay(entry, cache, checkpoint, tmp_path, monkeypatch):
    local = tmp_path / "local" / "loose.pth"
    local.parent.mkdir()
    local.write_bytes(checkpoint)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(local.parent))
    assert locate("loose") == local
    digest = hashlib.sha256(checkpoint).hexdigest()
    assert pinned_sha256(cache / "loose.pth.sha256") == digest
    assert f"HUEMAN_WEIGHTS, pinned {digest[:12]}" in row()
    torch.save({"conv.weight": torch.zeros(3)}, local)
    with pytest.raises(HuemanError, match=r"not the file for loose.*was pinned"):
        locate("loose")


def test_a_local_web_page_is_refused(entry, cache, tmp_path, monkeypatch):
    local = tmp_path / "loose.pth"
    local.write_bytes(PAGE)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(local))
    with pytest.raises(HuemanError, match="no checkpoint"):
        locate("loose")
    assert not cache.exists()
