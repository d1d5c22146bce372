"""One update of everything: how large a run is, before it is begun."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig
from hueman.training.coloring import make_recolor
from hueman.training.data import Split, load_split
from hueman.training.devices import make_fabric
from hueman.training.encoders import REGIONS
from hueman.training.loop import Stage, make_update, total_updates
from hueman.training.model import VideoModel, save_model
from hueman.training.restoration import RestorationStage
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

TIMED_UPDATES = 3


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


@dataclass(frozen=True)
class RunCost:
    """What a whole run needs."""

    stages: list[StageCost]
    model: int
    """Bytes of the model's file."""
    kept: int
    """Checkpoints of each stage that stay on the disk, the best one among them."""
    device: str

    @property
    def seconds(self) -> float:
        """All updates of all stages, one after the other."""
        return sum(stage.updates * stage.seconds for stage in self.stages)

    @property
    def disk(self) -> int:
        """Bytes of everything but logs and pictures; one more checkpoint while it is written."""
        return self.model + sum((self.kept + 1) * stage.checkpoint for stage in self.stages)


def dry_run(dataset: Dataset, config: TrainingConfig, device: str = "auto") -> RunCost:
    """Make one update of every stage, measure, sample and save it, and print what it takes.

    Nothing is written but a temporary folder, which is removed again.

    Raises:
        HuemanError: as `train`; that it is raised now and not hours later is the purpose.
    """
    fabric = make_fabric(config, device)
    split = load_split(dataset, config)
    costs = []
    with tempfile.TemporaryDirectory(prefix="hueman-") as name:
        folder = Path(name)
        model = VideoModel(config).to(fabric.device)
        for stage, title in _stages(model, split, config, fabric):
            costs.append(_cost(stage, title, folder / "checkpoint.pt"))
        save_model(model, folder / "model.safetensors", {})
        size = (folder / "model.safetensors").stat().st_size
    cost = RunCost(costs, size, config.keep_checkpoints + 1, _name_of(fabric))
    Console().print(cost_table(cost))
    return cost


def cost_table(cost: RunCost) -> Table:
    """Return the costs of a run as a table for people to read."""
    table = Table(
        box=SIMPLE_HEAD,
        title=f"One update of everything, on {cost.device}",
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
            _duration(stage.updates * stage.seconds),
            _size(stage.checkpoint),
        )
    return table


def _stages(
    model: VideoModel, split: Split, config: TrainingConfig, fabric: Fabric
) -> Iterator[tuple[Stage, str]]:
    """Yield the stages one after the other, so that only one is in memory."""
    recolor = make_recolor(config, fabric)
    for region in REGIONS:
        yield StageOne(region, split, config, fabric, recolor), f"stage I, {region}"
    if config.restoration is not None:
        yield RestorationStage(model, split, config, fabric), "restoration"
    perceptual = load_vgg(config.stage_two.perceptual_network, config.stage_two.perceptual_layers)
    yield StageTwo(model, perceptual, split, config, fabric, recolor), "stage II"


def _cost(stage: Stage, title: str, checkpoint: Path) -> StageCost:
    device = stage.networks.fabric.device
    _forget_peak(device)
    make_update(stage, 0, stage.schedule.learning_rate)
    started = time.monotonic()
    for step in range(1, 1 + TIMED_UPDATES):
        make_update(stage, step, stage.schedule.learning_rate)
    if device.type == "cuda":
        torch.cuda.synchronize()
    seconds = (time.monotonic() - started) / TIMED_UPDATES
    stage.measure()
    stage.sample()
    torch.save(stage.networks.state_dict(), checkpoint)
    return StageCost(
        name=title,
        parameters=stage.networks.count(),
        updates=total_updates(stage),
        seconds=seconds,
        memory=_peak(device),
        checkpoint=checkpoint.stat().st_size,
    )


def _forget_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    else:
        # Linux can start a process's peak anew; elsewhere it is that of the whole run so far.
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _name_of(fabric: Fabric) -> str:
    if fabric.device.type == "cuda":
        return torch.cuda.get_device_name()
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
