"""What the server answers: nothing but the page, and nothing from outside its folder."""

import json
from urllib.parse import urlsplit

import pytest
from studio_asking import JOIN, JSON, UPLOAD, ask

from hueman.errors import HuemanError

pytest.importorskip("gradio", reason="gradio is not installed")


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text("secret")
    return file


def test_the_page_is_there_and_asks_nobody_else(studio):
    status, body, headers = ask(studio, "/")
    assert status == 200
    assert b"hueman studio" in body
    assert "default-src 'self'" in headers["content-security-policy"]
    assert ask(studio, "/config")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/docs",
        "/openapi.json",
        "/monitoring",
        "/gradio_api/deep_link",
        "/gradio_api/vibe-code",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/file=http://127.0.0.1/x.png",
        "/gradio_api/file=https%3A//example.org/x.png",
    ],
)
def test_what_the_page_does_not_need_is_shut(studio, path):
    assert ask(studio, path)[0] == 404


def test_no_file_outside_the_folder_is_served(studio, secret):
    inside = studio.root / "inside.txt"
    inside.write_text("inside")
    assert ask(studio, f"/gradio_api/file={inside}")[1] == b"inside"
    ways = [
        str(secret),
        "/etc/passwd",
        f"{studio.root}/../../etc/passwd",
        f"{studio.root}/%2e%2e/%2e%2e/etc/passwd",
        f"{studio.root}/%252e%252e/%252e%252e/etc/passwd",
        f"{studio.root}",
        "pyproject.toml",
        "~/.bashrc",
        f"{studio.root}-other/x",
    ]
    for way in ways:
        status, body, _ = ask(studio, f"/gradio_api/file={way}")
        assert status in (403, 404), way
        assert b"root:" not in body
        assert b"secret" not in body.replace(b"There is no such file.", b"")
    for way in ("/assets/../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"):
        assert ask(studio, way)[0] in (400, 403, 404)


def test_a_link_out_of_the_folder_is_not_followed(studio, secret):
    link = studio.root / "link.txt"
    link.symlink_to(secret)
    assert ask(studio, f"/gradio_api/file={link}")[0] == 404


def test_no_event_may_name_a_file_elsewhere(studio, secret):
    for path in (str(secret), "https://example.org/clip.mp4", f"{studio.root}/../x.mp4"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        event = {"data": [{"nested": [file]}], "fn_index": 0, "session_hash": "x"}
        body = json.dumps(event)
        status, answer, _ = ask(studio, JOIN, "POST", body, JSON)
        assert (status, answer) == (403, b"There is no such file.")
    assert ask(studio, JOIN, "POST", "no json", JSON)[0] == 400


def test_large_requests_are_refused_before_they_are_read(studio):
    for path, length in ((UPLOAD, 10**10), (JOIN, 10**7)):
        headers = {"Content-Length": str(length), "Content-Type": "multipart/form-data; boundary=x"}
        assert ask(studio, path, "POST", b"", headers)[0] == 413
    # A body that does not say how long it is may be endless.
    for more in ({}, {"Content-Length": "5"}):
        chunked = {"Transfer-Encoding": "chunked", **more}
        assert ask(studio, UPLOAD, "POST", b"0\r\n\r\n", chunked)[0] in (400, 411)


def test_what_another_site_makes_a_browser_send_is_refused(studio):
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site, "Content-Type": "multipart/form-data; boundary=x"}
        assert ask(studio, UPLOAD, "POST", b"", headers)[:2] == (
            403,
            b"Another site has sent this.",
        )


def test_every_answer_tells_browsers_to_be_careful(studio):
    for path in ("/", "/config", "/docs", "/gradio_api/file=/etc/passwd", "/assets/none.js"):
        headers = ask(studio, path)[2]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not any(letter.isdigit() for letter in headers.get("server", ""))


def test_a_new_browser_gets_a_secret_that_scripts_cannot_read(studio):
    given = ask(studio, "/", headers={"Cookie": ""})[2]["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert len(given.split("=")[1].split(";")[0]) >= 32
    assert ask(studio, "/")[2]["set-cookie"] is None


def test_names_that_only_lead_here_are_refused(studio):
    assert ask(studio, "/", headers={"Host": "elsewhere.example"})[0] == 400


def test_a_port_that_is_taken_is_told(studio, library):
    from hueman.studio.limits import Limits
    from hueman.studio.serve import running_studio

    port = urlsplit(studio.url).port
    taken = pytest.raises(HuemanError, match=f"port {port}; choose another")
    with taken, running_studio(library, Limits(), port=port):
        pass
    assert ask(studio, "/")[0] == 200
