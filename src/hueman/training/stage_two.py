"""Stage II: the video generator, guided by the frozen colour encoders (paper, section 3.2).

Two consecutive frames are made in a row, the first from black, the second from the first:

    v1 = G(F1, z; black)      v2 = G(F2, z; v1)

and a discriminator judges [F1, F2, v1, v2]. The objective is L_temp + 10 L_FM + 10 L_VGG (eq. 2).
"""

from dataclasses import dataclass

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from hueman.color.augmentation import random_chroma
from hueman.config import TrainingConfig
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.training.data import FrameSampler, Split, step_generator
from hueman.training.frames import Frames
from hueman.training.losses import PerceptualLoss, feature_matching_loss, least_squares_loss
from hueman.training.model import VideoModel, black_frames
from hueman.training.networks import TrainedNetworks
from hueman.training.pictures import picture_grid

STAGE_NUMBER = 2


@dataclass(frozen=True)
class Batch:
    """N samples of two consecutive frames."""

    real: list[Tensor]
    """v1 and v2, each (N, 3, H, W) in [-1, 1]."""
    features: list[Tensor]
    """F1 and F2, each (N, 4, H, W), warped from the content frame."""
    regions: list[Tensor]
    """Code regions of both, each (N, 2, H, W)."""
    code: Tensor
    """(N, up + down), of the content frame."""
    previous: Tensor
    """v0, (N, 3, H, W): black, or what the generator made of the frames before."""


class StageTwo:
    """Trains the generator of `model`; its encoders are frozen.

    Args:
        model: with trained encoders.
        perceptual: the frozen feature network of the perceptual loss.
        split: training and test clips.
        config: all settings.
        fabric: device and precision.
    """

    def __init__(
        self,
        model: VideoModel,
        perceptual: torch.nn.Module,
        split: Split,
        config: TrainingConfig,
        fabric: Fabric,
    ):
        stage = config.stage_two
        self.split = split
        self.config = config
        self.fabric = fabric
        self.schedule = stage.schedule
        self.sampler = FrameSampler(split.train, stage.schedule.batch_size, config.seed, span=2)
        self.samples = len(self.sampler)
        self.train_frames = [clip.frames for clip in split.train]

        torch.manual_seed(config.seed + STAGE_NUMBER)
        discriminator = MultiScaleDiscriminator(
            2 * (4 + 3),
            stage.discriminator_channels,
            stage.discriminator_layers,
            stage.discriminators,
        )
        self.model = model.to(fabric.device)
        self.model.encoders.requires_grad_(False)
        self.perceptual = PerceptualLoss(fabric.to_device(perceptual))
        self.networks = TrainedNetworks(
            {"generator": self.model.generator, "discriminator": discriminator}, fabric
        )
        self.discriminator = self.networks["discriminator"]

    def step(self, step: int, learning_rate: float) -> dict[str, float]:
        """Update generator and discriminator once."""
        weights = self.config.stage_two
        self.networks.start_update(learning_rate)
        batch = self.batch(step)
        real = batch.real
        with self.fabric.autocast():
            fake = self.model.generate_sequence(
                batch.features, batch.code, batch.regions, batch.previous
            )
        count = len(fake[0])
        condition = torch.cat(batch.features, dim=1)
        pairs = [torch.cat([condition, *frames], dim=1) for frames in (real, fake)]
        # One pass judges both pairs; `inputs` below keeps each loss to the network it trains.
        outputs = self.discriminator(torch.cat(pairs))
        real_outputs = [[output[:count] for output in scale] for scale in outputs]
        fake_outputs = [[output[count:] for output in scale] for scale in outputs]

        judge = 0.5 * (
            least_squares_loss(real_outputs, real=True)
            + least_squares_loss(fake_outputs, real=False)
        )
        with self.fabric.autocast():
            perceptual = self.perceptual(torch.cat(fake), torch.cat(real))
        losses = {
            "adversarial": least_squares_loss(fake_outputs, real=True),
            "feature_matching": feature_matching_loss(real_outputs, fake_outputs),
            "perceptual": perceptual,
            "l1": (torch.cat(fake) - torch.cat(real)).abs().mean(),
        }
        objective = (
            losses["adversarial"]
            + weights.feature_matching_weight * losses["feature_matching"]
            + weights.perceptual_weight * losses["perceptual"]
            + weights.l1_weight * losses["l1"]
        )
        trained = self.networks.parameters
        self.fabric.backward(judge, inputs=trained("discriminator"), retain_graph=True)
        self.fabric.backward(objective, inputs=trained("generator"))
        self.networks.finish_update()
        return {name: float(loss.detach()) for name, loss in {**losses, "judge": judge}.items()}

    @torch.no_grad()
    def batch(self, step: int) -> "Batch":
        """Make batch `step`: coloured frame pairs with what the generator may know of them.

        All frames of a sample, its content frame included, wear the same colours. By option
        (`warm_up_frames`) up to so many frames before the pair are generated first, so that the
        pair does not always begin at black: the generator then learns to live with its own output,
        as it must in a long video.
        """
        random = step_generator(self.config.seed, STAGE_NUMBER, step)
        places = self.sampler.batch(step)
        content = Frames.gather(self.train_frames, self._content_places(places, random))
        colors = self._clip_colors(content, random)
        kind = self.config.stage_one.encoder.input_region
        code = self.model.encoders(
            self._place(content.recolored(*colors)), self._place(content.encoder_regions(kind))
        ).float()
        most = self.config.stage_two.warm_up_frames
        warm_up = int(torch.randint(most + 1, (1,), generator=random))
        columns = self._random_columns(len(places), random)
        targets = [
            self._frames_after(places, later).shifted(columns) for later in range(-warm_up, 2)
        ]
        region = self.config.stage_two.generator.code_region
        warped = [content.warped(target.pose, region) for target in targets]
        features = [self._place(feature) for feature, _ in warped]
        regions = [self._place(where) for _, where in warped]
        with self.fabric.autocast():
            before = self.model.generate_sequence(
                features[:-2], code, regions[:-2], black_frames(features[0])
            )
        return Batch(
            real=[self._place(target.recolored(*colors)) for target in targets[-2:]],
            features=features[-2:],
            regions=regions[-2:],
            code=code,
            previous=before[-1].float() if before else black_frames(features[0]),
        )

    def _frames_after(self, places: list[tuple[int, int]], later: int) -> Frames:
        """Return the frames `later` frames after (or before) the places, within their clips."""
        return Frames.gather(
            self.train_frames, [(clip, max(0, frame + later)) for clip, frame in places]
        )

    def _random_columns(self, count: int, random: torch.Generator) -> Tensor:
        """Draw by how many pixels to shift each sample sideways."""
        most = round(self.config.stage_two.max_shift * self.config.width)
        return torch.randint(-most, most + 1, (count,), generator=random)

    def _content_places(
        self, places: list[tuple[int, int]], random: torch.Generator
    ) -> list[tuple[int, int]]:
        if self.config.stage_two.source_frame == "first":
            return [(clip, 0) for clip, _ in places]
        uniform = torch.rand(len(places), generator=random).tolist()
        return [
            (clip, int(share * len(self.train_frames[clip])))
            for (clip, _), share in zip(places, uniform, strict=True)
        ]

    def _clip_colors(self, content: Frames, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw (a, b) (N, 2) of both garments; now and then a garment keeps its own."""
        colors = []
        for mean in (content.upper_color, content.lower_color):
            drawn = random_chroma(random, mean[:, 0], self.config.max_chroma)
            keep = torch.rand(len(mean), 1, generator=random) < self.config.keep_probability
            colors.append(torch.where(keep.to(mean.device), mean[:, 1:], drawn))
        return colors[0], colors[1]

    def measure(self) -> dict[str, float]:
        """Nothing: a trained generator is measured on whole videos (evaluation room)."""
        return {}

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show real second frames of a batch and what the generator makes of their features."""
        batch = self.batch(0)
        rows = [batch.real[1]]
        with self.fabric.autocast():
            for code in (batch.code, batch.code.flip(0)):
                fake = self.model.generate_sequence(
                    batch.features, code, batch.regions, batch.previous
                )
                rows.append(fake[1])
        return picture_grid(rows)

    def _place(self, pictures: Tensor) -> Tensor:
        return pictures.to(self.fabric.device).contiguous(memory_format=torch.channels_last)
