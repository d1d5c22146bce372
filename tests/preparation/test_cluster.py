import hashlib
import math
import os
import sys
from functools import partial

import pytest
from dying import KILLS, KILLS_ONCE, DyingRoot
from short_clips import write_short_clip

from hueman.clips.sources import find_clips
from hueman.errors import HuemanError
from hueman.preparation import cluster
from hueman.preparation.cluster import Cluster, choose_cluster, run_on_cluster
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.preparation.workers import Failure

SETTINGS = PrepareSettings(height=96, width=64)
HERE = Cluster()


@pytest.fixture(scope="module", autouse=True)
def running():
    """One Ray for all tests, started by hueman; its workers find the tests' helpers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        patch.setenv("RAY_worker_niceness", "0")  # else it waits for all else that runs here
        with cluster._connected(HERE):
            yield


@pytest.fixture(scope="module")
def sources(clips_folder, tmp_path_factory):
    """Two clips of two frames, and one that is damaged."""
    root = tmp_path_factory.mktemp("sources")
    for action in ("jack", "march"):
        write_short_clip(clips_folder, action, root)
    (root / "plaid" / "broken.mp4").write_bytes(b"no video")
    return root


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_both_engines_write_the_same_bytes(sources, tmp_path):
    clips = find_clips([sources])
    local = prepare(clips, tmp_path / "local", SETTINGS, jobs=1)
    spread = prepare(clips, tmp_path / "ray", SETTINGS, jobs=1, cluster=HERE)
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert len(contents(tmp_path / "ray")) == 5
    assert [clip.source.action for clip in spread.refused] == ["broken"]
    assert [clip.reason for clip in spread.refused] == [clip.reason for clip in local.refused]
    whole = [clip for clip in clips if clip.action != "broken"]
    assert len(prepare(whole, tmp_path / "ray", SETTINGS, cluster=HERE).reused) == 2


def test_it_can_be_stopped_early(tmp_path):
    """The tests that follow go on with the same Ray."""
    items = [float(number) for number in range(10, 30)]
    stopped = run_on_cluster(partial(DyingRoot, tmp_path / "died"), items, 2, HERE)
    item, root = next(stopped)
    assert root == math.sqrt(item)
    stopped.close()


def test_a_lost_worker_costs_nothing_and_what_kills_each_of_them_one_item(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "RETRIES", 1)
    make = partial(DyingRoot, tmp_path / "died")
    outcomes = dict(run_on_cluster(make, [1.0, KILLS_ONCE, -1.0, KILLS, 4.0], 1, HERE))
    assert (tmp_path / "died").exists()
    lost, refused = outcomes.pop(KILLS), outcomes.pop(-1.0)
    assert isinstance(lost, Failure)
    assert lost.reason.startswith("its worker died 2 times")
    assert isinstance(refused, Failure)
    assert "ValueError" in refused.reason
    assert outcomes == {1: 1, KILLS_ONCE: math.sqrt(KILLS_ONCE), 4: 2}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "host:port", "127.0.0.1:99999"])
def test_a_bad_address_is_told(address):
    with pytest.raises(HuemanError, match=f"No Ray cluster answers at '{address}'"):
        cluster._check_answer(address)


def test_an_address_is_for_a_cluster():
    assert choose_cluster("ray", "head:1") == Cluster("head:1")
    assert choose_cluster("local", None) is None
    with pytest.raises(HuemanError, match="--address head:1 is for a Ray cluster; add --engine"):
        choose_cluster("local", "head:1")


def test_without_ray_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(HuemanError, match=r"pip install 'hueman\[cluster\]'"):
        next(run_on_cluster(partial(DyingRoot, tmp_path), [1.0], 1, HERE))
