"""The smallest benchmark from nothing to its table, and once more."""

import json
from pathlib import Path

import pytest

from hueman.benchmark.run import benchmark
from hueman.benchmark.suites import SUITES
from hueman.benchmark.table import show_table_one
from hueman.errors import HuemanError
from hueman.evaluation.result import Evaluation

ONLY = ("deformable_gan", "unrestored")
NAMES = ["proposed", "deformable_gan", "unrestored", "copy", "warp"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, Evaluation]:
    out = tmp_path_factory.mktemp("benchmark")
    return out, benchmark("choreo-tiny", out, out / "all.json", ONLY, jobs=2, device="cpu")


def lasting(out: Path) -> dict[Path, int]:
    """When what takes long was written: clips, trainings, judgements."""
    folders = ("dataset/clips", "runs", "judgements")
    return {
        path: path.stat().st_mtime_ns
        for folder in folders
        for path in (out / folder).rglob("*")
        if path.is_file()
    }


def test_all_methods_are_judged_on_the_same_clips(finished):
    out, evaluation = finished
    assert [each.name for each in evaluation.methods] == NAMES
    clips = {
        tuple((row["actor"], row["action"]) for row in each.judgement.rows)
        for each in evaluation.methods
    }
    assert len(clips) == 1
    written = json.loads((out / "result.json").read_text("utf-8"))
    assert list(written["methods"]) == NAMES
    assert written["codes"] == SUITES["choreo-tiny"].codes
    assert (out / "all.json").read_bytes() == (out / "result.json").read_bytes()


def test_each_method_was_trained_as_its_name_says(finished):
    out, evaluation = finished
    training = {each.name: each.training for each in evaluation.methods}
    assert training["deformable_gan"].keys() > {"deformable_gan", "seed"}
    assert "restoration" in training["proposed"]
    assert "restoration" not in training["unrestored"]
    assert training["unrestored"]["stage_one"] == training["proposed"]["stage_one"]
    sizes = {each.name: each.parameters for each in evaluation.methods}
    assert sizes["proposed"] > sizes["unrestored"] > sizes["copy"] == 0
    assert not evaluation.methods[1].judgement.codes
    assert evaluation.methods[0].judgement.codes
    assert (out / "runs" / "unrestored" / "console.log").exists()


def test_the_report_begins_with_table_one(finished):
    out, _ = finished
    page = (out / "report.html").read_text("utf-8")
    assert page.index("MS-SSIM in the paper") < page.rindex("How close to the real frames")
    assert "0.9146" in page
    for title in ("Deformable GAN", "no restoration", "first frame, copied"):
        assert title in page


def test_table_one_is_printed(finished, capsys):
    _, evaluation = finished
    show_table_one(evaluation)
    printed = capsys.readouterr().out
    for each in evaluation.methods:
        line = next(line for line in printed.splitlines() if line.strip().startswith(each.title))
        assert f"{each.mean('ms_ssim'):.4f}" in line
    assert "0.8975" in printed


def test_running_again_changes_nothing(finished, capsys):
    out, evaluation = finished
    before, result = lasting(out), (out / "result.json").read_bytes()
    again = benchmark("choreo-tiny", out, None, ONLY, jobs=2, device="cpu")
    assert lasting(out) == before
    assert (out / "result.json").read_bytes() == result
    assert [each.name for each in again.methods] == [each.name for each in evaluation.methods]
    assert "already rendered" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "choreo-nope"}, "no benchmark 'choreo-nope'"),
        ({"only": ["nothing"]}, "no method 'nothing'"),
        ({"jobs": 0}, "jobs is 0"),
        ({"overrides": ["nonsense=1"]}, "nonsense"),
    ],
)
def test_wrong_requests_begin_nothing(tmp_path, arguments, message):
    with pytest.raises(HuemanError, match=message):
        benchmark(**({"name": "choreo-tiny", "out": tmp_path / "out"} | arguments))
    assert not (tmp_path / "out").exists()
