"""Uploads: bounded in size, number and time, and nothing is left of those that fail."""

import asyncio
import socket
import time
from urllib.parse import urlsplit

import pytest
from studio_asking import BROWSER, UPLOAD, ask

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.room import UploadRoom, bytes_in
from hueman.studio.session_files import SessionFiles

pytest.importorskip("gradio", reason="gradio is not installed")
formparsers = pytest.importorskip("starlette.formparsers")

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def part(content: bytes, name: str = "clip.mp4") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


def begin_upload(studio, length: int, sent: bytes) -> socket.socket:
    """Send the beginning of an upload."""
    address = urlsplit(studio.url)
    made = socket.create_connection((address.hostname, address.port), timeout=30)
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n"
    for name, value in {**FORM, **BROWSER}.items():
        head += f"{name}: {value}\r\n"
    made.sendall(f"{head}\r\n".encode() + sent)
    return made


def files(studio) -> set:
    return {path for path in studio.root.rglob("*") if path.is_file()}


def wait_for(condition) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_ten_gigabytes_are_refused_unread(studio):
    before = files(studio)
    with begin_upload(studio, 10**10, b"") as upload:
        assert b" 413 " in upload.recv(1000).split(b"\r\n")[0]
    assert files(studio) == before


def test_a_file_over_its_limit_leaves_nothing(studio):
    before = files(studio)
    status, answer, _ = ask(studio, UPLOAD, "POST", part(bytes(2_000_000)), FORM)
    assert status == 413
    assert b"maximum allowed size" in answer
    assert files(studio) == before


def test_an_upload_that_breaks_off_leaves_nothing(studio):
    before = files(studio)
    with begin_upload(studio, 900_000, part(bytes(300_000))[:-9]):
        assert wait_for(lambda: files(studio) > before)
    assert wait_for(lambda: files(studio) == before)


def received(messages, most=10, stall=1.0):
    """Receive all of a body through the bounds."""
    from hueman.studio.incoming import bounded, whole_body

    waiting = list(messages)

    async def receive():
        if not waiting:
            await asyncio.sleep(60)
        return waiting.pop(0)

    return asyncio.run(whole_body(bounded(receive, most, stall)))


def chunk(body: bytes, more: bool = True) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_is_cut_off_in_size_and_time():
    assert received([chunk(b"12345"), chunk(b"67890", more=False)]) == b"1234567890"
    for messages, reason in [
        ([chunk(b"12345"), chunk(b"678901"), chunk(b"", more=False)], "maximum allowed size"),
        ([chunk(b"12345")], "stood still"),
        ([chunk(b"12345"), {"type": "http.disconnect"}], "broke off"),
    ]:
        with pytest.raises(formparsers.MultiPartException) as ended:
            received(messages, stall=0.05)
        assert reason in ended.value.message


def test_only_so_many_uploads_and_bytes_come_at_once(tmp_path):
    async def crowd() -> None:
        room = UploadRoom(tmp_path, 100_000, 2)
        async with room.taken(10_000):
            with pytest.raises(HuemanError, match="no room"):
                async with room.taken(95_000):
                    pass
            async with room.taken(80_000):
                with pytest.raises(HuemanError, match="2 files are being uploaded"):
                    async with room.taken(1):
                        pass
        (tmp_path / "large").write_bytes(bytes(99_000))
        with pytest.raises(HuemanError, match="no room"):
            async with room.taken(2_000):
                pass

    asyncio.run(crowd())


def test_a_session_takes_no_more_than_its_share(tmp_path):
    kept = SessionFiles(tmp_path / "visitor", Limits(max_session_mb=1))
    for name, size in (("first.mp4", 600_000), ("second.mp4", 500_000)):
        (tmp_path / name).write_bytes(bytes(size))
    kept.take(tmp_path / "first.mp4", kept.folder)
    with pytest.raises(HuemanError, match="reload the page"):
        kept.take(tmp_path / "second.mp4", kept.folder)
    assert not (tmp_path / "second.mp4").exists()
    assert bytes_in(kept.folder) == 600_000
