"""Judge methods on a dataset's held-out clips and write the report: page, JSON, CSV, pictures.

OUT/report.html           everything, in one file
OUT/result.json           all numbers, with the record of how they came about
OUT/clips.csv             the numbers of each clip and method
OUT/codes/                the codes of the latent space's picture, as CSV
OUT/figures/, OUT/videos/ what the page shows
OUT/judgements/           what is done; running it again goes on from there
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from hueman.clips.split import read_split
from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.device import choose_device
from hueman.errors import HuemanError
from hueman.evaluation import protocol
from hueman.evaluation.fvd import RealVideos
from hueman.evaluation.held_out import HeldOutClip, read_held_out
from hueman.evaluation.latent_measures import NEIGHBORS
from hueman.evaluation.latent_result import LatentResult, measure_latent_spaces
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.page import write_page
from hueman.evaluation.pictures import draw_pictures
from hueman.evaluation.protocol import Judgement, judge
from hueman.evaluation.report import Section
from hueman.evaluation.result import (
    Evaluation,
    MethodResult,
    with_nan,
    write_clips,
    write_json,
)
from hueman.evaluation.subject import Subject, load_subject, plain_subjects
from hueman.evaluation.table_one import table_one
from hueman.files import read_json
from hueman.machine import describe_machine
from hueman.progress import track
from hueman.training.data import held_out_by, load_split, split_entries
from hueman.training.frames import ClipFrames
from hueman.weights.readers import load_i3d

JudgedOn = Literal["actions", "actors", "all"]
"""`actions` are the held-out actions of the people trained on; `actors` are people of whom training
saw nothing; `all` is every clip of a dataset that training had no part of. There, nothing is said
of latent spaces, for which training clips are needed."""

CODES = 2000
"""Frames encoded for the latent space, unless told otherwise; the paper has 7,000."""


@dataclass(frozen=True)
class Scope:
    """What methods are evaluated on, and how far."""

    dataset: Dataset
    config: TrainingConfig
    """Whose frame size and split count."""
    codes: int = CODES
    """Frames encoded for the latent space."""
    title: str = "Evaluation"
    summary: str = ""
    table_one: bool = False
    """Whether the report begins with the paper's Table 1."""
    judged_on: JudgedOn = "actions"
    """Which clips methods are judged on, see `JudgedOn`."""


def evaluate(
    model: Path,
    dataset: Dataset,
    out: Path,
    json_file: Path | None = None,
    restoration: str = "auto",
    codes: int = CODES,
    device: str = "auto",
    judged_on: JudgedOn = "actions",
) -> Evaluation:
    """Judge one model beside the methods without a network, and write the report.

    Args:
        model: its file, or the folder of its training run.
        dataset: prepared clips.
        out: folder of the report.
        json_file: where all numbers are written too.
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.
        codes: frames encoded for the latent space.
        device: "auto", "cpu" or "cuda".
        judged_on: which clips.

    Raises:
        HuemanError: there is no such model, or the dataset has no clip that was held out.
    """
    subject, config = load_subject(model, restoration=restoration, device=choose_device(device))
    subjects = [subject, *plain_subjects((config.height, config.width))]
    seen = "" if judged_on == "actions" else ", by people it was not trained on"
    summary = f"{model} on {dataset}{seen}."
    scope = Scope(dataset, config, codes, "Evaluation of a model", summary, judged_on=judged_on)
    return evaluate_subjects(subjects, scope, out, json_file)


def evaluate_subjects(
    subjects: Sequence[Subject], scope: Scope, out: Path, json_file: Path | None = None
) -> Evaluation:
    """Judge methods on the same clips and write the report.

    Args:
        subjects: the first one is what the report is about.
        scope: dataset, split and extent.
        out: folder of the report.
        json_file: where all numbers are written too.

    Raises:
        HuemanError: the dataset has no clip that was held out, or the codes are too few.
    """
    if scope.codes < NEIGHBORS:
        raise HuemanError(f"codes is {scope.codes}; choose at least {NEIGHBORS}.")
    clips = held_out_clips(scope.dataset, scope.config, scope.judged_on)
    record = _record(scope, clips)
    judgements = _judge_all(subjects, clips, record, out / "judgements")
    if scope.judged_on == "all":
        train = [ClipFrames(each.actor, each.action, each.fps, each.frames) for each in clips]
        latent = {}
    else:
        train = load_split(scope.dataset, scope.config).train
        latent = measure_latent_spaces(subjects, train, clips, scope.config, scope.codes)
    results = [
        MethodResult(
            each.name,
            each.title,
            judgement,
            latent[each.name].measures if each.name in latent else {},
            each.sha256,
            each.parameters,
            each.notes,
        )
        for each, judgement in zip(subjects, judgements, strict=True)
    ]
    evaluation = Evaluation(record | _untrained(latent), results)
    for file in filter(None, (out / "result.json", json_file)):
        write_json(file, evaluation.plain())
    write_clips(out / "clips.csv", results)
    pictures = draw_pictures(out, subjects, train, clips, latent, scope.config)
    first = [Section("Table 1", [], [table_one(evaluation)])] if scope.table_one else []
    write_page(out / "report.html", scope.title, scope.summary, evaluation, pictures, first)
    return evaluation


def held_out_clips(
    dataset: Dataset, config: TrainingConfig, judged_on: JudgedOn = "actions"
) -> list[HeldOutClip]:
    """Read the clips that a training with these settings keeps out.

    Args:
        dataset: prepared clips.
        config: settings of the training.
        judged_on: which of them.

    Raises:
        HuemanError: there are none.
    """
    if judged_on == "all":
        entries = list(dataset.entries)
    else:
        entries = split_entries(dataset, config)["unseen" if judged_on == "actors" else "test"]
    if judged_on == "actors" and not entries:
        raise HuemanError(
            f"{dataset} has no actor whom {held_out_by(dataset, config)} keeps out of "
            "training. Keep some out with 'hueman split --unseen-actors' before training."
        )
    if not entries:
        raise HuemanError(
            f"{dataset} has no clip that {held_out_by(dataset, config)} keeps out of "
            "training; a model cannot be judged on what it was trained on. Keep some out with "
            "'hueman split' before training."
        )
    clips = read_held_out(dataset, entries, config.height, config.width)
    return list(track(clips, "Reading held-out clips", len(entries)))


def _judge_all(
    subjects: Sequence[Subject], clips: Sequence[HeldOutClip], record: dict[str, Any], folder: Path
) -> list[Judgement]:
    """Judge methods, or read what an earlier run found of the same files."""
    keys = {each.name: _key(each, record) for each in subjects}
    known = {each.name: _known_judgement(folder, each.name, keys[each.name]) for each in subjects}
    waiting = [each for each in subjects if known[each.name] is None]
    if waiting:
        lpips = load_lpips()
        truth = track(clips, "Looking at the real clips", len(clips))
        real = RealVideos((clip.frames.pictures() for clip in truth), load_i3d())
        for each in waiting:
            judgement = judge(each.method, clips, lpips, real, f"Judging {each.title}")
            content = {"of": keys[each.name], "judgement": asdict(judgement)}
            write_json(folder / f"{each.name}.json", content)
            known[each.name] = _known_judgement(folder, each.name, keys[each.name])
    return [judgement for judgement in known.values() if judgement is not None]


def _key(subject: Subject, record: dict[str, Any]) -> dict[str, Any]:
    """Return what a judgement depends on, as JSON has it."""
    restoring = subject.model is not None and subject.model.restoring
    how = {name: record[name] for name in ("protocol", "dataset")}
    return json.loads(json.dumps({"model": subject.sha256, "restoring": restoring, **how}))


def _known_judgement(folder: Path, name: str, key: dict[str, Any]) -> Judgement | None:
    """Read a judgement, if there is one of the same method, protocol and dataset."""
    try:
        content = read_json(folder / f"{name}.json")
        if content["of"] != key:
            return None
        judgement = content["judgement"]
        rows = [with_nan(row) for row in judgement["rows"]]
        return Judgement(rows, with_nan(judgement["codes"]), judgement["fvd"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _record(scope: Scope, clips: Sequence[HeldOutClip]) -> dict[str, Any]:
    """Return what has to be known to make, or compare, the numbers."""
    split = read_split(scope.dataset.root) if scope.config.split == "dataset" else None
    index = "".join(entry.sha256 + entry.truth_sha256 for entry in scope.dataset.entries)
    return {
        "protocol": protocol.constants(),
        "dataset": {
            "name": scope.dataset.place.name,
            "sha256": hashlib.sha256(index.encode()).hexdigest(),
            "split": asdict(split) if split else {"test_actions": scope.config.test_actions},
            "height": scope.config.height,
            "width": scope.config.width,
            "clips": [f"{clip.actor}/{clip.action}" for clip in clips],
            "rendered_truth": all(clip.truth is not None for clip in clips),
        },
        "judged_on": scope.judged_on,
        "codes": scope.codes,
        "machine": describe_machine() | {"threads": torch.get_num_threads()},
    }


def _untrained(latent: dict[str, LatentResult]) -> dict[str, Any]:
    return {"untrained_latent_space": latent["untrained"].measures} if latent else {}
