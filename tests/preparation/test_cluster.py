import hashlib
import math
import os
import signal
import sys
from functools import partial

import pytest
from short_clips import DiesOnce, making, write_short_clip

from hueman.clips.sources import find_clips
from hueman.errors import HuemanError
from hueman.preparation import cluster
from hueman.preparation.cluster import Cluster, run_on_cluster
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings

ray = pytest.importorskip("ray", reason="ray is not installed")
SETTINGS = PrepareSettings(height=96, width=64)
HERE = Cluster()


@pytest.fixture(scope="module", autouse=True)
def running():
    helpers = {"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}}
    quiet = {"include_dashboard": False, "log_to_driver": False}
    ray.init("local", num_cpus=2, runtime_env=helpers, **quiet)
    yield
    ray.shutdown()


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
    spread = prepare(clips, tmp_path / "ray", SETTINGS, jobs=2, cluster=HERE)
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert len(contents(tmp_path / "ray")) == 5
    assert [clip.source.action for clip in spread.refused] == ["broken"]
    assert [clip.reason for clip in spread.refused] == [clip.reason for clip in local.refused]
    again = prepare(clips, tmp_path / "ray", SETTINGS, jobs=2, cluster=HERE)
    assert len(again.reused) == 2


def test_an_item_of_a_killed_worker_is_done_again(tmp_path):
    make = partial(DiesOnce, tmp_path / "died", math.sqrt)
    outcomes = dict(run_on_cluster(make, [1, 4, 9, 16], 2, HERE))
    assert (tmp_path / "died").exists()
    assert outcomes == {1: 1, 4: 2, 9: 3, 16: 4}


def test_what_kills_every_worker_costs_one_item():
    items = [signal.SIGCONT, signal.SIGKILL, signal.SIGURG]
    outcomes = dict(run_on_cluster(partial(making, signal.raise_signal), items, 1, HERE))
    assert outcomes.pop(signal.SIGKILL).reason.startswith("its worker died 3 times")
    assert outcomes == {signal.SIGCONT: None, signal.SIGURG: None}


def test_an_error_costs_one_item():
    outcomes = dict(run_on_cluster(partial(making, math.sqrt), [4, -1, 9], 1, HERE))
    assert "ValueError" in outcomes.pop(-1).reason
    assert outcomes == {4: 2, 9: 3}


def test_stopped_early_it_can_go_on():
    running = run_on_cluster(partial(making, math.sqrt), list(range(20)), 1, HERE)
    item, root = next(running)
    assert root == math.sqrt(item)
    running.close()
    assert len(dict(run_on_cluster(partial(making, math.sqrt), [1, 4], 1, HERE))) == 2


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "host:port", "127.0.0.1:99999"])
def test_a_bad_address_is_told(address):
    with pytest.raises(HuemanError, match=f"No Ray cluster answers at '{address}'"):
        cluster._check_answer(address)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(HuemanError, match=r"pip install 'hueman\[cluster\]'"):
        next(run_on_cluster(partial(making, math.sqrt), [1], 1, HERE))
