"""An evaluation for real: an untrained model on two held-out clips, twice."""

import csv
import json
import math
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from hueman.clips.split import read_split
from hueman.clips.store import Dataset
from hueman.clips.video import Video
from hueman.errors import HuemanError
from hueman.evaluation.evaluate import evaluate
from hueman.evaluation.latent_measures import NEIGHBORS
from hueman.evaluation.protocol import constants
from hueman.evaluation.result import Evaluation
from hueman.training.model import save_model

CODES = 60
CLIPS = ["mustard/wave_right", "plaid/wave_right"]


@dataclass(frozen=True)
class Run:
    model: Path
    out: Path
    json_file: Path
    dataset: Dataset
    evaluation: Evaluation

    def written(self, name: str = "result.json") -> dict[str, Any]:
        return json.loads((self.out / name).read_text("utf-8"), parse_constant=refuse)


def refuse(constant: str):
    raise AssertionError(f"{constant} is no JSON")


def known(value):
    """NaN and infinity as JSON has them."""
    if isinstance(value, dict):
        return {name: known(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [known(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@pytest.fixture(scope="module")
def run(untrained, rendered_dataset, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("evaluation")
    model, out, json_file = folder / "run", folder / "out", folder / "all.json"
    save_model(untrained, model / "model.safetensors", {"seed": 7})
    result = evaluate(model, rendered_dataset, out, json_file, codes=CODES, device="cpu")
    return Run(model, out, json_file, rendered_dataset, result)


def test_everything_is_written(run):
    for name in (
        *("report.html", "result.json", "clips.csv"),
        *(f"judgements/{name}.json" for name in ("model", "copy", "warp")),
        *(f"codes/{name}_{part}.csv" for name in ("model",) for part in ("upper", "lower")),
        *(f"figures/{name}.png" for name in ("action", "augmentation", "features")),
        *(f"figures/{name}.png" for name in ("interpolation", "latent_upper", "latent_lower")),
    ):
        assert (run.out / name).stat().st_size > 100
    for actor in ("plaid", "mustard"):
        for kind in ("own", "asked"):
            assert len(Video(run.out / f"videos/{actor}_wave_right_{kind}.mp4").read()) == 6
    assert run.json_file.read_bytes() == (run.out / "result.json").read_bytes()


def test_json_holds_the_evaluation(run):
    assert run.written() == known(json.loads(json.dumps(run.evaluation.plain())))
    assert list(run.written()["methods"]) == ["model", "copy", "warp"]
    ours = run.written()["methods"]["model"]
    assert [f"{clip['actor']}/{clip['action']}" for clip in ours["clips"]] == CLIPS
    assert ours["training"] == {"seed": 7}
    assert ours["parameters"] > 1000
    assert ours["fvd"] is None, "these clips are too short for a window"
    assert ours["codes"].keys() > {"monotonicity_upper", "reuse_error_lower"}
    assert ours["latent_space"].keys() == {"upper", "lower"}
    assert run.written()["methods"]["copy"]["latent_space"] == {}


def test_the_record_says_how(run):
    written = run.written()
    assert written["protocol"] == json.loads(json.dumps(constants()))
    dataset = written["dataset"]
    split = read_split(run.dataset.root)
    assert split is not None
    assert dataset["split"]["test_actions"] == list(split.test_actions) == ["wave_right"]
    assert dataset["clips"] == CLIPS
    assert dataset["rendered_truth"] is True
    assert (dataset["name"], dataset["height"], dataset["width"]) == ("rendered", 96, 64)
    assert re.fullmatch("[0-9a-f]{64}", dataset["sha256"])
    assert written["codes"] == CODES
    assert written["machine"].keys() > {"processor", "cores", "gpu", "torch", "threads"}
    assert written["untrained_latent_space"].keys() == {"upper", "lower"}


def test_csv_has_every_clip_of_every_method(run):
    with (run.out / "clips.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["method"], f"{row['actor']}/{row['action']}") for row in rows] == [
        (name, clip) for name in ("model", "copy", "warp") for clip in CLIPS
    ]
    expected = run.evaluation.methods[2].judgement.rows[1]["ms_ssim"]
    assert float(rows[5]["ms_ssim"]) == expected


def test_the_page_needs_nothing_else_and_shows_the_numbers(run):
    page = (run.out / "report.html").read_text("utf-8")
    assert not re.search(r'(src|href|poster)="(?!data:|#)', page)
    assert "<script" not in page
    for result in run.evaluation.methods:
        assert f"{result.mean('ms_ssim'):.4f} ±" in page
        assert f"{result.mean('color_error_upper'):.1f}" in page
    for title in ("How close to the real frames", "Fig. 5", "By actor and by action"):
        assert title in page
    assert page.count("<video") == 4
    assert "nan" not in re.sub(r"data:[^\"]*", "", page).lower()


def test_only_what_is_damaged_or_changed_is_judged_again(run, untrained, tmp_path):
    """One judgement is cut off, one is of another model by now, one is as it was."""
    out, model = tmp_path / "out", tmp_path / "run"
    shutil.copytree(run.out / "judgements", out / "judgements")
    files = {name: out / "judgements" / f"{name}.json" for name in ("model", "copy", "warp")}
    whole = {name: file.read_bytes() for name, file in files.items()}
    times = {name: file.stat().st_mtime_ns for name, file in files.items()}
    files["copy"].write_bytes(whole["copy"][: len(whole["copy"]) // 2])
    torch.manual_seed(1)
    save_model(type(untrained)(untrained.config), model / "model.safetensors", {})
    again = evaluate(model, run.dataset, out, codes=CODES, device="cpu")
    assert files["warp"].stat().st_mtime_ns == times["warp"]
    assert files["copy"].read_bytes() == whole["copy"]
    assert files["model"].read_bytes() != whole["model"]
    for name in ("copy", "warp"):
        first, second = run.evaluation.method(name), again.method(name)
        assert first is not None
        assert second is not None
        assert known(second.plain()) == known(first.plain())
    assert again.methods[0].sha256 != run.evaluation.methods[0].sha256
    assert again.methods[0].mean("lpips") != run.evaluation.methods[0].mean("lpips")


def test_a_dataset_with_nothing_held_out_is_refused(run, tmp_path):
    shutil.copytree(run.dataset.root, tmp_path / "dataset")
    (tmp_path / "dataset" / "split.json").unlink()
    with pytest.raises(HuemanError, match="'hueman split'"):
        evaluate(run.model, Dataset(tmp_path / "dataset"), tmp_path / "out", device="cpu")
    assert not (tmp_path / "out").exists()


def test_too_few_codes_are_refused_before_anything_is_done(run, tmp_path):
    codes = NEIGHBORS - 1
    with pytest.raises(HuemanError, match=f"codes is {codes}; choose at least {NEIGHBORS}"):
        evaluate(run.model, run.dataset, tmp_path / "out", codes=codes, device="cpu")
    assert not (tmp_path / "out").exists()
