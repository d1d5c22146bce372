"""One command from nothing to the paper's Table 1: render, train, judge, report.

OUT/dataset/      rendered clips
OUT/runs/NAME/    the training of each method
OUT/report.html   and the other results, see `evaluation.evaluate`
"""

import os
from collections.abc import Sequence
from pathlib import Path

import torch

from hueman.benchmark.methods import Method, choose_methods, config_of, methods_of
from hueman.benchmark.suites import Suite, find_suite
from hueman.benchmark.table import show_table_one
from hueman.benchmark.training import train_methods
from hueman.choreography.presets import make_plan
from hueman.choreography.render import render_plan
from hueman.clips.store import Dataset
from hueman.device import choose_device
from hueman.errors import HuemanError
from hueman.evaluation.evaluate import Scope, evaluate_subjects
from hueman.evaluation.result import Evaluation
from hueman.evaluation.subject import Subject, load_subject, plain_subjects


def benchmark(
    name: str,
    out: Path,
    json_file: Path | None = None,
    only: Sequence[str] = (),
    overrides: Sequence[str] = (),
    jobs: int | None = None,
    device: str = "auto",
) -> Evaluation:
    """Run a benchmark, or go on where an earlier run stopped.

    Args:
        name: of `SUITES`.
        out: folder for everything.
        json_file: where all numbers are written too.
        only: names of methods; all if none. The proposed one and those without a network always
            take part.
        overrides: changes to the training of all methods.
        jobs: trainings side by side; as many as CPU cores if None, one on a GPU.
        device: "auto", "cpu" or "cuda".

    Raises:
        HuemanError: a name is unknown, jobs is less than 1, clips could not be rendered, or a
            training failed.
    """
    suite = find_suite(name)
    if jobs is not None and jobs < 1:
        raise HuemanError(f"jobs is {jobs}; choose at least 1, or leave it out.")
    chosen_device = choose_device(device)
    changes = [*suite.overrides, *overrides]
    methods = choose_methods(methods_of(suite.training_preset, changes), only)
    configs = {each.name: config_of(each, suite.training_preset, changes) for each in methods}
    if jobs is None:
        jobs = 1 if chosen_device.type == "cuda" else os.cpu_count() or 1
    dataset = _rendered(suite, out / "dataset")
    train_methods(dataset, out / "runs", configs, device, jobs)
    subjects = [_load(method, out, chosen_device) for method in methods]
    config = configs[methods[0].name]
    subjects += plain_subjects((config.height, config.width))
    title, summary = f"hueman benchmark {name}", f"{suite.about[0].upper()}{suite.about[1:]}."
    scope = Scope(dataset, config, suite.codes, title, summary, table_one=True)
    evaluation = evaluate_subjects(subjects, scope, out, json_file)
    show_table_one(evaluation)
    return evaluation


def _rendered(suite: Suite, out: Path) -> Dataset:
    summary = render_plan(out, make_plan(suite.render_preset))
    print(summary)
    if summary.refused:
        raise HuemanError("Some clips could not be rendered; see the lines above.")
    return Dataset(out)


def _load(method: Method, out: Path, device: torch.device) -> Subject:
    folder = out / "runs" / method.name
    return load_subject(folder, method.name, method.title, device=device)[0]
