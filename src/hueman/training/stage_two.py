"""Stage II: the video generator, guided by the frozen colour encoders (paper, section 3.2).

Two consecutive frames are made in a row, the first from black, the second from the first:

    v1 = G(F1, z; black)      v2 = G(F2, z; v1)

and a discriminator judges [F1, F2, v1, v2]. The objective is L_temp + 10 L_FM + 10 L_VGG (eq. 2).

By the method `end_to_end`, the baseline of section 4.5, the encoders are not frozen: they start
untrained and learn from the same objective, through the generator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from hueman.appearance.tinting import tinted
from hueman.config import TrainingConfig
from hueman.features.close_ups import close_ups
from hueman.networks.initialization import initialize
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.training.adversary import judge_both
from hueman.training.data import Split
from hueman.training.distillation import Teacher
from hueman.training.frames import Recolor
from hueman.training.losses import PerceptualLoss, feature_matching_loss, least_squares_loss
from hueman.training.model import VideoModel
from hueman.training.networks import TrainedNetworks
from hueman.training.pairs import STAGE_NUMBER, Batch, FramePairs
from hueman.training.pictures import picture_grid

MEASURED_PAIRS = 16


class StageTwo:
    """Trains the generator of `model`; its encoders are frozen, or learn with it (end to end).

    Args:
        model: with trained encoders, or untrained ones for the method `end_to_end`.
        perceptual: the frozen feature network of the perceptual loss.
        split: training and test clips.
        config: all settings.
        fabric: devices and precision.
        recolor: another way to colour garments.
        fresh: the generator starts from nothing; otherwise from the weights it has.
        teacher: a model to learn from too, by `distillation_weight`.
    """

    name = "stage_two"
    judged_by: tuple[str, Literal["lowest", "highest"]] = ("perceptual", "lowest")

    def __init__(
        self,
        model: VideoModel,
        perceptual: torch.nn.Module,
        split: Split,
        config: TrainingConfig,
        fabric: Fabric,
        recolor: Recolor | None = None,
        fresh: bool = True,
        teacher: VideoModel | None = None,
    ):
        stage = config.stage_two
        self.config = config
        self.fabric = fabric
        self.schedule = stage.schedule
        self.model = model.to(fabric.device)
        self.end_to_end = config.method == "end_to_end"
        self.model.encoders.requires_grad_(self.end_to_end)
        self.batch = FramePairs(model, split.train, config, fabric, recolor)
        self.held_out = FramePairs(model, split.test or split.probe, config, fabric, recolor)
        self.sampler = self.batch.sampler

        torch.manual_seed(config.seed + STAGE_NUMBER)
        discriminator = MultiScaleDiscriminator(
            2 * (4 + 3),
            stage.discriminator_channels,
            stage.discriminator_layers,
            stage.discriminators,
        )
        for network in (self.model.generator, discriminator) if fresh else (discriminator,):
            initialize(network, stage.initialization)
        self.perceptual = PerceptualLoss(fabric.to_device(perceptual))
        self.teacher = None
        if teacher is not None and stage.distillation_weight > 0:
            self.teacher = Teacher(teacher.to(fabric.device))
        networks = {"generator": self.model.generator, "discriminator": discriminator}
        if self.model.tint is not None:
            networks["tint"] = self.model.tint
        if self.end_to_end:
            networks["encoders"] = self.model.encoders
        self.guided = [name for name in networks if name != "discriminator"]
        self.networks = TrainedNetworks(
            networks,
            fabric,
            stage.schedule.accumulate,
            config.compile,
            dict.fromkeys(self.guided, stage.ema_decay) if stage.ema_decay else None,
        )

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number` to the networks."""
        weights = self.config.stage_two
        batch = self.batch(number)
        code = batch.code
        if self.end_to_end:
            code = self.networks["encoders"](*batch.content).float()
        fake = self._generate(batch, code, train=True)
        condition = torch.cat([each.features for each in batch.guidance], dim=1)
        real_outputs, fake_outputs = judge_both(
            self.networks["discriminator"],
            *(torch.cat([condition, *frames], dim=1) for frames in (batch.real, fake)),
        )
        judge = 0.5 * (
            least_squares_loss(real_outputs, real=True)
            + least_squares_loss(fake_outputs, real=False)
        )
        losses = {
            "adversarial": least_squares_loss(fake_outputs, real=True),
            "feature_matching": feature_matching_loss(real_outputs, fake_outputs),
            **self._distances(batch, fake),
        }
        if weights.close_up_weight > 0:
            losses["close_up"] = self._close_up_distance(batch, fake)
        if self.teacher is not None:
            losses["distillation"] = self._distance_from_teacher(self.teacher, batch, fake)
        if self.model.tint is not None:
            losses["tint"] = self._tint_distance(batch, code)
        objective = (
            weights.adversarial_weight * losses["adversarial"]
            + weights.feature_matching_weight * losses["feature_matching"]
            + weights.perceptual_weight * losses["perceptual"]
            + weights.l1_weight * losses["l1"]
            + weights.tint_weight * losses.get("tint", 0.0)
            + weights.close_up_weight * losses.get("close_up", 0.0)
            + weights.distillation_weight * losses.get("distillation", 0.0)
        )
        self.networks.backward(judge, "discriminator", retain_graph=True)
        self.networks.backward(objective, *self.guided)
        return {name: float(loss.detach()) for name, loss in {**losses, "judge": judge}.items()}

    def _generate(self, batch: Batch, code: Tensor, train: bool = False) -> list[Tensor]:
        # In use, colours come out of codes; in training, the path wears the very ones.
        extras = (batch.blotches, batch.colors) if train else (None, None)
        with self.fabric.autocast():
            return self.model.generate_sequence(batch.guidance, code, batch.previous, *extras)

    def _distances(self, batch: Batch, fake: list[Tensor]) -> dict[str, Tensor]:
        """Return the perceptual and the L1 distance of generated frames from real ones."""
        generated, real = torch.cat(fake), torch.cat(batch.real)
        with self.fabric.autocast():
            # Summed over both frames, as EverybodyDanceNow does.
            perceptual = len(fake) * self.perceptual(generated, real)
        return {"perceptual": perceptual, "l1": (generated - real).abs().mean()}

    def _close_up_distance(self, batch: Batch, fake: list[Tensor]) -> Tensor:
        """Return the distance of face and hands, each made as large as the other."""
        squares = torch.cat(batch.squares)
        generated, real = (close_ups(torch.cat(each), squares) for each in (fake, batch.real))
        if not len(real):
            return generated.sum()  # nobody's face or hands are known: 0, with a gradient
        return self._weighted_distance(generated, real, len(fake))

    def _distance_from_teacher(self, teacher: Teacher, batch: Batch, fake: list[Tensor]) -> Tensor:
        """Return the distance of generated frames from what the teacher makes, at its size."""
        with self.fabric.autocast():
            taught = torch.cat(teacher.frames(batch)).float()
        return self._weighted_distance(teacher.resized(torch.cat(fake)), taught, len(fake))

    def _weighted_distance(self, generated: Tensor, wanted: Tensor, frames: int) -> Tensor:
        """Return the perceptual and the L1 distance, weighted as those of whole frames are."""
        weights = self.config.stage_two
        with self.fabric.autocast():
            perceptual = frames * self.perceptual(generated, wanted)
        l1 = (generated - wanted).abs().mean()
        return weights.perceptual_weight * perceptual + weights.l1_weight * l1

    def _tint_distance(self, batch: Batch, code: Tensor) -> Tensor:
        """Return the L1 distance, in the garments, of what the codes tint from the real frames."""
        seen = torch.cat(
            [each.appearance for each in batch.guidance if each.appearance is not None]
        )
        garments = seen[:, 3:].amax(dim=1, keepdim=True).clamp(0, 1)
        colors = self.model.colors(code).repeat(len(batch.guidance), 1)
        shown = tinted(seen.float(), *colors.chunk(2, dim=1))
        difference = (shown - torch.cat(batch.real)).abs().mean(dim=1, keepdim=True)
        return (difference * garments).sum() / garments.sum().clamp(min=1)

    @torch.no_grad()
    def measure(self) -> dict[str, float]:
        """Measure distances on frame pairs of clips that are kept out of training, if there are.

        These are single pairs, as in training; whole videos are measured by `hueman evaluate`.
        """
        batches = max(1, MEASURED_PAIRS // self.schedule.batch_size)
        rows = []
        with self._shown():
            for number in range(batches):
                batch = self.held_out(number)
                rows.append(self._distances(batch, self._generate(batch, batch.code)))
        return {name: float(sum(row[name] for row in rows)) / batches for name in rows[0]}

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show real second frames of a batch and what the generator makes of their features."""
        with self._shown():
            batch = self.held_out(0)
            rows = [batch.real[1]]
            for code in (batch.code, batch.code.flip(0)):
                rows.append(self._generate(batch, code)[1])
        return picture_grid(rows)

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """Let the model use what was trained as it will be released: averaged, by option."""
        trained = {name: getattr(self.model, name) for name in self.guided}
        self.release()
        try:
            yield
        finally:
            for name, network in trained.items():
                setattr(self.model, name, network)

    def release(self) -> VideoModel:
        """Return the model with the networks that were trained, or their averages."""
        for name in self.guided:
            setattr(self.model, name, self.networks.shown(name))
        return self.model
