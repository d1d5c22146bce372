"""Numbers of an evaluation, as JSON and as CSV."""

import csv
import json
import math

import pytest

from hueman.evaluation.protocol import Judgement
from hueman.evaluation.result import Evaluation, MethodResult, write_clips, write_json
from hueman.evaluation.statistics import bootstrap_interval

ROWS = [
    {"actor": "plaid", "action": "bow", "ms_ssim": 0.9, "psnr": math.inf, "leak_hair": math.nan},
    {"actor": "plaid", "action": "wave", "ms_ssim": 0.7, "psnr": 20.0, "leak_hair": math.nan},
    {"actor": "stripes", "action": "bow", "ms_ssim": 0.5, "psnr": 10.0, "leak_hair": 2.0},
]
OTHER = [{"actor": "plaid", "action": "bow", "ms_ssim": 0.25, "extra": 1.0}]


@pytest.fixture
def evaluation() -> Evaluation:
    latent = {"upper": {"r2": 0.5}, "lower": {"r2": math.nan}}
    ours = MethodResult(
        "ours",
        "our method",
        Judgement(ROWS, {"span": math.nan, "reuse": 3.0}, math.nan),
        latent,
        "abc",
        12,
        {"seed": 7},
    )
    record = {"protocol": {"version": 1}, "dataset": {"name": "tiny"}}
    return Evaluation(record, [ours, MethodResult("copy", "a copy", Judgement(OTHER, {}))])


def refuse(constant: str):
    raise AssertionError(f"{constant} is no JSON")


def read_back(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def test_json_is_strict_and_complete(evaluation, tmp_path):
    write_json(tmp_path / "sub" / "result.json", evaluation.plain())
    content = read_back(tmp_path / "sub" / "result.json")
    assert content["format"] == 1
    assert content["protocol"] == {"version": 1}
    assert content["dataset"] == {"name": "tiny"}
    assert list(content["methods"]) == ["ours", "copy"]
    ours = content["methods"]["ours"]
    assert ours["title"] == "our method"
    assert ours["codes"] == {"span": None, "reuse": 3.0}
    assert ours["latent_space"] == {"upper": {"r2": 0.5}, "lower": {"r2": None}}
    assert ours["fvd"] is None
    assert (ours["parameters"], ours["model_sha256"]) == (12, "abc")
    assert ours["training"] == {"seed": 7}
    assert ours["clips"][0] == ROWS[0] | {"psnr": None, "leak_hair": None}
    assert ours["clips"][2] == ROWS[2]


def test_means_are_those_of_the_statistics(evaluation, tmp_path):
    ours = evaluation.methods[0]
    estimate = bootstrap_interval([0.9, 0.7, 0.5])
    assert ours.means["ms_ssim"] == estimate
    assert ours.mean("ms_ssim") == pytest.approx(0.7)
    assert ours.means["leak_hair"].count == 1
    assert math.isnan(ours.mean("not measured"))
    write_json(tmp_path / "result.json", evaluation.plain())
    written = read_back(tmp_path / "result.json")["methods"]["ours"]
    assert written["mean"]["ms_ssim"] == {
        "mean": estimate.mean,
        "low": estimate.low,
        "high": estimate.high,
        "count": 3,
    }
    assert written["by_actor"]["plaid"]["ms_ssim"] == pytest.approx(0.8)
    assert written["by_action"]["bow"]["ms_ssim"] == pytest.approx(0.7)
    assert written["by_actor"]["plaid"]["leak_hair"] is None


def test_csv_has_every_clip_of_every_method(evaluation, tmp_path):
    write_clips(tmp_path / "clips.csv", evaluation.methods)
    with (tmp_path / "clips.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["method", "actor", "action", "ms_ssim", "psnr", "leak_hair", "extra"]
    assert [(row["method"], row["actor"], row["action"]) for row in rows] == [
        ("ours", "plaid", "bow"),
        ("ours", "plaid", "wave"),
        ("ours", "stripes", "bow"),
        ("copy", "plaid", "bow"),
    ]
    assert [row["ms_ssim"] for row in rows] == ["0.9", "0.7", "0.5", "0.25"]
    assert rows[3]["psnr"] == ""


def test_methods_are_found_by_name(evaluation):
    found = evaluation.method("copy")
    assert found is not None
    assert found.title == "a copy"
    assert evaluation.method("none") is None


def test_a_result_that_cannot_be_written_leaves_the_old_one(evaluation, tmp_path):
    path = tmp_path / "result.json"
    write_json(path, evaluation.plain())
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_json(path, {"what": object()})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
