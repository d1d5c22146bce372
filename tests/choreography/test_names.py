import sys

import pytest

from hueman.choreography.names import check_known, choose, known_actions, known_actors
from hueman.errors import HuemanError

KNOWN = ["ann", "bob", "cyd"]


def test_the_cast_and_what_it_does():
    assert known_actors()[:4] == ["plaid", "mustard", "stripes", "checker"]
    assert len(set(known_actors())) == 13
    assert known_actions()[0] == "wave_right"
    assert len(set(known_actions())) == 16


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("all", ("ann", "bob", "cyd")),
        ("2", ("ann", "bob")),
        ("cyd,ann", ("cyd", "ann")),
        ("bob, bob", ("bob",)),
    ],
)
def test_choices(wanted, names):
    assert choose(wanted, KNOWN, "actors") == names


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("0", "actors is 0; choose 1 to 3"),
        ("4", "actors is 4; choose 1 to 3"),
        ("ann,dan", "no actors called 'dan'; choose from ann, bob, cyd"),
        ("", "no actors called ''"),
    ],
)
def test_wrong_choices_are_explained(wanted, message):
    with pytest.raises(HuemanError, match=message):
        choose(wanted, KNOWN, "actors")


def test_every_unknown_name_is_told():
    check_known(["bob"], KNOWN, "actors")
    with pytest.raises(HuemanError, match="no actors called 'dan', 'eve'"):
        check_known(["dan", "bob", "eve"], KNOWN, "actors")


@pytest.mark.parametrize("names", [known_actors, known_actions])
def test_without_numba_it_is_said_how_to_get_it(monkeypatch, names):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(HuemanError, match=r"pip install 'hueman\[render\]'"):
        names()
