"""The line for long work: bounded, one place each, and free again when somebody leaves."""

import pytest

from hueman.errors import HuemanError
from hueman.studio.limits import Limits
from hueman.studio.session import Stopped
from hueman.studio.sessions import Sessions
from hueman.studio.turns import Turns


@pytest.fixture
def sessions(library, tmp_path):
    made = Sessions(tmp_path, library, Limits(max_waiting=2), linger=30)
    for key in "abc":
        made.begin(key)
    yield made
    made.close()


def test_no_more_than_the_limit_wait(sessions):
    sessions.queue("a")
    sessions.queue("b")
    with pytest.raises(HuemanError, match=r"^The queue is full: 2 people wait already"):
        sessions.queue("c")
    with sessions.turn("a"), pytest.raises(HuemanError, match="queue is full"):
        sessions.queue("c")
    sessions.queue("c")


def test_everybody_has_one_place(sessions):
    sessions.queue("a")
    with pytest.raises(HuemanError, match="not finished yet"):
        sessions.queue("a")
    with sessions.turn("a"), pytest.raises(HuemanError, match="not finished yet"):
        sessions.queue("a")


def test_nobody_is_served_who_did_not_wait(sessions):
    with pytest.raises(HuemanError, match="press the button again"), sessions.turn("a"):
        pass
    sessions.queue("a")
    with sessions.turn("a") as session:
        assert session is sessions.of("a")
    with pytest.raises(HuemanError, match="press the button again"), sessions.turn("a"):
        pass


def test_whoever_stops_leaves_or_ends_gives_up_the_place(sessions):
    for give_up in (sessions.stop, sessions.leave, sessions.end):
        sessions.queue("a")
        sessions.queue("b")
        give_up("a")
        sessions.queue("c")
        sessions.stop("b")
        sessions.stop("c")
    with pytest.raises(Stopped), sessions.turn("b"):
        pass


def test_a_place_is_free_again_when_the_work_fails():
    turns = Turns(1)
    turns.take("a")
    with pytest.raises(ZeroDivisionError), turns.served("a"):
        raise ZeroDivisionError
    assert len(turns) == 0
