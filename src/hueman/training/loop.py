"""The loop that all stages share: schedule, logs, samples, checkpoints, resume."""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from hueman.clips.sheets import write_picture
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.files import atomic_file, clear_disk_errors
from hueman.training.checkpoints import Checkpoints
from hueman.training.curves import draw_curves
from hueman.training.events import EventLog
from hueman.training.fitting import explain_out_of_memory, is_out_of_memory
from hueman.training.interruption import deferred_interrupt
from hueman.training.log import read_log
from hueman.training.networks import average_over_processes
from hueman.training.settings import are_same_settings, settings_of
from hueman.training.shared_view import check_same_update
from hueman.training.stage import Stage

LOG_FILE = "log.jsonl"
"""In the folder of a stage: a line for each update."""


class Reporter(Protocol):
    """Where progress goes: a bar, or a queue to the process that shows one."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move on by `steps`."""
        ...


@dataclass
class Progress:
    """How far a stage is, as its checkpoints tell."""

    step: int = 0
    """Updates done."""
    seconds: float = 0.0
    """Spent training, over all runs."""
    waited: float = 0.0
    """Seconds of these in which updates waited for their batches."""
    measured: dict[str, float] = field(default_factory=dict)
    """The last measurement."""
    best_step: int | None = None
    """Of the checkpoint with the best measurement so far."""
    best_value: float | None = None


def total_updates(stage: Stage) -> int:
    """Return the length of a stage in updates, all processes together making one."""
    return stage.schedule.total_steps(len(stage.sampler), stage.networks.fabric.world_size)


def train_stage(
    stage: Stage, folder: Path, config: TrainingConfig, reporter: Reporter
) -> dict[str, float]:
    """Train a stage to its end, from its newest checkpoint if there is one.

    `folder` gets checkpoints, log.jsonl, curves.png, TensorBoard events and samples/. However a run
    ends, it goes on to the very numbers of an uninterrupted one.

    Args:
        stage: the networks with their data.
        folder: where everything is written, by the first process alone.
        config: all settings, kept in checkpoints and compared on resuming.
        reporter: progress.

    Returns:
        The last measurement, with `seconds` spent training over all runs, and `waiting`: in which
        share of these updates waited for their batches.

    Raises:
        HuemanError: the checkpoint belongs to other settings or cannot be read, another process
            trains here, memory is too small, training diverged, or the disk is at fault.
    """
    checkpoints = Checkpoints(folder, config.keep_checkpoints)
    if not stage.networks.fabric.is_global_zero:
        progress = _resume(stage, checkpoints, config)
        _run(stage, progress, config, reporter, None)
        return progress.measured
    with clear_disk_errors(folder / LOG_FILE), checkpoints.locked():
        progress = _resume(stage, checkpoints, config)
        with _Recorder(folder, checkpoints, stage, progress, config) as recorder:
            _run(stage, progress, config, reporter, recorder)
    return {
        **progress.measured,
        "seconds": round(progress.seconds, 1),
        "waiting": round(progress.waited / max(progress.seconds, 1e-9), 4),
        "updates": progress.step,
    }


def _run(
    stage: Stage,
    progress: Progress,
    config: TrainingConfig,
    reporter: Reporter,
    recorder: "_Recorder | None",
) -> None:
    """Make all updates that are left; one process has a recorder."""
    total, fabric = total_updates(stage), stage.networks.fabric
    check_same_update(progress.step, fabric)
    reporter.advance(progress.step)
    started = time.monotonic() - progress.seconds
    waited = stage.batch.waited - progress.waited
    with deferred_interrupt() as interrupted:
        while progress.step < total:
            rate = stage.schedule.learning_rate_at(progress.step, total)
            losses = make_update(stage, progress.step, rate, interrupted())
            stop = losses.pop("interrupted") > 0
            _check_finite(losses, progress.step + 1, recorder)
            progress.step += 1
            progress.seconds = time.monotonic() - started
            progress.waited = stage.batch.waited - waited
            if recorder:
                last = progress.step == total
                if last or progress.step % config.sample_every == 0:
                    losses |= recorder.look()
                recorder.log(losses)
                if last or progress.step % config.save_every == 0 or stop:
                    recorder.save()
            reporter.advance(note=_note(losses))
            if stop:
                fabric.barrier()  # nobody ends before the checkpoint is written
                raise KeyboardInterrupt


def make_update(
    stage: Stage, step: int, rate: float, interrupted: bool = False
) -> dict[str, float]:
    """Make update number `step`: all batches of all processes, their gradients averaged.

    Returns the losses, averaged over them too, and whether any process was interrupted.
    """
    fabric = stage.networks.fabric
    batches = stage.schedule.accumulate
    first = (step * batches * fabric.world_size) + fabric.global_rank
    try:
        stage.networks.start_update(rate)
        losses = [stage.backward(first + n * fabric.world_size) for n in range(batches)]
        stage.networks.finish_update()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    else:
        means = {name: sum(each[name] for each in losses) / batches for name in losses[0]}
        means["interrupted"] = float(interrupted)
        if fabric.world_size == 1:
            return means
        values = torch.tensor(list(means.values()), device=fabric.device, dtype=torch.float64)
        average_over_processes([values], fabric)
        return dict(zip(means, values.tolist(), strict=True))
    # Only here, outside the handler, is the memory of the failed update free.
    raise explain_out_of_memory(stage)


class _Recorder:
    """Writes what a stage leaves behind; only the first process has one."""

    def __init__(
        self,
        folder: Path,
        checkpoints: Checkpoints,
        stage: Stage,
        progress: Progress,
        config: TrainingConfig,
    ):
        self.folder = folder
        self.checkpoints = checkpoints
        self.stage = stage
        self.progress = progress
        self.settings = settings_of(config, stage.name)
        self._path = folder / LOG_FILE

    def __enter__(self) -> "_Recorder":
        (self.folder / "samples").mkdir(parents=True, exist_ok=True)
        _cut_log(self._path, self.progress.step)
        self._log = self._path.open("a", buffering=1, encoding="utf-8")
        self._events = EventLog(self.folder, self.progress.step)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()
        self._events.close()

    def _check_folder(self) -> None:
        """Notice, by FileNotFoundError, that the folder is gone, before a part of it is made anew.

        What is written to an open file of a folder that was deleted is lost without an error.
        """
        self._path.stat()

    def look(self) -> dict[str, float]:
        """Measure and write a sample picture; return the measurements by their names in the log."""
        self._check_folder()
        self.progress.measured = measured = self.stage.measure()
        path = self.folder / "samples" / f"{self.progress.step:07d}.png"
        write_picture(path, self.stage.sample())
        name, better = self.stage.judged_by
        value, best = measured[name], self.progress.best_value
        if best is None or (value < best if better == "lowest" else value > best):
            self.progress.best_step, self.progress.best_value = self.progress.step, value
        return {f"measured/{name}": value for name, value in measured.items()}

    def log(self, losses: dict[str, float]) -> None:
        """Append the losses to the log, and draw the curves when measurements are among them."""
        self._check_folder()
        self._events.write(self.progress.step, losses)
        rounded = {name: float(f"{value:.6g}") for name, value in losses.items()}
        self._log.write(json.dumps({"step": self.progress.step, **rounded}) + "\n")
        if any(name.startswith("measured/") for name in losses):
            draw_curves(self._path, self.folder / "curves.png")

    def save(self) -> None:
        """Write a checkpoint."""
        self._check_folder()
        state = {
            **asdict(self.progress),
            "settings": self.settings,
            "processes": self.stage.networks.fabric.world_size,
            "stage": self.stage.networks.state_dict(),
        }
        self.checkpoints.save(self.progress.step, state, self.progress.best_step)


def _check_finite(losses: dict[str, float], step: int, recorder: _Recorder | None) -> None:
    wrong = [name for name, loss in losses.items() if not np.isfinite(loss)]
    if not wrong:
        return
    newest = recorder.checkpoints.newest() if recorder else None
    advice = "lower the learning rate and start again in another folder"
    if newest:
        advice = (
            f"the last good checkpoint is {newest}: go on from it with --resume {newest} and a "
            "lower learning rate (--set)"
        )
    raise HuemanError(f"Training diverged at update {step} ({', '.join(wrong)}); {advice}.")


def _resume(stage: Stage, checkpoints: Checkpoints, config: TrainingConfig) -> Progress:
    """Restore the newest checkpoint and return how far it is."""
    read = checkpoints.read_newest(quiet=not stage.networks.fabric.is_global_zero)
    if read is None:
        return Progress()
    newest, state = read
    if not are_same_settings(state.get("settings"), config, stage.name):
        raise HuemanError(
            f"{newest} was trained with other settings; use another --out folder, or the "
            f"same settings to go on. To go on with these all the same: --resume {newest}."
        )
    processes = stage.networks.fabric.world_size
    if state["processes"] != processes:
        raise HuemanError(
            f"{newest} was trained by {state['processes']} processes, these are {processes}; use "
            f"as many --devices to go on, or --resume {newest} to go on with these all the same."
        )
    try:
        stage.networks.load_state_dict(state["stage"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise HuemanError(
            f"{newest} does not fit the networks ({str(error).splitlines()[0]}); delete it to "
            "start over."
        ) from error
    # Checkpoints of before do not know how long updates had waited.
    return Progress(**{name: state.get(name, each) for name, each in asdict(Progress()).items()})


def _cut_log(path: Path, step: int) -> None:
    """Drop log lines after `step`: the updates that a killed run made after its checkpoint."""
    if not path.exists():
        return
    kept = [line + "\n" for line, row in read_log(path) if row["step"] <= step]
    with atomic_file(path) as temporary:
        temporary.write_text("".join(kept), encoding="utf-8")


def _note(losses: dict[str, float]) -> str:
    return "  ".join(f"{name} {losses[name]:.3f}" for name in ("l1",) if name in losses)
