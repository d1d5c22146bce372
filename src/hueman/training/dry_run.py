"""A few updates of everything: how large a run is, before it is begun."""

import gc
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from lightning_fabric import Fabric
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.memory import return_freed_memory
from hueman.shards.store import Shards
from hueman.training.coloring import make_recolor
from hueman.training.data import Split, load_split
from hueman.training.deformable_gan import (
    DeformableGanModel,
    DeformableGanStage,
    perceptual_network,
    save_deformable_gan,
)
from hueman.training.devices import make_fabric
from hueman.training.distillation import student_of
from hueman.training.encoders import REGIONS
from hueman.training.fine_tuning import start_model
from hueman.training.fitting import clear_memory_errors
from hueman.training.loop import make_update, total_updates
from hueman.training.model import VideoModel, load_model, save_model
from hueman.training.prefetch import batches_ahead
from hueman.training.restoration import RestorationStage
from hueman.training.stage import Stage
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

PROBE_FRAMES = 40
TIMED_UPDATES = 3
TIMED_AHEAD = 4
"""Batches made ahead cost no time when it begins; so many times as many updates are timed too."""


@dataclass(frozen=True)
class StageCost:
    """What a stage needs."""

    name: str
    parameters: int
    """Of all its networks."""
    updates: int
    seconds: float
    """For an update, the first one not counted."""
    memory: int
    """Peak, bytes: of the GPU's memory, or of the whole process on a CPU."""
    checkpoint: int
    """Bytes on disk."""
    kept: int
    """Checkpoints that stay on the disk at the end, the best one among them."""
    look: float
    """Seconds to measure once, to make a sample picture and to save a checkpoint."""
    looks: int
    """How often that is done."""

    @property
    def duration(self) -> float:
        """Seconds of the whole stage."""
        return self.updates * self.seconds + self.looks * self.look


@dataclass(frozen=True)
class RunCost:
    """What a whole run needs."""

    stages: list[StageCost]
    model: int
    """Bytes of the model's file."""
    device: str

    @property
    def seconds(self) -> float:
        """All stages, one after the other."""
        return sum(stage.duration for stage in self.stages)

    @property
    def disk(self) -> int:
        """Bytes of everything but logs and pictures, with one more checkpoint being written."""
        kept = sum(stage.kept * stage.checkpoint for stage in self.stages)
        return self.model + kept + max(stage.checkpoint for stage in self.stages)


def dry_run(
    dataset: Dataset | Shards,
    config: TrainingConfig,
    device: str = "auto",
    start_from: Path | None = None,
    teacher: Path | None = None,
) -> RunCost:
    """Find out what a run takes (`measure_cost`), and print it."""
    cost = measure_cost(dataset, config, device, start_from, teacher)
    Console().print(cost_table(cost))
    return cost


@clear_memory_errors()
def measure_cost(
    dataset: Dataset | Shards,
    config: TrainingConfig,
    device: str = "auto",
    start_from: Path | None = None,
    teacher: Path | None = None,
) -> RunCost:
    """Make a few updates of every stage, measure, sample and save it, and see what it takes.

    Nothing is written but a temporary folder, which is removed again. A run that begins with a
    trained model (`start_from`) or has a `teacher` has only stage II.

    Raises:
        HuemanError: as `train`; that it is raised now and not hours later is the purpose. Also if
            several processes were started.
    """
    fabric = make_fabric(config, device)
    if fabric.world_size > 1:
        raise HuemanError("A dry run is made by one process; start it without torchrun.")
    split = load_split(dataset, config)
    costs = []
    with tempfile.TemporaryDirectory(prefix="hueman-") as name:
        folder = Path(name)
        gan = config.method == "deformable_gan"
        taught_by = load_model(teacher)[0] if teacher else None
        start = start_model(start_from, config) if start_from else None
        if start is None and taught_by is not None:
            start = student_of(taught_by, config)
        model = DeformableGanModel(config) if gan else start or VideoModel(config)
        for title, make in _stages(model.to(fabric.device), split, config, fabric, taught_by):
            if start is not None and title != "stage II":
                continue
            forget_peak(fabric.device)
            costs.append(_cost(make(), title, config, folder / "checkpoint.pt"))
        if isinstance(model, VideoModel):
            save_model(model, folder / "model.safetensors", {})
        else:
            save_deformable_gan(model, folder / "model.safetensors", {})
        size = (folder / "model.safetensors").stat().st_size
    return RunCost(costs, size, device_name(fabric.device))


def cost_table(cost: RunCost) -> Table:
    """Return the costs of a run as a table for people to read."""
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        title=f"A few updates of everything, on {cost.device}",
        caption=f"In all {_duration(cost.seconds)} of training, {_size(cost.disk)} on disk; the "
        f"model is {_size(cost.model)}.",
    )
    for column in ("stage", "parameters", "memory", "s/update", "updates", "time", "checkpoint"):
        table.add_column(column, justify="left" if column == "stage" else "right", no_wrap=True)
    for stage in cost.stages:
        table.add_row(
            stage.name,
            f"{stage.parameters / 1e6:.2f} M",
            _size(stage.memory),
            f"{stage.seconds:.3f}",
            f"{stage.updates:,}",
            _duration(stage.duration),
            _size(stage.checkpoint),
        )
    return table


def _stages(
    model: VideoModel | DeformableGanModel,
    split: Split,
    config: TrainingConfig,
    fabric: Fabric,
    teacher: VideoModel | None,
) -> Iterator[tuple[str, Callable[[], Stage]]]:
    """Yield how the stages are made, so that each is alone in memory."""
    recolor = make_recolor(config, fabric.device)
    if isinstance(model, DeformableGanModel):
        features = load_vgg(perceptual_network(config), last=1, convolution=2)
        make = partial(DeformableGanStage, model, features, split, config, fabric, recolor)
        yield "Deformable GAN", make
        return
    for region in REGIONS if config.method == "decoupled" else ():
        yield f"stage I, {region}", partial(StageOne, region, split, config, fabric, recolor)
    if config.restoration is not None:
        yield "restoration", partial(RestorationStage, model, split, config, fabric)
    perceptual = load_vgg(perceptual_network(config), config.stage_two.perceptual_layers)
    make = partial(StageTwo, model, perceptual, split, config, fabric, recolor, teacher=teacher)
    yield "stage II", make


def _cost(stage: Stage, title: str, config: TrainingConfig, checkpoint: Path) -> StageCost:
    if isinstance(stage, StageOne):
        stage.probe_frames = PROBE_FRAMES  # its measurement takes minutes at full size on a CPU
    updates = total_updates(stage)
    seconds = _seconds_per_update(stage)
    started = time.monotonic()
    stage.measure()
    stage.sample()
    torch.save(stage.networks.state_dict(), checkpoint)
    look = time.monotonic() - started
    return StageCost(
        name=title,
        parameters=stage.networks.count(),
        updates=updates,
        seconds=seconds,
        memory=peak_memory(stage.networks.fabric.device),
        checkpoint=checkpoint.stat().st_size,
        kept=min(config.keep_checkpoints + 1, math.ceil(updates / config.save_every)),
        look=look,
        looks=math.ceil(updates / config.sample_every),
    )


def _seconds_per_update(stage: Stage) -> float:
    """Time some updates, after one in which libraries choose their algorithms and batches queue."""
    count = TIMED_UPDATES + TIMED_AHEAD * batches_ahead(stage.networks.fabric)
    make_update(stage, 0, stage.schedule.learning_rate)
    started = time.monotonic()
    for step in range(1, 1 + count):
        make_update(stage, step, stage.schedule.learning_rate)  # its losses wait for the device
    return (time.monotonic() - started) / count


def forget_peak(device: torch.device) -> bool:
    """Let `peak_memory` begin anew, without what nobody needs any more; say whether it could."""
    gc.collect()
    return_freed_memory()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return True
    # Linux can start a process's peak anew; elsewhere it is that of the whole run so far.
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def peak_memory(device: torch.device) -> int:
    """Return the most bytes in use since `forget_peak`: the GPU's, or the process's on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def device_name(device: torch.device) -> str:
    """Name a device for people to read."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"the CPU ({torch.get_num_threads()} threads)"


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _duration(seconds: float) -> str:
    minutes, hours, days = seconds / 60, seconds / 3600, seconds / 86400
    if minutes < 2:
        return f"{seconds:.0f} s"
    if hours < 2:
        return f"{minutes:.0f} min"
    return f"{hours:.1f} h" if days < 2 else f"{days:.1f} days"
