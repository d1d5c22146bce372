"""Training all methods of a benchmark; what they have in common is trained once."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.files import atomic_folder
from hueman.preparation.workers import Failure, run_in_workers
from hueman.progress import progress_bar
from hueman.training.model_file import MODEL_FILE
from hueman.training.run import train
from hueman.training.settings import check_same_run, settings_of

SHARED_STAGES = ("stage_one", "restoration")
CONSOLE = "console.log"
"""What a training beside others prints, in its folder."""


def train_methods(
    dataset: Dataset, out: Path, configs: Mapping[str, TrainingConfig], device: str, jobs: int
) -> None:
    """Train every method in a folder of its own, OUT/NAME; what is finished is kept.

    The first method is trained alone. The others take over the stages that are the same in them.

    Args:
        dataset: prepared clips.
        out: folder of the runs.
        configs: settings by the names of methods.
        device: "auto", "cpu" or "cuda".
        jobs: trainings side by side; if several, each on one thread, which is faster for small
            networks than one training on several threads.

    Raises:
        HuemanError: a folder holds a run with other settings, or a training failed; those beside
            it were finished.
    """
    for name, config in configs.items():
        check_same_run(out / name, config)
    first, *others = configs
    train_one = partial(_train, dataset.root, out, configs, device)
    train_one(first)
    for name in others:
        _share(out, first, name, configs)
    waiting = [name for name in others if not (out / name / MODEL_FILE).exists()]
    if jobs == 1:
        for name in waiting:
            train_one(name)
        return
    failures = []
    make_trainer = partial(_QuietTrainer, dataset.root, out, configs, device)
    with progress_bar("Training methods", len(waiting)) as bar:
        for name, outcome in run_in_workers(make_trainer, waiting, jobs):
            bar.advance(note=name)
            if isinstance(outcome, Failure):
                failures.append(f"{name}: {outcome.reason} See {out / name / CONSOLE}.")
    if failures:
        raise HuemanError(" ".join(failures))


def _train(
    root: Path, out: Path, configs: Mapping[str, TrainingConfig], device: str, name: str
) -> None:
    if not (out / name / MODEL_FILE).exists():
        print(f"== training {name}", flush=True)
        train(Dataset(root), out / name, configs[name], device)


@dataclass(frozen=True)
class _QuietTrainer:
    """Trains methods in a process that has no part of the terminal."""

    root: Path
    out: Path
    configs: Mapping[str, TrainingConfig]
    device: str

    def __call__(self, name: str) -> None:
        folder = self.out / name
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(1)
        with (folder / CONSOLE).open("a", encoding="utf-8") as console:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
                os.dup2(console.fileno(), stream.fileno())
        _train(self.root, self.out, self.configs, self.device, name)


def _share(out: Path, first: str, name: str, configs: Mapping[str, TrainingConfig]) -> None:
    """Copy finished stages of the first run to another, where they are the same."""
    for stage in SHARED_STAGES:
        source, target = out / first / stage, out / name / stage
        if not source.exists() or target.exists() or configs[name].method != "decoupled":
            continue
        if settings_of(configs[first], stage) == settings_of(configs[name], stage):
            with atomic_folder(target) as temporary:
                shutil.copytree(source, temporary, dirs_exist_ok=True)
