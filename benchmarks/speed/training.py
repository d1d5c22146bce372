"""A training step of stage II: as it was published, and in hueman's way."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.speed.contest import Contest
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.config import load_config
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PrepareSettings
from hueman.training.data import load_split
from hueman.training.devices import make_fabric
from hueman.training.losses import feature_matching_loss, least_squares_loss
from hueman.training.model import VideoModel
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

CLIPS = Path("examples/clips/plaid")
TOLERANCE = 1e-3
"""Of each loss, as a share of it, between the two ways in float32."""
RATE = 1e-4


@contextmanager
def contests(quick: bool) -> Iterator[list[Contest]]:
    """An update of the preset `lite` at 192x128; the clips lie in a folder as long as this."""
    size = (128, 64) if quick else (192, 128)
    with tempfile.TemporaryDirectory() as folder:
        dataset = prepared(Path(folder), *size)
        plain = stage_of(dataset, size, "32-true")
        mixed = stage_of(dataset, size, "bf16-mixed")
        check_equal(plain)
        updates = iter(range(1_000_000))
        batch = plain.schedule.batch_size
        yield [
            Contest(
                f"a training step of lite, {size[0]}x{size[1]}, a pair of frames",
                "as published, fp32",
                {
                    "as published, fp32": published(plain, lambda: next(updates)),
                    "hueman, fp32": ours(plain, lambda: next(updates)),
                    "hueman, bf16": ours(mixed, lambda: next(updates)),
                    "data alone": lambda: plain.batch(next(updates)),
                },
                frames=batch,
            )
        ]


def prepared(folder: Path, height: int, width: int) -> Dataset:
    """Prepare the clips of one bundled person."""
    sources = find_clips([CLIPS], exclude=("*.recolored.mp4",))
    prepare(sources[:3], folder, PrepareSettings(height=height, width=width, fps=8))
    return Dataset(folder)


def stage_of(dataset: Dataset, size: tuple[int, int], precision: str) -> StageTwo:
    """Set up stage II around untrained encoders; the same weights every time."""
    settings = [f"height={size[0]}", f"width={size[1]}", f"precision={precision}"]
    config = load_config("lite", [*settings, "test_actions=[]", "stage_two.ema_decay=0"])
    fabric = make_fabric(config, "cpu")
    split = load_split(dataset, config, show_progress=False)
    torch.manual_seed(0)
    vgg = load_vgg(config.stage_two.perceptual_network, config.stage_two.perceptual_layers)
    return StageTwo(VideoModel(config), vgg, split, config, fabric)


def ours(stage: StageTwo, number: Callable[[], int]) -> Callable[[], None]:
    """Return an update as the training loop makes it."""

    def update() -> None:
        stage.networks.start_update(RATE)
        stage.backward(number())
        stage.networks.finish_update()

    return update


def published(stage: StageTwo, number: Callable[[], int]) -> Callable[[], None]:
    """Return an update as pix2pixHD and EverybodyDanceNow make it.

    Generated pictures are shown to the discriminator twice, detached and not; each network has an
    Adam of its own, which goes through its tensors one by one.
    """
    adams = {
        name: torch.optim.Adam(
            stage.networks.parameters(*names), lr=RATE, betas=(0.5, 0.999), foreach=False
        )
        for name, names in (("generator", stage.guided), ("discriminator", ["discriminator"]))
    }

    def update() -> None:
        objective, judge, _ = published_losses(stage, number())
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
        "tint": stage._tint_distance(batch, batch.code),
    }
    objective = (
        losses["adversarial"]
        + weights.feature_matching_weight * losses["feature_matching"]
        + weights.perceptual_weight * losses["perceptual"]
        + weights.l1_weight * losses["l1"]
        + weights.tint_weight * losses["tint"]
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
    stage.networks.finish_update()
    for name, loss in theirs.items():
        if abs(float(loss.detach()) - own[name]) > TOLERANCE * abs(own[name]):
            raise RuntimeError(f"{name} is {own[name]:.6g}, as published {float(loss):.6g}")
