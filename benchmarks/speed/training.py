"""A training step of stage II, as published and in hueman's way; and how long it waits for data."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor

from benchmarks.speed.contest import Contest
from benchmarks.speed.elsewhere import Elsewhere
from benchmarks.speed.waiting import waiting_contest, without_queue
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, load_config
from hueman.networks.vgg import VGG
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.data import Split, load_split
from hueman.training.devices import make_fabric
from hueman.training.losses import feature_matching_loss, least_squares_loss
from hueman.training.model import VideoModel
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo

CLIPS = Path("examples/clips/plaid")
TOLERANCE = 1e-3
"""Of each loss, as a share of it, between the two ways in float32."""
RATE = 1e-4
SMALL = {
    "lite": [],
    "paper": ["stage_two.generator.channels=4", "stage_two.generator.max_channels=64"],
}
"""With --quick."""


@contextmanager
def contests(quick: bool) -> Iterator[Iterator[Contest]]:
    """Steps and trainings at 192x128; the clips lie in a folder as long as this."""
    size = (128, 64) if quick else (192, 128)
    with tempfile.TemporaryDirectory() as folder:
        yield one_by_one(prepared(Path(folder), *size).root, size, quick)


def one_by_one(root: Path, size: tuple[int, int], quick: bool) -> Iterator[Contest]:
    """Set up each contest when the one before is over: the paper's networks take gigabytes."""
    for preset in ("lite", "paper"):
        yield from step_contest(preset, root, size, quick)
    yield from waiting_contests(root, size)


def step_contest(preset: str, root: Path, size: tuple[int, int], quick: bool) -> Iterator[Contest]:
    """An update of a preset's stage II, its data made between the steps.

    The published way has a process of its own, where freed memory goes back to the system, as it
    does without hueman. What is between it and hueman's way is shown of `lite` alone: each further
    optimiser of the paper's 183 million parameters takes 1.5 GB.
    """
    settings = [*at(size), *(SMALL[preset] if quick else [])]
    plain = without_queue(stage_two(preset, settings, root))
    mixed = without_queue(stage_two(preset, [*settings, "precision=bf16-mixed"], root, plain.model))
    check_equal(plain)
    between: dict[str, Callable[[], object]] = {
        "as published, fp32, freed memory kept": published(plain),
        "hueman, fp32": ours(plain),
    }
    with closing(Elsewhere(partial(published_alone, preset, settings, root))) as alone:
        yield Contest(
            f"a training step of {preset}, {size[0]}x{size[1]}, a pair of frames",
            "as published, fp32",
            {
                "as published, fp32": alone,
                **(between if preset == "lite" else {}),
                "hueman, bf16": ours(mixed),
                "data alone": partial(next, map(plain.batch.warp, count())),
            },
            frames=plain.schedule.batch_size,
        )


def waiting_contests(root: Path, size: tuple[int, int]) -> Iterator[Contest]:
    """Trainings of both stages of `lite` in bfloat16, batches made between the steps, and ahead."""
    settings = [*at(size), "precision=bf16-mixed"]
    for name, make in (("stage I", stage_one), ("stage II", stage_two)):
        between, ahead = (make("lite", settings, root) for _ in range(2))
        yield waiting_contest(f"training {name} of lite, a sample", without_queue(between), ahead)


def at(size: tuple[int, int]) -> list[str]:
    """Return the settings for frames of this size."""
    return [f"height={size[0]}", f"width={size[1]}", "stage_one.generator_levels=6"]


def prepared(folder: Path, height: int, width: int) -> Dataset:
    """Prepare the clips of one bundled person."""
    sources = find_clips([CLIPS], exclude=("*.recolored.mp4",))
    prepare(sources[:3], folder, PrepareSettings(height=height, width=width, fps=8))
    return Dataset(folder)


def setting(preset: str, settings: list[str], root: Path) -> tuple[Split, TrainingConfig, Fabric]:
    """Return clips, settings and device; the same random numbers follow every time."""
    config = load_config(preset, [*settings, "test_actions=[]", "stage_two.ema_decay=0"])
    torch.manual_seed(0)
    split = load_split(Dataset(root), config, show_progress=False)
    return split, config, make_fabric(config, "cpu")


def stage_one(preset: str, settings: list[str], root: Path) -> StageOne:
    """Set up stage I."""
    return StageOne("upper", *setting(preset, settings, root))


def stage_two(
    preset: str, settings: list[str], root: Path, model: VideoModel | None = None
) -> StageTwo:
    """Set up stage II around untrained encoders, or a model; its VGG is untrained, but as large.

    Garments are coloured in their masks, since a colouriser is no part of the step.
    """
    split, config, fabric = setting(preset, settings, root)
    vgg = VGG(config.stage_two.perceptual_network, config.stage_two.perceptual_layers)
    return StageTwo(model or VideoModel(config), vgg, split, config, fabric)


def ours(stage: StageTwo) -> Callable[[], None]:
    """Return an update as the training loop makes it."""
    numbers = count()

    def update() -> None:
        stage.networks.start_update(RATE)
        stage.backward(next(numbers))
        stage.networks.finish_update()

    return update


def published_alone(preset: str, settings: list[str], root: Path) -> Callable[[], None]:
    """Return `published` of a stage of its own."""
    return published(without_queue(stage_two(preset, settings, root)))


def published(stage: StageTwo) -> Callable[[], None]:
    """Return an update as pix2pixHD and EverybodyDanceNow make it.

    Generated pictures are shown to the discriminator twice, detached and not; each network has an
    Adam of its own, which goes through its tensors one by one.
    """
    numbers = count()
    adams = {
        name: torch.optim.Adam(
            stage.networks.parameters(*names), lr=RATE, betas=(0.5, 0.999), foreach=False
        )
        for name, names in (("generator", stage.guided), ("discriminator", ["discriminator"]))
    }

    def update() -> None:
        objective, judge, _ = published_losses(stage, next(numbers))
        for name, loss in (("generator", objective), ("discriminator", judge)):
            adams[name].zero_grad()
            loss.backward()
            adams[name].step()

    return update


def published_losses(stage: StageTwo, number: int) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Return the generator's objective, the discriminator's loss, and what they are made of."""
    weights, batch = stage.config.stage_two, stage.batch(number)
    fake = stage._generate(batch, batch.code, train=True)
    condition = torch.cat([each.features for each in batch.guidance], dim=1)
    judged = torch.cat([condition, *fake], dim=1)
    discriminator = stage.networks["discriminator"]
    detached = discriminator(judged.detach())
    real = discriminator(torch.cat([condition, *batch.real], dim=1))
    judge = 0.5 * (least_squares_loss(real, real=True) + least_squares_loss(detached, real=False))
    outputs = discriminator(judged)
    losses = {
        "adversarial": least_squares_loss(outputs, real=True),
        "feature_matching": feature_matching_loss(real, outputs),
        **stage._distances(batch, fake),
    }
    if stage.model.tint is not None:
        losses["tint"] = stage._tint_distance(batch, batch.code)
    objective = (
        losses["adversarial"]
        + weights.feature_matching_weight * losses["feature_matching"]
        + weights.perceptual_weight * losses["perceptual"]
        + weights.l1_weight * losses["l1"]
        + weights.tint_weight * losses.get("tint", 0.0)
    )
    return objective, judge, losses | {"judge": judge}


def check_equal(stage: StageTwo) -> None:
    """Check that both ways have the same losses.

    Raises:
        RuntimeError: they have not.
    """
    _, _, theirs = published_losses(stage, 0)
    stage.networks.start_update(0.0)
    own = stage.backward(0)
    stage.networks.start_update(0.0)
    for name, loss in theirs.items():
        if abs(float(loss.detach()) - own[name]) > TOLERANCE * abs(own[name]):
            raise RuntimeError(f"{name} is {own[name]:.6g}, as published {float(loss):.6g}")
