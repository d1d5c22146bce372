import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from rich.console import Console

from hueman.errors import HuemanError
from hueman.weights.catalogue import WEIGHTS, WeightEntry
from hueman.weights.registry import locate, pull, pull_each, weights_table

CONTENT = b"weights" * 1000


@pytest.fixture
def origin(tmp_path):
    """Where the official file lies."""
    path = tmp_path / "origin" / "tiny.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HUEMAN_WEIGHTS", raising=False)
    return tmp_path / "cache" / "weights"


@pytest.fixture
def tiny(origin, cache, monkeypatch):
    """An entry whose first address is dead."""
    entry = WeightEntry(
        file="tiny.bin",
        role="a test",
        licence="CC0",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        urls=("http://127.0.0.1:9/tiny.bin", origin.as_uri()),
    )
    monkeypatch.setitem(WEIGHTS, "tiny", entry)
    return entry


def test_weights_are_fetched_once(tiny, origin, cache):
    assert locate("tiny") == cache / "tiny.bin"
    assert (cache / "tiny.bin").read_bytes() == CONTENT
    origin.unlink()
    assert pull(["tiny"]) == [cache / "tiny.bin"]


def test_a_damaged_cached_file_is_fetched_again(tiny, cache):
    cache.mkdir(parents=True)
    (cache / "tiny.bin").write_bytes(CONTENT[:-1] + b"X")
    assert locate("tiny").read_bytes() == CONTENT


def test_a_wrong_file_from_a_source_is_refused_and_leaves_nothing(tiny, origin, cache):
    origin.write_bytes(b"X" * len(CONTENT))
    with pytest.raises(HuemanError, match=r"tiny could not be fetched .*sha256.*HUEMAN_WEIGHTS"):
        locate("tiny")
    assert list(cache.iterdir()) == []


def test_processes_may_fetch_at_once(tiny, cache):
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(locate, ["tiny"] * 8))
    assert {path.read_bytes() for path in paths} == {CONTENT}
    assert list(cache.iterdir()) == [cache / "tiny.bin"]


@pytest.mark.parametrize("point_at_file", [True, False])
def test_a_local_file_comes_first(tiny, origin, cache, monkeypatch, point_at_file):
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(origin if point_at_file else origin.parent))
    assert locate("tiny") == origin
    assert not cache.exists()


def test_a_local_folder_need_not_hold_everything(tiny, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    assert locate("tiny") == cache / "tiny.bin"


def test_a_wrong_local_file_is_refused(tiny, origin, monkeypatch):
    origin.write_bytes(b"other")
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(origin.parent))
    with pytest.raises(HuemanError, match="is not the file for tiny"):
        locate("tiny")


def test_a_missing_local_folder_is_named(tiny, monkeypatch):
    monkeypatch.setenv("HUEMAN_WEIGHTS", "nowhere/at/all")
    with pytest.raises(HuemanError, match="nowhere/at/all"):
        locate("tiny")


def test_unknown_names_are_refused_before_anything_is_fetched(tiny, cache):
    with pytest.raises(HuemanError, match=r"'resnet'.*blazepose"):
        pull(["tiny", "resnet"])
    assert not cache.exists()


def only(monkeypatch, **entries):
    """Let the registry hold these entries and no others."""
    for name in list(WEIGHTS):
        monkeypatch.delitem(WEIGHTS, name)
    for name, entry in entries.items():
        monkeypatch.setitem(WEIGHTS, name, entry)


def test_one_that_cannot_be_had_does_not_keep_the_others(tiny, cache, monkeypatch):
    dead = replace(tiny, file="dead.bin", urls=tiny.urls[:1])
    only(monkeypatch, dead=dead, tiny=tiny)
    error, path = pull_each()
    assert isinstance(error, HuemanError)
    assert "dead could not be fetched" in str(error)
    assert path == cache / "tiny.bin"
    assert list(pull_each(["tiny"])) == [path]


def test_pulling_one_by_one_refuses_unknown_names_first(tiny, cache):
    with pytest.raises(HuemanError, match="'resnet'"):
        next(pull_each(["tiny", "resnet"]))
    assert not cache.exists()


def test_every_entry_is_exact_and_can_be_had():
    for entry in WEIGHTS.values():
        assert (entry.sha256 is None) == (entry.size is None)
        assert entry.sha256 is None or re.fullmatch("[0-9a-f]{64}", entry.sha256)
        assert entry.size is None or entry.size > 0
        assert entry.urls or (entry.package and entry.sha256)
        assert all(url.startswith("https://") for url in entry.urls)
        if entry.package:
            member = entry.package.member
            assert member is None or member.endswith(entry.file)
            assert member or entry.package.archive_sha256 == entry.sha256
            assert re.fullmatch("[0-9a-f]{64}", entry.package.archive_sha256)
            assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", entry.package.requirement)
    assert len({entry.file for entry in WEIGHTS.values()}) == len(WEIGHTS)


def test_the_table_shows_what_is_here(tiny):
    def row() -> str:
        console = Console(width=200, record=True, quiet=False)
        with console.capture() as captured:
            console.print(weights_table())
        return next(line for line in captured.get().splitlines() if "tiny" in line)

    assert "CC0" in row()
    assert row().split("│")[-2].strip() == "no"
    locate("tiny")
    assert row().split("│")[-2].strip() == "cached"
