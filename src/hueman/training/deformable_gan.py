"""Training Deformable GAN (Siarohin et al., CVPR 2018), the baseline of the paper's Table 1.

A sample is two frames of a clip: the generator sees the content frame and the target's pose, and
makes the target frame. A discriminator judges [content, its pose, target's pose, target frame]; the
objective is its cross-entropy + the nearest-neighbour loss of VGG's relu1_2.

The garments of both frames get the same random colours, as in all of hueman's trainings, so that
the baseline has to follow the content frame's colours too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.features.heat_maps import joint_heat_maps
from hueman.features.part_motion import part_motion
from hueman.features.skeleton import JOINTS
from hueman.networks.deformable_gan import DeformableDiscriminator, DeformableGenerator
from hueman.networks.vgg import VGGName
from hueman.stage_config import DeformableGanConfig
from hueman.training.adversary import judge_both
from hueman.training.coloring import draw_clip_colors, make_recolor
from hueman.training.data import Split, step_generator
from hueman.training.devices import place
from hueman.training.frames import Frames, Recolor, gather
from hueman.training.losses import cross_entropy_loss, nearest_neighbour_loss
from hueman.training.model_file import read_model, write_model
from hueman.training.networks import TrainedNetworks
from hueman.training.pictures import picture_grid
from hueman.training.prefetch import Prefetcher, batches_ahead
from hueman.training.sampling import make_sampler

FORMAT = "hueman-deformable-gan-1"
STAGE_NUMBER = 4
MEASURED_FRAMES = 48
SHOWN_FRAMES = 8


class Guidance(NamedTuple):
    """What the generator is told besides the content picture, for N samples."""

    content_heat_maps: Tensor
    """(N, 18, H, W) in [0, 1]."""
    target_heat_maps: Tensor
    """(N, 18, H, W) in [0, 1]."""
    masks: Tensor
    """(N, 10, H, W), see `PartMotion`."""
    sampling: Tensor
    """(N, 10, 2, 3), see `PartMotion`."""


class DeformableGanModel(nn.Module):
    """The trained generator with its settings.

    Raises:
        HuemanError: the settings have no `deformable_gan`.
    """

    def __init__(self, config: TrainingConfig):
        super().__init__()
        self.config = config
        self.settings = _settings(config)
        self.generator = DeformableGenerator(
            len(JOINTS), self.settings.channels, self.settings.levels, self.settings.deformable
        )

    @property
    def device(self) -> torch.device:
        """Where the generator is."""
        return next(self.generator.parameters()).device

    @cached_property
    def recolor(self) -> Recolor | None:
        """What colours a content frame: as in the model's training.

        Raises:
            HuemanError: the colouriser's weights cannot be had.
        """
        return make_recolor(self.config, self.device)

    def guide(self, content: Frames, pose: Tensor) -> Guidance:
        """Return what the generator is told to bring N frames to poses (N, 18, 3)."""
        height, width = content.rgb.shape[2:]
        deviation = self.settings.heat_map_deviation * height
        return Guidance(
            joint_heat_maps(content.pose, height, width, deviation),
            joint_heat_maps(pose, height, width, deviation),
            *part_motion(content.parts, content.pose, pose),
        )


def _settings(config: TrainingConfig) -> DeformableGanConfig:
    if config.deformable_gan is None:
        raise HuemanError("The settings have no 'deformable_gan', so there is no such model.")
    return config.deformable_gan


def perceptual_network(config: TrainingConfig) -> VGGName:
    """Return the network whose features the run's method compares."""
    if config.method == "deformable_gan":
        return _settings(config).perceptual_network
    return config.stage_two.perceptual_network


def save_deformable_gan(model: DeformableGanModel, path: Path, notes: dict[str, Any]) -> None:
    """Write a model as fp16 safetensors with its configuration and notes on its training."""
    write_model(model, model.config, path, notes, FORMAT)


def load_deformable_gan(path: Path | str) -> tuple[DeformableGanModel, dict[str, Any]]:
    """Read a model and its notes; `path` is its file or the folder of a training run.

    Raises:
        HuemanError: there is no model, or it is damaged or of another format.
    """
    return read_model(path, DeformableGanModel, FORMAT, "Deformable GAN of hueman")


@dataclass(frozen=True)
class PosedPair:
    """N samples of two frames of a clip, in the same colours."""

    content: Tensor
    """(N, 3, H, W) in [-1, 1]."""
    target: Tensor
    """(N, 3, H, W) in [-1, 1]."""
    guidance: Guidance


class DeformableGanStage:
    """Trains the generator of `model`.

    Args:
        model: untrained.
        features: the frozen network of the nearest-neighbour loss, (N, 3, H, W) in [-1, 1] to a
            list of one feature map: VGG's relu1_2.
        split: training and test clips.
        config: all settings.
        fabric: devices and precision.
        recolor: another way to colour garments.

    Raises:
        HuemanError: the settings have no `deformable_gan`, or want a GPU to be deterministic.
    """

    name = "deformable_gan"
    judged_by: tuple[str, Literal["lowest", "highest"]] = ("nearest_neighbour", "lowest")

    def __init__(
        self,
        model: DeformableGanModel,
        features: nn.Module,
        split: Split,
        config: TrainingConfig,
        fabric: Fabric,
        recolor: Recolor | None = None,
    ):
        self.config = config
        self.settings = _settings(config)
        if config.deterministic and self.settings.deformable and fabric.device.type == "cuda":
            raise HuemanError(
                "A GPU cannot train deformable skips deterministically (torch has no such gradient "
                "of grid_sample); set deterministic to false, or use --device cpu."
            )
        self.fabric = fabric
        self.schedule = self.settings.schedule
        self.model = model
        self.recolor = recolor
        self.clips = {"train": split.train, "test": split.test or split.probe}
        self.sampler = make_sampler(
            split.train, self.schedule.batch_size, config.seed, fabric.world_size
        )
        self.batch = Prefetcher(self.make_batch, batches_ahead(fabric), fabric.world_size)
        self.features = fabric.to_device(features)

        torch.manual_seed(config.seed + STAGE_NUMBER)
        discriminator = DeformableDiscriminator(
            3 + 2 * len(JOINTS) + 3,
            self.settings.discriminator_channels,
            self.settings.discriminator_layers,
        )
        self.networks = TrainedNetworks(
            {"generator": model.generator, "discriminator": discriminator},
            fabric,
            self.schedule.accumulate,
            config.compile,
        )

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number` to both networks."""
        batch = self._placed(self.batch(number))
        # Dropout too is a function of the batch's number.
        torch.manual_seed(step_generator(self.config.seed, STAGE_NUMBER, number, 1).initial_seed())
        fake = self.networks["generator"](batch.content, *batch.guidance)
        poses = batch.guidance.content_heat_maps, batch.guidance.target_heat_maps
        real_outputs, fake_outputs = judge_both(
            self.networks["discriminator"],
            *(torch.cat([batch.content, *poses, last], dim=1) for last in (batch.target, fake)),
        )
        judge = cross_entropy_loss(real_outputs, real=True) + cross_entropy_loss(
            fake_outputs, real=False
        )
        losses = {
            "adversarial": cross_entropy_loss(fake_outputs, real=True),
            **self._distances(fake, batch.target),
        }
        objective = (
            losses["adversarial"]
            + self.settings.nearest_neighbour_weight * losses["nearest_neighbour"]
        )
        self.networks.backward(judge, "discriminator", retain_graph=True)
        self.networks.backward(objective, "generator")
        return {name: float(loss.detach()) for name, loss in {**losses, "judge": judge}.items()}

    def _distances(self, generated: Tensor, real: Tensor) -> dict[str, Tensor]:
        """Return the nearest-neighbour loss, and L1, which is only watched."""
        with self.fabric.autocast():
            with torch.no_grad():
                wanted = self.features(real)[-1]
            shown = self.features(generated)[-1]
        distance = nearest_neighbour_loss(shown, wanted, self.settings.neighbourhood)
        return {"nearest_neighbour": distance, "l1": (generated.detach() - real).abs().mean()}

    @torch.no_grad()
    def make_batch(self, number: int) -> PosedPair:
        """Make batch `number`, on the CPU: each target with any frame of its clip as content."""
        random = step_generator(self.config.seed, STAGE_NUMBER, number)
        train, targets = self.clips["train"], self.sampler.batch(number)
        shares = torch.rand(len(targets), generator=random).tolist()
        contents = [
            (clip, int(share * len(train[clip])))
            for (clip, _), share in zip(targets, shares, strict=True)
        ]
        content, target = gather(train, contents), gather(train, targets)
        return self._pair(content, target, draw_clip_colors(content, self.config, random))

    def _pair(
        self, content: Frames, target: Frames, colors: tuple[Tensor | None, Tensor | None]
    ) -> PosedPair:
        return PosedPair(
            content=content.recolored(*colors, recolor=self.recolor),
            target=target.recolored(*colors, recolor=self.recolor),
            guidance=self.model.guide(content, target.pose),
        )

    def _placed(self, pair: PosedPair) -> PosedPair:
        content, target = (place(each, self.fabric) for each in (pair.content, pair.target))
        guidance = Guidance(*(place(each, self.fabric) for each in pair.guidance))
        return PosedPair(content, target, guidance)

    def _held_out(self, count: int) -> Iterator[PosedPair]:
        """Yield batches: first frames of test clips, and frames spread over the clips as targets.

        All in their own colours.
        """
        clips = self.clips["test"]
        each = -(-count // len(clips))
        places = [
            (number, (1 + index) * (len(clip) - 1) // each)
            for number, clip in enumerate(clips)
            for index in range(each)
        ][:count]
        for start in range(0, len(places), self.schedule.batch_size):
            some = places[start : start + self.schedule.batch_size]
            content = gather(clips, [(number, 0) for number, _ in some])
            yield self._placed(self._pair(content, gather(clips, some), (None, None)))

    @torch.no_grad()
    def measure(self) -> dict[str, float]:
        """Measure distances on clips that are kept out of training, if there are."""
        rows, weights = [], []
        with self._without_dropout() as generator:
            for pair in self._held_out(MEASURED_FRAMES):
                generated = generator(pair.content, *pair.guidance)
                rows.append(self._distances(generated, pair.target))
                weights.append(len(generated))
        return {
            name: float(np.average([float(row[name]) for row in rows], weights=weights))
            for name in rows[0]
        }

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show content frames, what the generator makes of them, and the true frames."""
        rows = []
        with self._without_dropout() as generator:
            for pair in self._held_out(SHOWN_FRAMES):
                generated = generator(pair.content, *pair.guidance)
                rows.append(torch.stack([pair.content, generated, pair.target]).cpu())
        return picture_grid(list(torch.cat(rows, dim=1)))

    @contextmanager
    def _without_dropout(self) -> Iterator[Any]:
        """Lend the generator as it is used when it is trained."""
        generator = self.networks["generator"]
        generator.eval()
        try:
            yield generator
        finally:
            generator.train()

    def release(self) -> DeformableGanModel:
        """Return the trained model, in evaluation mode."""
        self.model.generator = self.networks.shown("generator")  # type: ignore[assignment]
        return self.model.eval()
