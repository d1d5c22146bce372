"""What a release says of itself: licences of what it fetches, ranges of dependencies."""

import re
import tomllib
from pathlib import Path

from hueman.weights.catalogue import WEIGHTS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")


def fetched() -> dict[str, tuple[str, str]]:
    """Licence and commercial use by name, as the second section of NOTICE has them."""
    section = NOTICE.partition("\n2. ")[2].partition("\n3. ")[0]
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE)
    return {name: (licence, use) for name, licence, use in rows if name != "name"}


def test_the_notice_names_all_weights_and_their_licences():
    licences = {name: licence for name, (licence, _) in fetched().items()}
    assert licences == {name: entry.licence for name, entry in WEIGHTS.items()}


def test_the_notice_says_what_is_not_for_commercial_use():
    forbidden = {name for name, (_, use) in fetched().items() if use == "NO"}
    assert forbidden == {
        name
        for name, entry in WEIGHTS.items()
        if re.search(r"non-commercial|\bNC\b", entry.licence)
    }
    assert {use for _, use in fetched().values()} == {"yes", "NO"}


def test_every_dependency_has_a_range():
    extras = PROJECT["optional-dependencies"].values()
    every = [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]
    open_ended = [each for each in every if not re.search(r">=[\w.]+,<[\w.]+$", each)]
    assert open_ended == []


def test_licence_and_notice_go_with_the_package():
    assert {"LICENSE", "NOTICE"} == set(PROJECT["license-files"])
    assert all((ROOT / file).is_file() for file in PROJECT["license-files"])


def test_what_security_promises_is_where_it_says():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|benchmarks|src)/[\w/.-]+)`", text)
    assert len(named) > 8
    assert [path for path in named if not (ROOT / path).exists()] == []
