"""Both encoders of stage I, side by side on a CPU (one process each), in turn on a GPU."""

import multiprocessing
import os
import queue
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.shards.store import Shards
from hueman.training.architecture import Region
from hueman.training.coloring import make_recolor
from hueman.training.data import Split, load_split
from hueman.training.fitting import clear_memory_errors
from hueman.training.loop import Reporter, total_updates, train_stage
from hueman.training.reporting import stage_reporter
from hueman.training.stage_one import StageOne

REGIONS: tuple[Region, ...] = ("upper", "lower")


def train_encoders(
    dataset: Dataset | Shards, folder: Path, split: Split, config: TrainingConfig, fabric: Fabric
) -> dict[str, dict[str, float]]:
    """Train E_up and E_down and return the measurements of each.

    Two small networks on one thread each finish sooner than one after the other on two threads.

    Raises:
        HuemanError: training failed; the message says why.
    """
    total = total_updates(StageOne("upper", split, config, fabric))
    alone = fabric.device.type == "cpu" and fabric.world_size == 1
    with stage_reporter("Stage I (upper and lower)", 2 * total, fabric) as reporter:
        if alone and torch.get_num_threads() > 1:
            return _side_by_side(dataset, folder, config, reporter)
        return {
            region: _train(region, folder, split, config, fabric, reporter) for region in REGIONS
        }


def _train(
    region: Region,
    folder: Path,
    split: Split,
    config: TrainingConfig,
    fabric: Fabric,
    reporter: Reporter,
) -> dict[str, float]:
    stage = StageOne(region, split, config, fabric, make_recolor(config, fabric.device))
    return train_stage(stage, folder / region, config, reporter)


def _side_by_side(
    dataset: Dataset | Shards, folder: Path, config: TrainingConfig, reporter: Reporter
) -> dict[str, dict[str, float]]:
    context = multiprocessing.get_context("spawn")
    messages = context.Queue()
    threads = max(1, torch.get_num_threads() // 2)
    workers: list[BaseProcess] = [
        context.Process(target=_worker, args=(region, dataset, folder, config, threads, messages))
        for region in REGIONS
    ]
    for worker in workers:
        worker.start()
    try:
        return _collect(workers, messages, reporter)
    except BaseException:
        for worker in workers:
            worker.terminate()  # one that still trains saves its checkpoint first
        raise
    finally:
        for worker in workers:
            worker.join()


def _collect(
    workers: list[BaseProcess], messages: Any, reporter: Reporter
) -> dict[str, dict[str, float]]:
    """Show the workers' progress until both have sent their results."""
    results: dict[str, dict[str, float]] = {}
    while len(results) < len(REGIONS):
        try:
            kind, content = messages.get(timeout=1)
        except queue.Empty:
            if any(worker.exitcode not in (None, 0) for worker in workers):
                raise HuemanError(
                    "Training of an encoder was ended from outside (out of memory?); run the "
                    "same command again to go on from the last checkpoint."
                ) from None
            continue
        if kind == "advance":
            reporter.advance(*content)
        elif kind == "error":
            raise HuemanError(content)
        else:
            results[kind] = content
    return {region: results[region] for region in REGIONS}


class _QueueReporter:
    """Sends progress to the parent; stops when the parent is gone, so that no orphan trains on."""

    def __init__(self, messages: Any):
        self._messages = messages
        self._parent = os.getppid()

    def advance(self, steps: int = 1, note: str = "") -> None:
        if os.getppid() != self._parent:
            raise KeyboardInterrupt
        self._messages.put(("advance", (steps, note)))


def _worker(
    region: Region,
    dataset: Dataset | Shards,
    folder: Path,
    config: TrainingConfig,
    threads: int,
    messages: Any,
) -> None:
    # The parent stops workers with SIGTERM: SIGINT may be ignored, as in a shell's background job.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    torch.set_num_threads(threads)
    try:
        fabric = Fabric(accelerator="cpu", devices=1, precision=config.precision)
        with clear_memory_errors():
            split = load_split(dataset, config, show_progress=False)
            result = _train(region, folder, split, config, fabric, _QueueReporter(messages))
        messages.put((region, result))
    except HuemanError as error:
        messages.put(("error", str(error)))
    except KeyboardInterrupt:
        # The checkpoint is saved, and the parent reports; it may not read our messages any more.
        messages.cancel_join_thread()
