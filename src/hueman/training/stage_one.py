"""Stage I: a colour encoder trained as a BicycleGAN (paper, section 3.1).

A = feature map of the frame, B = the frame with one garment at a random colour:

    z = E(B)      B~ = G(A, z)      z~ = E(B~)

The latent code is regressed on the reconstruction, so G runs once for each batch.
"""

from typing import Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from hueman.color.augmentation import random_chroma
from hueman.config import TrainingConfig
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.networks.residual_encoder import ResidualEncoder
from hueman.networks.unet import UNet
from hueman.training.data import FrameSampler, Split, step_generator
from hueman.training.frames import ClipFrames, Frames
from hueman.training.latent import active_units, linear_probe
from hueman.training.losses import kl_loss, least_squares_loss, weighted_l1_loss
from hueman.training.networks import TrainedNetworks
from hueman.training.pictures import picture_grid

Region = Literal["upper", "lower"]
PROBE_FRAMES = 400


def build_encoder(config: TrainingConfig, region: Region) -> ResidualEncoder:
    """Make the encoder of a region, untrained."""
    stage, encoder = config.stage_one, config.stage_one.encoder
    return ResidualEncoder(
        stage.upper_code if region == "upper" else stage.lower_code,
        encoder.channels,
        encoder.blocks,
        encoder.log_variance_bias,
        encoder.mean_gain,
    )


class StageOne:
    """Trains one encoder; its generator and discriminator are thrown away afterwards."""

    def __init__(self, region: Region, split: Split, config: TrainingConfig, fabric: Fabric):
        stage = config.stage_one
        self.region: Region = region
        self.number = ("upper", "lower").index(region)
        self.split = split
        self.config = config
        self.fabric = fabric
        self.schedule = stage.schedule
        self.sampler = FrameSampler(split.train, stage.schedule.batch_size, config.seed)
        self.samples = len(self.sampler)
        self.train_frames = [clip.frames for clip in split.train]

        torch.manual_seed(config.seed + self.number)
        encoder = build_encoder(config, region)
        code = encoder.mean.out_features
        generator = UNet(
            4, code, stage.generator_channels, stage.generator_levels, stage.generator_upsampling
        )
        discriminator = MultiScaleDiscriminator(
            3, stage.discriminator_channels, stage.discriminator_layers, stage.discriminators
        )
        self.networks = TrainedNetworks(
            {"encoder": encoder, "generator": generator, "discriminator": discriminator}, fabric
        )
        self.encoder = self.networks["encoder"]
        self.generator = self.networks["generator"]
        self.discriminator = self.networks["discriminator"]

    def step(self, step: int, learning_rate: float) -> dict[str, float]:
        """Update the three networks once, as BicycleGAN does."""
        weights = self.config.stage_one
        self.networks.start_update(learning_rate)
        random = step_generator(self.config.seed, self.number, step)
        batch = Frames.gather(self.train_frames, self.sampler.batch(step))
        real, region, _ = self.colored(batch, random)
        features, person = self._place(batch.features()), self._place(batch.person / 255)

        mean, log_variance = self.encoder(real * region)
        noise = torch.randn(mean.shape, generator=random).to(mean.device)
        code = mean + noise * (0.5 * log_variance).exp()
        fake = self.generator(features, code)
        regressed, _ = self.encoder(fake * region)
        # One pass judges both; `inputs` below keeps each loss to the network it trains.
        verdicts = self.discriminator(torch.cat([real, fake]))
        real_verdicts = [[scale[-1][: len(real)]] for scale in verdicts]
        fake_verdicts = [[scale[-1][len(real) :]] for scale in verdicts]

        adversarial = least_squares_loss(fake_verdicts, real=True)
        l1 = weighted_l1_loss(fake, real, 1 + weights.person_weight * person)
        kl = kl_loss(mean, log_variance)
        latent = (regressed - code.detach()).abs().mean()
        judge = least_squares_loss(real_verdicts, real=True) + least_squares_loss(
            fake_verdicts, real=False
        )

        both = adversarial + weights.l1_weight * l1 + weights.kl_weight * kl
        trained = self.networks.parameters
        self.fabric.backward(both, inputs=trained("encoder", "generator"), retain_graph=True)
        # The latent term trains the generator alone (BicycleGAN): the encoder must not make its
        # codes easy to predict.
        latent_term = weights.latent_weight * latent
        self.fabric.backward(latent_term, inputs=trained("generator"), retain_graph=True)
        self.fabric.backward(judge, inputs=trained("discriminator"))
        self.networks.finish_update()
        losses = {"l1": l1, "kl": kl, "latent": latent, "adversarial": adversarial, "judge": judge}
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def colored(
        self, batch: Frames, random: torch.Generator, both: bool = False
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Give frames a random colour in this region, each its own (paper, section 4.2).

        Args:
            batch: N frames.
            random: source of the colours.
            both: colour the other garment too, to see whether the code can tell it.

        Returns:
            Frames (N, 3, H, W) in [-1, 1], encoder regions (N, 1, H, W), and the (a, b) used:
            (N, 4), of the upper and of the lower garment, the garment's own where it was kept.
        """
        used: list[Tensor | None] = []
        for region, mean in (("upper", batch.upper_color), ("lower", batch.lower_color)):
            drawn = random_chroma(random, mean[:, 0], self.config.max_chroma)
            used.append(drawn if both or region == self.region else None)
        kind = self.config.stage_one.encoder.input_region
        own = (batch.upper_color[:, 1:], batch.lower_color[:, 1:])
        kept = [a if a is not None else b for a, b in zip(used, own, strict=True)]
        regions = batch.encoder_regions(kind)[:, self.number, None]
        return self._place(batch.recolored(*used)), self._place(regions), torch.cat(kept, dim=1)

    @torch.no_grad()
    def encode(self, clips: list[ClipFrames], count: int, both: bool) -> tuple[Tensor, Tensor]:
        """Encode `count` randomly coloured frames: codes (N, code) and the (a, b) used (N, 4)."""
        random = step_generator(self.config.seed, 10 + self.number, int(both))
        order = np.random.default_rng(self.config.seed)
        codes, chroma = [], []
        for start in range(0, count, 40):
            numbers = order.integers(len(clips), size=min(40, count - start))
            places = [(int(n), int(order.integers(len(clips[n].frames)))) for n in numbers]
            batch = Frames.gather([clip.frames for clip in clips], places)
            frames, regions, used = self.colored(batch, random, both)
            codes.append(self.encoder(frames * regions)[0].float().cpu())
            chroma.append(used)
        return torch.cat(codes), torch.cat(chroma)

    def measure(self) -> dict[str, float]:
        """Say how well (a, b) can be read from the code by a linear map (R2), and how little else.

        `r2`: own garment, test clips, probe fitted on training clips. `r2_other`: the other
        garment's colour when both are random; near 0 is right. `active_units`: numbers of the
        code that vary (Burda et al. 2016).
        """
        codes, chroma = self.encode(self.split.train, PROBE_FRAMES, both=True)
        test = self.split.test or self.split.train
        test_codes, test_chroma = self.encode(test, PROBE_FRAMES // 2, both=False)
        own = slice(2 * self.number, 2 * self.number + 2)
        other = slice(2 - 2 * self.number, 4 - 2 * self.number)
        half = len(codes) // 2
        return {
            "r2": linear_probe(codes, chroma[:, own], test_codes, test_chroma[:, own]),
            "r2_other": linear_probe(
                codes[:half], chroma[:half, other], codes[half:], chroma[half:, other]
            ),
            "active_units": active_units(codes),
        }

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show coloured frames, their reconstructions, and the frames with their codes swapped."""
        clips = self.split.test or self.split.train
        places = [(n % len(clips), len(clips[n % len(clips)].frames) // 2) for n in range(8)]
        batch = Frames.gather([clip.frames for clip in clips], places)
        frames, regions, _ = self.colored(batch, step_generator(self.config.seed, 20 + self.number))
        features = self._place(batch.features())
        code, _ = self.encoder(frames * regions)
        rows = [frames, self.generator(features, code), self.generator(features, code.flip(0))]
        return picture_grid(rows)

    def _place(self, pictures: Tensor) -> Tensor:
        return pictures.to(self.fabric.device).contiguous(memory_format=torch.channels_last)
