"""Rendered datasets: complete, the same every time, and mended where they are damaged."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hueman.choreography.performance import performances
from hueman.choreography.presets import RenderPlan
from hueman.choreography.render import render, render_plan
from hueman.choreography.settings import RenderSettings
from hueman.choreography.truth import read_entry_truth
from hueman.clips.split import DatasetSplit, read_split
from hueman.clips.store import Dataset, read_index
from hueman.errors import HuemanError

SETTINGS = RenderSettings(height=96, width=64, frames=3, recolors=2)
ACTIONS = ("march",)
BOTH = tuple(performances(("plaid", "mustard"), ACTIONS))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> tuple[Path, Path]:
    """Dataset and videos."""
    root = tmp_path_factory.mktemp("rendered")
    summary = render(root / "dataset", SETTINGS, BOTH, 1, root / "videos")
    assert str(summary) == f"2 clips rendered in {root / 'dataset'}."
    return root / "dataset", root / "videos"


@pytest.fixture
def copy(rendered, tmp_path) -> tuple[Path, Path]:
    shutil.copytree(rendered[0], tmp_path / "dataset")
    shutil.copytree(rendered[1], tmp_path / "videos")
    return tmp_path / "dataset", tmp_path / "videos"


def tree(root: Path) -> dict[str, bytes]:
    """The content of all files below a folder, by their paths."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_every_clip_has_its_truth_and_preview(rendered):
    dataset = Dataset(rendered[0])
    assert [(entry.actor, entry.action) for entry in dataset.entries] == [
        ("mustard", "march"),
        ("plaid", "march"),
    ]
    for entry in dataset.entries:
        assert len(dataset.read(entry)) == entry.length == 3
        truth = read_entry_truth(dataset, entry)
        assert truth.recolored.shape == (2, 3, 96, 64, 3)
        assert (rendered[0] / entry.file).with_suffix(".png").stat().st_size > 5000
    assert read_split(rendered[0]) is None


def test_two_runs_give_the_same_bytes(rendered, tmp_path):
    render(tmp_path / "dataset", SETTINGS, BOTH, 2, tmp_path / "videos")
    for one, other in zip(rendered, (tmp_path / "dataset", tmp_path / "videos"), strict=True):
        assert tree(one) == tree(other)


def test_running_again_does_nothing(copy):
    before = {path: path.stat().st_mtime_ns for root in copy for path in root.rglob("*")}
    summary = render(copy[0], SETTINGS, BOTH, videos=copy[1])
    assert str(summary) == f"All 2 clips were already rendered in {copy[0]}."
    assert {path: path.stat().st_mtime_ns for root in copy for path in root.rglob("*")} == before


def test_only_what_is_missing_or_damaged_is_rendered_again(rendered, copy):
    entry = Dataset(copy[0]).entry("plaid", "march")
    truth = copy[0] / entry.truth
    for damage in (truth.unlink, lambda: truth.write_bytes(b"no truth")):
        damage()
        summary = render(copy[0], SETTINGS, BOTH, 1)
        assert [made.actor for made in summary.made] == ["plaid"]
        assert tree(copy[0]) == tree(rendered[0])
    (copy[0] / entry.file).unlink()
    assert len(render(copy[0], SETTINGS, BOTH, 1).made) == 1
    assert tree(copy[0]) == tree(rendered[0])


def test_other_settings_render_again(copy):
    settings = replace(SETTINGS, recolors=0, noise=4.0)
    before = Dataset(copy[0]).read(Dataset(copy[0]).entry("plaid", "march"))
    summary = render(copy[0], settings, performances(["plaid"], ACTIONS), 1, copy[1])
    assert [entry.actor for entry in summary.made] == ["plaid"]
    after = Dataset(copy[0]).read(Dataset(copy[0]).entry("plaid", "march"))
    np.testing.assert_array_equal(after.pose, before.pose)
    assert 1 < np.abs(after.frames.astype(float) - before.frames).mean() < 8
    assert not list(copy[1].glob("plaid/*.recolored*"))
    assert len(list(copy[1].glob("mustard/*.recolored*"))) == 2


def test_a_plan_writes_its_split(copy):
    split = DatasetSplit(("plaid",), ("mustard",), ("march",), ())
    render_plan(copy[0], RenderPlan(SETTINGS, BOTH, split), jobs=1)
    assert read_split(copy[0]) == split


@pytest.mark.parametrize(
    ("actors", "actions", "jobs", "message"),
    [
        (["plaid", "nobody"], ["march"], None, "no actors called 'nobody'; choose from plaid"),
        (["plaid"], ["fly"], None, "no actions called 'fly'; choose from wave_right"),
        (["plaid"], ["march"], 0, "jobs is 0"),
    ],
)
def test_wrong_requests_write_nothing(tmp_path, actors, actions, jobs, message):
    with pytest.raises(HuemanError, match=message):
        render(tmp_path / "out", SETTINGS, performances(actors, actions), jobs)
    assert not (tmp_path / "out").exists()


def test_without_numba_it_is_said_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(HuemanError, match=r"pip install 'hueman\[render\]'"):
        render(tmp_path / "out", SETTINGS, BOTH)
    assert read_index(tmp_path / "out") == []
