"""The loop that both stages share: schedule, logs, samples, checkpoints, resume."""

import json
import time
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter

from hueman.config import Schedule
from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.training.interruption import deferred_interrupt
from hueman.training.networks import TrainedNetworks


class Stage(Protocol):
    """What the loop needs of a stage. A step is a pure function of the state and its number."""

    schedule: Schedule
    samples: int
    """Size of the training set, in samples of a batch."""
    networks: TrainedNetworks
    """What a checkpoint holds."""

    def step(self, step: int, learning_rate: float) -> dict[str, float]:
        """Make update number `step` and return the losses."""
        ...

    def measure(self) -> dict[str, float]:
        """Measure on data that is not trained on."""
        ...

    def sample(self) -> np.ndarray:
        """Return a uint8 RGB picture that shows what the networks can do now."""
        ...


class Reporter(Protocol):
    """Where progress goes: a bar, or a queue to the process that shows one."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move on by `steps`."""
        ...


def train_stage(
    stage: Stage,
    folder: Path,
    settings: dict[str, Any],
    save_every: int,
    sample_every: int,
    reporter: Reporter,
) -> dict[str, float]:
    """Train a stage to its end, from its checkpoint if there is one.

    `folder` gets checkpoint.pt, log.jsonl, TensorBoard events and samples/. An interrupted run
    saves before it stops, and continues to the very numbers of an uninterrupted one.

    Args:
        stage: the networks with their data.
        folder: where everything is written.
        settings: the configuration, kept in the checkpoint and compared on resuming.
        save_every: updates between checkpoints.
        sample_every: updates between measurements and sample pictures.
        reporter: progress.

    Returns:
        The last measurement, with `seconds` spent training over all runs.

    Raises:
        HuemanError: the checkpoint belongs to other settings or cannot be read.
    """
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "checkpoint.pt"
    total = stage.schedule.total_steps(stage.samples)
    done, seconds, measured = _resume(stage, checkpoint, settings)
    reporter.advance(done)
    _cut_log(folder / "log.jsonl", done)
    writer = SummaryWriter(str(folder), purge_step=done)
    started = time.monotonic() - seconds

    def save(step: int) -> None:
        state = {"step": step, "seconds": time.monotonic() - started, "measured": measured}
        with atomic_file(checkpoint) as temporary:
            torch.save(
                {**state, "settings": settings, "stage": stage.networks.state_dict()}, temporary
            )

    try:
        with (
            deferred_interrupt() as interrupted,
            (folder / "log.jsonl").open("a", buffering=1, encoding="utf-8") as log,
        ):
            for step in range(done, total):
                losses = stage.step(step, stage.schedule.learning_rate_at(step, total))
                _check_finite(losses, step)
                done = step + 1
                if done == total or done % sample_every == 0:
                    measured = stage.measure()
                    _write_sample(folder / "samples" / f"{done:07d}.png", stage.sample())
                    losses |= {f"measured/{name}": value for name, value in measured.items()}
                _log(writer, log, done, losses)
                if done == total or done % save_every == 0:
                    save(done)
                reporter.advance(note=_note(losses))
                if interrupted():
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        save(done)
        raise
    finally:
        writer.close()
    return {**measured, "seconds": round(time.monotonic() - started, 1), "updates": total}


def _check_finite(losses: dict[str, float], step: int) -> None:
    wrong = [name for name, loss in losses.items() if not np.isfinite(loss)]
    if wrong:
        raise HuemanError(
            f"Training diverged at update {step + 1} ({', '.join(wrong)}); lower the learning rate "
            "and start again in another folder."
        )


def _resume(
    stage: Stage, checkpoint: Path, settings: dict[str, Any]
) -> tuple[int, float, dict[str, float]]:
    """Return the updates done, the seconds they took and the last measurement."""
    if not checkpoint.exists():
        return 0, 0.0, {}
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if state["settings"] != settings:
            raise HuemanError(
                f"{checkpoint} was trained with other settings; use another --out folder, or the "
                "same settings to go on."
            )
        stage.networks.load_state_dict(state["stage"])
    except HuemanError:
        raise
    except Exception as error:  # a damaged file fails in many ways inside torch
        raise HuemanError(
            f"{checkpoint} cannot be read ({type(error).__name__}); delete it to start over."
        ) from error
    return state["step"], state["seconds"], state["measured"]


def _cut_log(path: Path, step: int) -> None:
    """Drop log lines after `step`: the updates that a killed run made after its checkpoint."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:  # the line that was being written when the run was killed
            continue
        if row["step"] <= step:
            kept.append(line + "\n")
    with atomic_file(path) as temporary:
        temporary.write_text("".join(kept), encoding="utf-8")


def _log(writer: SummaryWriter, log: Any, step: int, losses: dict[str, float]) -> None:
    for name, value in losses.items():
        writer.add_scalar(name, value, step)
    rounded = {name: float(f"{value:.6g}") for name, value in losses.items()}
    log.write(json.dumps({"step": step, **rounded}) + "\n")


def _note(losses: dict[str, float]) -> str:
    return "  ".join(f"{name} {losses[name]:.3f}" for name in ("l1",) if name in losses)


def _write_sample(path: Path, picture: np.ndarray) -> None:
    with atomic_file(path) as temporary:
        cv2.imwrite(str(temporary), picture[..., ::-1])
