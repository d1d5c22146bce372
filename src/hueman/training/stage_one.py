"""Stage I: a colour encoder trained as a BicycleGAN (paper, section 3.1).

A = feature map of the frame, B = the frame with one garment at a random colour:

    z = E(B)      B~ = G(A, z)      z~ = E(B~)

In the paper the latent code is regressed on the reconstruction, so G runs once for each batch. In
BicycleGAN (Zhu et al. 2017) it is regressed on another picture, made with a random code and judged
by a second discriminator; see `StageOneConfig.latent_regression`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from hueman.color.augmentation import random_colors
from hueman.config import TrainingConfig
from hueman.networks.initialization import initialize
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.networks.unet import UNet
from hueman.training.adversary import judge_both
from hueman.training.architecture import Region, build_encoder
from hueman.training.data import Split, step_generator
from hueman.training.devices import place
from hueman.training.frames import Clip, Frames, Recolor, gather
from hueman.training.latent import active_units, linear_probe
from hueman.training.losses import kl_loss, least_squares_loss, weighted_l1_loss
from hueman.training.networks import TrainedNetworks
from hueman.training.pictures import picture_grid
from hueman.training.prefetch import Prefetcher, batches_ahead
from hueman.training.sampling import make_sampler

COLOR_UNIT = 40.0
"""Of Lab, to 1 of what is read from a code."""
PROBE_FRAMES = 400
ENCODED_AT_ONCE = 10


@dataclass(frozen=True)
class ColoredBatch:
    """N frames with one garment recoloured."""

    frames: Tensor
    """B, (N, 3, H, W) in [-1, 1]."""
    features: Tensor
    """A, (N, 4, H, W) in [-1, 1]."""
    region: Tensor
    """What the encoder may see, (N, 1, H, W) in [0, 1]."""
    weight: Tensor
    """Of each pixel in the L1 term, (N, 1, H, W)."""
    colors: Tensor
    """(N, 2) or (N, 3), the colours that the garment wears: a and b, or Lab."""
    noise: Tensor
    """(2, N, code): for the draw of z around its mean, and for a random code."""


class StageOne:
    """Trains one encoder; its generator and discriminators are thrown away afterwards."""

    name = "stage_one"
    judged_by: tuple[str, Literal["lowest", "highest"]] = ("r2", "highest")
    probe_frames = PROBE_FRAMES
    """Frames that `measure` fits its linear maps to; half as many test them."""

    def __init__(
        self,
        region: Region,
        split: Split,
        config: TrainingConfig,
        fabric: Fabric,
        recolor: Recolor | None = None,
    ):
        stage = config.stage_one
        self.region: Region = region
        self.number = ("upper", "lower").index(region)
        self.split = split
        self.config = config
        self.fabric = fabric
        self.recolor = recolor
        self.schedule = stage.schedule
        self.sampler = make_sampler(
            split.train, stage.schedule.batch_size, config.seed, fabric.world_size
        )
        self.batch = Prefetcher(self.make_batch, batches_ahead(fabric), fabric.world_size)
        torch.manual_seed(config.seed + self.number)
        self.networks = TrainedNetworks(
            self._build(), fabric, stage.schedule.accumulate, config.compile
        )
        self.encoder = self.networks["encoder"]
        self.generator = self.networks["generator"]

    def _build(self) -> dict[str, torch.nn.Module]:
        stage = self.config.stage_one
        encoder = build_encoder(self.config, self.region)
        networks: dict[str, torch.nn.Module] = {
            "encoder": encoder,
            "generator": UNet(
                4,
                encoder.mean.out_features,
                stage.generator_channels,
                stage.generator_levels,
                stage.generator_upsampling,
                stage.code_levels,
            ),
        }
        discriminators = ["discriminator"]
        if stage.latent_regression == "random":
            discriminators.append("random_discriminator")
        for name in discriminators:
            networks[name] = MultiScaleDiscriminator(
                3,
                stage.discriminator_channels,
                stage.discriminator_layers,
                stage.discriminators,
                padding=1,
                halve_channels=True,
            )
        for name in ("generator", *discriminators):
            initialize(networks[name], stage.initialization)
        if stage.color_weight > 0:
            colors = 3 if self.config.lightness_augmentation else 2
            networks["reader"] = torch.nn.Linear(encoder.mean.out_features, colors)
        return networks

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number` to the networks, as BicycleGAN does."""
        batch, weights = self.batch(number), self.config.stage_one
        frames, features, region = (
            place(pictures, self.fabric)
            for pictures in (batch.frames, batch.features, batch.region)
        )
        noise = batch.noise.to(self.fabric.device)
        # BicycleGAN encodes one half of a batch; the other half is what the second discriminator
        # compares pictures of random codes with.
        random = weights.latent_regression == "random"
        count = len(frames) // 2 if random else len(frames)
        real, features, region = frames[:count], features[:count], region[:count]

        mean, log_variance = self.encoder(real * region)
        code = mean + noise[0, :count] * (0.5 * log_variance).exp()
        fake = self.generator(features, code)
        adversarial, judge = self._judge("discriminator", real, fake)
        source, wanted = fake, code.detach()
        if random:
            wanted = noise[1, :count]
            source = self.generator(features, wanted)
            more = self._judge("random_discriminator", frames[count:], source)
            adversarial, judge = adversarial + more[0], judge + more[1]
        l1 = weighted_l1_loss(fake, real, place(batch.weight[:count], self.fabric))
        kl = kl_loss(mean, log_variance)
        latent = (self.encoder(source * region)[0] - wanted).abs().mean()

        objective = adversarial + weights.l1_weight * l1 + weights.kl_weight * kl
        losses = {"l1": l1, "kl": kl, "latent": latent, "adversarial": adversarial, "judge": judge}
        learners = ["encoder", "generator"]
        if weights.color_weight > 0:
            wanted = batch.colors[:count].to(self.fabric.device) / COLOR_UNIT
            losses["color"] = (self.networks["reader"](mean) - wanted).abs().mean()
            objective = objective + weights.color_weight * losses["color"]
            learners.append("reader")
        judges = [name for name in self.networks.names if "discriminator" in name]
        backward = self.networks.backward
        backward(objective, *learners, retain_graph=True)
        # The latent term trains the generator alone (BicycleGAN): the encoder must not make its
        # codes easy to predict.
        backward(weights.latent_weight * latent, "generator", retain_graph=True)
        backward(judge, *judges)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _judge(self, name: str, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Return the generator's and the discriminator's least-squares losses."""
        real_outputs, fake_outputs = judge_both(self.networks[name], real, fake)
        judge = least_squares_loss(real_outputs, True) + least_squares_loss(fake_outputs, False)
        return least_squares_loss(fake_outputs, True), judge

    def make_batch(self, number: int) -> ColoredBatch:
        """Make batch `number`, on the CPU; each frame gets a colour of its own (section 4.2)."""
        random = step_generator(self.config.seed, self.number, number)
        frames = gather(self.split.train, self.sampler.batch(number))
        colored, region, worn = self.colored(frames, random)
        if not self.config.color_augmentation:
            colored = frames.pictures()
        length = getattr(self.config.stage_one, f"{self.region}_code")
        return ColoredBatch(
            frames=colored,
            features=frames.features(),
            region=region,
            weight=1 + self.config.stage_one.person_weight * frames.person / 255,
            colors=worn.chunk(2, dim=1)[self.number],
            noise=torch.randn((2, len(frames), length), generator=random),
        )

    def colored(
        self, batch: Frames, random: torch.Generator, both: bool = False
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Give frames a random colour in this region, each its own (paper, section 4.2).

        Args:
            batch: N frames.
            random: source of the colours.
            both: colour the other garment too, to see whether the code can tell it.

        Returns:
            Frames (N, 3, H, W) in [-1, 1], encoder regions (N, 1, H, W), and the colours used:
            (N, 2C), of the upper and of the lower garment, a and b, or Lab with
            `lightness_augmentation`; the garment's own where it was kept.
        """
        used: list[Tensor | None] = []
        for region, mean in (("upper", batch.upper_color), ("lower", batch.lower_color)):
            drawn = random_colors(
                random, mean, self.config.max_chroma, self.config.lightness_augmentation
            )
            used.append(drawn if both or region == self.region else None)
        kind = self.config.stage_one.encoder.input_region
        count = 3 if self.config.lightness_augmentation else 2
        own = (batch.upper_color[:, -count:], batch.lower_color[:, -count:])
        kept = [a if a is not None else b for a, b in zip(used, own, strict=True)]
        regions = batch.encoder_regions(kind)[:, self.number, None]
        return batch.recolored(*used, recolor=self.recolor), regions, torch.cat(kept, dim=1)

    @torch.no_grad()
    def encode(self, clips: Sequence[Clip], count: int, both: bool) -> tuple[Tensor, Tensor]:
        """Encode `count` randomly coloured frames: codes (N, code) and the colours used (N, 2C)."""
        random = step_generator(self.config.seed, 10 + self.number, int(both))
        order = np.random.default_rng(self.config.seed)
        codes, colors = [], []
        for start in range(0, count, ENCODED_AT_ONCE):
            numbers = order.integers(len(clips), size=min(ENCODED_AT_ONCE, count - start))
            places = [(int(n), int(order.integers(len(clips[n])))) for n in numbers]
            batch = gather(clips, places)
            frames, regions, used = self.colored(batch, random, both)
            codes.append(self.encoder(place(frames * regions, self.fabric))[0].float().cpu())
            colors.append(used)
        return torch.cat(codes), torch.cat(colors)

    def measure(self) -> dict[str, float]:
        """Say how well colours can be read from the code by a linear map (R2), and how little else.

        `r2`: own garment, test clips, probe fitted on training clips. `r2_other`: the other
        garment's colour when both are random; near 0 is right. `active_units`: numbers of the
        code that vary (Burda et al. 2016).
        """
        codes, colors = self.encode(self.split.probe, self.probe_frames, both=True)
        test = self.split.test or self.split.probe
        test_codes, test_colors = self.encode(test, self.probe_frames // 2, both=False)
        garments, test_garments = colors.chunk(2, dim=1), test_colors.chunk(2, dim=1)
        own, other = garments[self.number], garments[1 - self.number]
        half = len(codes) // 2
        return {
            "r2": linear_probe(codes, own, test_codes, test_garments[self.number]),
            "r2_other": linear_probe(codes[:half], other[:half], codes[half:], other[half:]),
            "active_units": active_units(codes),
        }

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show coloured frames, their reconstructions, and the frames with their codes swapped."""
        clips = self.split.test or self.split.probe
        places = [(n % len(clips), len(clips[n % len(clips)]) // 2) for n in range(8)]
        batch = gather(clips, places)
        frames, regions, _ = self.colored(batch, step_generator(self.config.seed, 20 + self.number))
        features = place(batch.features(), self.fabric)
        code, _ = self.encoder(place(frames * regions, self.fabric))
        fake = [self.generator(features, each) for each in (code, code.flip(0))]
        return picture_grid([frames, *fake])
