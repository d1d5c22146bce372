"""A page belongs to the browser that opened it, also for whoever learns its hash."""

import json

import pytest
from studio_asking import JOIN, JSON, ask

pytest.importorskip("gradio", reason="gradio is not installed")

STRANGER = {"Cookie": "hueman-studio=a-stranger"}
NOBODY = {"Cookie": ""}


def join(studio, page, event, **headers):
    body = json.dumps({"data": [], "fn_index": event, "session_hash": page})
    return ask(studio, JOIN, "POST", body, {**JSON, **headers})[0]


@pytest.fixture(scope="module")
def here(studio):
    """The number of the event by which a page says that it is still there."""
    events = json.loads(ask(studio, "/config")[1])["dependencies"]
    return next(each["id"] for each in events if each["api_name"] == "here")


def test_others_cannot_act_listen_or_leave_for_a_page(studio, here):
    assert join(studio, "mine", here) == 200
    cancel = json.dumps({"session_hash": "mine", "fn_index": here, "event_id": "x"})
    for other in (STRANGER, NOBODY):
        assert join(studio, "mine", here, **other) == 403
        assert ask(studio, "/gradio_api/queue/data?session_hash=mine", headers=other)[0] == 403
        assert ask(studio, "/gradio_api/heartbeat/mine", headers=other)[0] == 403
        assert ask(studio, "/gradio_api/cancel", "POST", cancel, {**JSON, **other})[0] == 403
    assert join(studio, "mine", here) == 200


def test_whoever_allows_no_cookie_is_told(studio, here):
    body = json.dumps({"data": [], "fn_index": here, "session_hash": "new"})
    status, answer, _ = ask(studio, JOIN, "POST", body, {**JSON, **NOBODY})
    assert status == 403
    assert b"allow its cookie" in answer
