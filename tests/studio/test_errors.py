"""Whatever is sent, no answer tells more than a sentence."""

import json
import re

import pytest
from studio_asking import JOIN, JSON, UPLOAD, ask

pytest.importorskip("gradio", reason="gradio is not installed")

TELLING = re.compile(rb"Traceback|File \"|site-packages|/home/|/root|/usr/|\.py\b|hueman-studio-")
DEEP = "[" * 100_000


def event(**changes) -> str:
    return json.dumps({"data": [], "fn_index": 0, "session_hash": "page", **changes})


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "[]", '"x"', "\x00", DEEP,
        event(fn_index=99999), event(fn_index=-1), event(fn_index="0"), event(fn_index=None),
        event(fn_index=True), event(session_hash=None), event(session_hash=7),
    ],
)  # fmt: skip
def test_events_that_are_none_are_refused(studio, body):
    status, answer, _ = ask(studio, JOIN, "POST", body.encode(), JSON)
    assert status == 400
    assert answer in (b"That is no event.", b"There is no such event.")


@pytest.mark.parametrize("page", ["", "x" * 100])
def test_pages_of_no_or_too_long_a_name_are_nobodys(studio, page):
    status, answer, _ = ask(studio, JOIN, "POST", event(session_hash=page).encode(), JSON)
    assert status == 403
    assert b"not yours" in answer


@pytest.mark.parametrize("changes", [{"data": 7}, {"event_data": [1]}, {"trigger_id": {}}])
def test_events_of_another_form_are_refused_in_a_line(studio, changes):
    status, answer, _ = ask(studio, JOIN, "POST", event(**changes).encode(), JSON)
    assert status in (200, 422)
    assert not TELLING.search(answer)


@pytest.mark.parametrize("data", [[], ["no colour", "", "", ""], [{}] * 4, [None] * 40])
def test_what_fails_inside_is_not_told(studio, data):
    """Events that cannot work, of a page that has no session."""
    page = f"page-{len(data)}-{len(str(data))}"
    events = json.loads(ask(studio, "/config")[1])["dependencies"]
    for each in events:
        if each["api_name"] in ("preview", "video", "action", "look"):
            body = event(data=data, fn_index=each["id"], session_hash=page).encode()
            assert ask(studio, JOIN, "POST", body, JSON)[0] == 200
            news = ask(studio, f"/gradio_api/queue/data?session_hash={page}")[1]
            assert b"process_completed" in news
            assert not TELLING.search(news), each["api_name"]


def test_a_broken_upload_is_refused_in_a_line(studio):
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        headers = {"Content-Type": kind}
        status, answer, _ = ask(studio, UPLOAD, "POST", b"--x\r\nnonsense", headers)
        assert status in (400, 415, 422, 500) or answer == b"[]", kind
        assert not TELLING.search(answer)
