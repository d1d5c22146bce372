"""Stage II: the video generator, guided by the frozen colour encoders (paper, section 3.2).

Two consecutive frames are made in a row, the first from black, the second from the first:

    v1 = G(F1, z; black)      v2 = G(F2, z; v1)

and a discriminator judges [F1, F2, v1, v2]. The objective is L_temp + 10 L_FM + 10 L_VGG (eq. 2).
"""

from typing import Any

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
from hueman.training.model import VideoModel
from hueman.training.pictures import picture_grid

STAGE_NUMBER = 2


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
        self.generator, self.generator_optimizer = self._setup(self.model.generator)
        self.discriminator, self.discriminator_optimizer = self._setup(discriminator)

    def _setup(self, network: torch.nn.Module) -> tuple[Any, Any]:
        optimizer = torch.optim.Adam(
            network.parameters(), self.schedule.learning_rate, betas=(0.5, 0.999), fused=True
        )
        return self.fabric.setup(network, optimizer)

    def step(self, step: int, learning_rate: float) -> dict[str, float]:
        """Update generator and discriminator once."""
        weights = self.config.stage_two
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            optimizer.param_groups[0]["lr"] = learning_rate
            optimizer.zero_grad()
        real, features, regions, code = self.batch(step)
        with self.fabric.autocast():
            fake = self.model.generate_sequence(features, code, regions)
        count = len(fake[0])
        condition = torch.cat(features, dim=1)
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
        judges = list(self.discriminator.parameters())
        self.fabric.backward(judge, inputs=judges, retain_graph=True)
        self.fabric.backward(objective, inputs=list(self.generator.parameters()))
        self.generator_optimizer.step()
        self.discriminator_optimizer.step()
        return {name: float(loss.detach()) for name, loss in {**losses, "judge": judge}.items()}

    @torch.no_grad()
    def batch(self, step: int) -> tuple[list[Tensor], list[Tensor], list[Tensor], Tensor]:
        """Make batch `step`: coloured frame pairs with what the generator may know of them.

        Both frames and the content frame of a sample wear the same colours.

        Returns:
            Real frames v1, v2 (N, 3, H, W); feature maps F1, F2 (N, 4, H, W) warped from the
            content frame; code regions (N, 2, H, W) of both; codes (N, up + down) of the content.
        """
        random = step_generator(self.config.seed, STAGE_NUMBER, step)
        places = self.sampler.batch(step)
        content = Frames.gather(self.train_frames, self._content_places(places, random))
        pair = [
            Frames.gather(self.train_frames, [(clip, frame + later) for clip, frame in places])
            for later in (0, 1)
        ]
        colors = self._clip_colors(content, random)
        region = self.config.stage_two.generator.code_region
        warped = [content.warped(target.pose, region) for target in pair]
        kind = self.config.stage_one.encoder.input_region
        code = self.model.encoders(
            self._place(content.recolored(*colors)), self._place(content.encoder_regions(kind))
        )
        return (
            [self._place(target.recolored(*colors)) for target in pair],
            [self._place(features) for features, _ in warped],
            [self._place(regions) for _, regions in warped],
            code.float(),
        )

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
        real, features, regions, code = self.batch(0)
        with self.fabric.autocast():
            fake = self.model.generate_sequence(features, code, regions)
            swapped = self.model.generate_sequence(features, code.flip(0), regions)
        return picture_grid([real[1], fake[1], swapped[1]])

    def state_dict(self) -> dict[str, Any]:
        """Return networks and optimisers."""
        return {name: part.state_dict() for name, part in self._parts().items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def _parts(self) -> dict[str, Any]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }

    def _place(self, pictures: Tensor) -> Tensor:
        return pictures.to(self.fabric.device).contiguous(memory_format=torch.channels_last)
