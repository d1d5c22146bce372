"""Visitors that come and go."""

import time

import pytest

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.sessions import Sessions


@pytest.fixture
def sessions(library, tmp_path):
    made = Sessions(tmp_path, library, Limits(max_visitors=2), linger=0.3)
    yield made
    made.close()
    assert not list(tmp_path.iterdir())


def test_each_page_has_a_session_and_a_folder_of_its_own(sessions, tmp_path):
    first, second = sessions.begin("a"), sessions.begin("b")
    assert sessions.of("a") is first is sessions.begin("a")
    assert sessions.of("b") is second
    names = [each.name for each in tmp_path.iterdir()]
    assert len(set(names)) == 2
    assert min(map(len, names)) >= 24


def test_there_are_not_more_than_the_limit(sessions):
    sessions.begin("a")
    sessions.begin("b")
    with pytest.raises(HuemanError, match="2 people are here already"):
        sessions.begin("c")
    sessions.end("a")
    sessions.begin("c")


def test_a_session_ends_a_while_after_its_page_is_gone(sessions, tmp_path):
    sessions.begin("a")
    sessions.leave("a")
    time.sleep(1)
    with pytest.raises(HuemanError, match="reload it"):
        sessions.of("a")
    assert not list(tmp_path.iterdir())


def test_a_page_that_comes_back_keeps_its_session(sessions):
    session = sessions.begin("a")
    sessions.leave("a")
    assert sessions.of("a") is session
    time.sleep(0.6)
    assert sessions.of("a") is session


def test_an_unknown_page_is_told_what_to_do(sessions):
    with pytest.raises(HuemanError, match="reload it"):
        sessions.of("nobody")
    sessions.leave("nobody")
    sessions.end("nobody")
