"""The settings of each stage of a training run: one dataclass for each."""

from typing import Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

Upsampling = Literal["transposed", "nearest", "bilinear"]
Initialization = Literal["default", "normal", "xavier"]


@dataclass(config=STRICT, kw_only=True)
class Schedule:
    """How long a stage trains and with which steps; Adam's betas are (0.5, 0.999)."""

    steps: int | None = Field(default=None, gt=0)
    """Length in updates. Exactly one of `steps` and `epochs` is given."""
    epochs: float | None = Field(default=None, gt=0)
    """Length in passes over all training frames (stage I) or frame pairs (stage II)."""
    batch_size: int = Field(default=8, gt=0)
    """Frames (stage I) or frame pairs (stage II) in a batch, on each device."""
    accumulate: int = Field(default=1, gt=0)
    """Batches, on each device, whose gradients are averaged for one update: as if the batch were
    so many times larger, in the memory of one."""
    learning_rate: float = Field(default=2e-4, gt=0)
    decay_from: float = Field(default=0.5, ge=0, le=1)
    """Share of the length after which the learning rate falls linearly to zero; 1 is never."""

    @model_validator(mode="after")
    def _one_length(self) -> "Schedule":
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give exactly one of steps and epochs")
        return self

    def total_steps(self, samples: int, processes: int = 1) -> int:
        """Return the length in updates for a training set of `samples` samples."""
        if self.steps is not None:
            return self.steps
        each = self.batch_size * self.accumulate * processes
        return max(1, round((self.epochs or 0) * samples / each))

    def learning_rate_at(self, step: int, total: int) -> float:
        """Return the learning rate of update `step` (0-based) of `total`."""
        start = self.decay_from * total
        if step < start:
            return self.learning_rate
        return self.learning_rate * (total - step) / (total - start)


@dataclass(config=STRICT, kw_only=True)
class EncoderConfig:
    """A colour encoder, BicycleGAN's Res256 at its default numbers."""

    channels: int = Field(default=64, gt=0)
    """Channels after the first convolution; blocks widen them up to four times."""
    blocks: int = Field(default=4, gt=0, le=64)
    """Residual blocks; each halves the picture."""
    log_variance_bias: float = 0.0
    """Where the log-variance starts. At -4 the code is nearly noise-free from the first step,
    which keeps the KL term from emptying it (stage I collapses otherwise when the person is a
    small part of the frame)."""
    mean_gain: float = Field(default=1.0, gt=0)
    """Factor on the initial weights of the mean, for the same reason."""
    input_region: Literal["frame", "parts", "garment"] = "frame"
    """What an encoder sees: the whole frame (the paper), its own body parts, or its garment."""
    shrink: int = Field(default=1, gt=0)
    """How many times smaller than the frames an encoder sees them: colours need few pixels, and a
    model for large frames can have the encoders of one for small frames."""


@dataclass(config=STRICT, kw_only=True)
class StageOneConfig:
    """Stage I: the colour encoders, trained as a BicycleGAN (paper, section 3.1)."""

    schedule: Schedule
    encoder: EncoderConfig = Field(default_factory=EncoderConfig)
    upper_code: int = Field(default=16, gt=0)
    lower_code: int = Field(default=8, gt=0)
    generator_channels: int = Field(default=64, gt=0)
    generator_levels: int = Field(default=7, gt=1, le=10)
    """Down-samplings of the U-Net; U-128 has 7."""
    generator_upsampling: Upsampling = "transposed"
    code_levels: Literal["all", "input"] = "all"
    """Where the generator is told the code: at every level of its encoder (BicycleGAN's default) or
    only at its input."""
    discriminator_channels: int = Field(default=64, gt=0)
    """Of the discriminator at full size; the one at half size has half as many, and so on."""
    discriminator_layers: int = Field(default=3, gt=0, le=10)
    discriminators: int = Field(default=2, gt=0, le=8)
    """Scales of the discriminator: full, half, ... size."""
    initialization: Initialization = "default"
    """Of all weights: torch's `default`, or `xavier` as published."""
    latent_regression: Literal["reconstruction", "random"] = "reconstruction"
    """From which picture the code is regressed: from the reconstruction (the paper), or from a
    picture made with a random code, which a second discriminator judges (BicycleGAN). `random`
    uses half of a batch for each, so it needs an even `batch_size`."""
    l1_weight: float = Field(default=10.0, ge=0)
    kl_weight: float = Field(default=0.01, ge=0)
    latent_weight: float = Field(default=0.5, ge=0)
    color_weight: float = Field(default=0.0, ge=0)
    """Of what a linear map reads wrongly from the code of the colour that the garment was given
    (L1, in units of 40); beyond the paper: codes of many people tell colours sooner."""
    person_weight: float = Field(default=0.0, ge=0)
    """The L1 term weighs a pixel with 1 + this times the person mask; the paper has 0."""

    @model_validator(mode="after")
    def _halves(self) -> "StageOneConfig":
        if self.latent_regression == "random" and self.schedule.batch_size % 2:
            raise ValueError("latent_regression random needs an even batch_size")
        start = self.encoder.log_variance_bias, self.encoder.mean_gain
        if self.initialization == "xavier" and start != (0.0, 1.0):
            raise ValueError("initialization xavier leaves no log_variance_bias and mean_gain")
        return self


@dataclass(config=STRICT, kw_only=True)
class RestorationConfig:
    """The network that restores warped feature maps, trained adversarially (paper, section 2.3).

    The paper says neither its architecture nor its schedule; both are hueman's choice.
    """

    schedule: Schedule
    channels: int = Field(default=32, gt=0)
    downsamplings: int = Field(default=2, gt=0, le=10)
    residual_blocks: int = Field(default=6, gt=0, le=64)
    upsampling: Upsampling = "nearest"
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=3, gt=0, le=10)
    discriminators: int = Field(default=2, gt=0, le=8)
    adversarial_weight: float = Field(default=1.0, ge=0)
    l1_weight: float = Field(default=100.0, ge=0)
    """As in pix2pix (Isola et al. 2017): edges are sparse, so their L1 distance is small."""


@dataclass(config=STRICT, kw_only=True)
class GeneratorConfig:
    """pix2pixHD's coarse-to-fine generator with the code at both stages, or another instead."""

    network: Literal["coarse_to_fine", "unet", "pixel_shuffle"] = "coarse_to_fine"
    """The paper's choice; or BicycleGAN's U-Net, whose skip connections the paper avoids: of the
    settings below it uses `channels`, `unet_levels`, `upsampling`, `code_region` and
    `previous_frame`; or one for real time on a CPU, which works at a fraction of the size: it uses
    `channels`, `residual_blocks`, `square`, `code_region` and `previous_frame`."""
    unet_levels: int = Field(default=7, gt=1, le=10)
    """Down-samplings of the U-Net."""
    square: Literal[2, 4, 8] = 4
    """Of `pixel_shuffle`: side of the squares of pixels that are folded into channels."""
    previous_frame: bool = True
    """The generator sees the frame before. Without it every frame is made alone."""

    channels: int = Field(default=32, gt=0)
    """Channels of the fine stage; the coarse one has twice as many."""
    max_channels: int = Field(default=1024, gt=0)
    downsamplings: int = Field(default=4, gt=0, le=10)
    """Down-samplings of the coarse stage."""
    residual_blocks: int = Field(default=9, gt=0, le=64)
    """Residual blocks of the coarse stage."""
    local_blocks: int = Field(default=3, ge=0, le=64)
    """Residual blocks of the fine stage."""
    upsampling: Upsampling = "transposed"
    code_region: Literal["frame", "parts", "garments"] = "frame"
    """Where the code is written: tiled over the frame (the paper), or z_up and z_down each only
    where the warped body parts, or the warped garments, of its region lie."""
    code_cure: Literal["none", "no_first_norm", "film"] = "film"
    """What keeps instance normalisation from erasing a tiled code: nothing (as published), no
    normalisation after the first convolution of both stages, or scales and shifts made from the
    code at each place after that normalisation (FiLM)."""
    normalization: Literal["instance", "pixel"] = "instance"
    """Of features over the whole frame (the paper), or at each place over the channels: then the
    code of a garment does not move what is far from it, but neither does a place learn whom the
    frame shows."""
    fine_stage: bool = True
    """Without it the coarse stage works alone, at full size."""


@dataclass(config=STRICT, kw_only=True)
class StageTwoConfig:
    """Stage II: the video generator (paper, section 3.2)."""

    schedule: Schedule
    generator: GeneratorConfig = Field(default_factory=GeneratorConfig)
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=3, gt=0, le=10)
    discriminators: int = Field(default=3, gt=0, le=8)
    initialization: Initialization = "default"
    """Of all weights: torch's `default`, or `normal` as published."""
    adversarial_weight: float = Field(default=1.0, ge=0)
    """Of what the discriminator says; 1 in the paper, and 0 leaves it out."""
    feature_matching_weight: float = Field(default=10.0, ge=0)
    perceptual_weight: float = Field(default=10.0, ge=0)
    """Of the perceptual loss, which is summed over both frames of a pair."""
    perceptual_network: Literal["vgg16", "vgg19"] = "vgg19"
    """vgg19 is the paper's; vgg16 is the stand-in that a package index can serve."""
    perceptual_layers: int = Field(default=5, ge=1, le=5)
    """Features compared: relu1_1 to relu5_1, or fewer, which costs much less."""
    l1_weight: float = Field(default=0.0, ge=0)
    """Plain L1 to the true frames; the paper has none, but it cuts leakage and colour error."""
    warm_up_frames: int = Field(default=0, ge=0)
    """Up to so many frames are generated before a training pair, without gradient, so that long
    videos do not drift. The paper has 0: every pair begins at black."""
    previous_noise: float = Field(default=0.0, ge=0)
    """Blotches, of up to this standard deviation in [-1, 1], are added to the frame before while
    training, so that the generator learns to mend its own flaws instead of handing them on: else
    the colours of long videos drift. Needs `warm_up_frames`. The paper has none."""
    max_shift: float = Field(default=0.0, ge=0, lt=0.5)
    """Training samples are moved sideways by up to this share of the width, so that people can
    also be shown where the training clips never had them. The paper has 0."""
    source_frame: Literal["first", "random"] = "first"
    """The content frame whose features are warped while training: the first of the clip (as in
    testing) or any."""
    stick_figure: Literal["drawn", "warped"] = "drawn"
    """The stick figure of a feature map: drawn from the target pose, which is known, or warped with
    the edges (the paper)."""
    appearance: bool = False
    """The generator also sees the content frame itself, warped part by part before its background,
    with its garments in the colours that the codes stand for, and only mends it where needed: so
    it can show people it was not trained on. The paper has none."""
    mending: Literal["share", "correction"] = "share"
    """With `appearance`: how the generator mends that picture. It makes a frame and how much of it
    is shown at each place; or it says how far each value is moved towards black or white. A
    generator without normalisation has to correct: of its own frames it soon shows nothing, and
    then learns nothing more."""
    tint_weight: float = Field(default=5.0, ge=0)
    """With `appearance`: of the L1 distance in the garments of that warped picture from the real
    frame, which teaches what colours codes stand for."""
    close_up_weight: float = Field(default=0.0, ge=0)
    """Of the perceptual and L1 distances of close-ups of face and hands, weighted against each
    other as those of whole frames are. The paper has none."""
    distillation_weight: float = Field(default=0.0, ge=0)
    """Of the perceptual and L1 distances from what a teacher makes of the same (`hueman train
    --teacher`), at the teacher's size; those two are weighted as distances from real frames are."""
    restore: bool = False
    """Restore warped feature maps by the network of section 2.3 before they are used; needs the
    settings `restoration`."""
    ema_decay: float = Field(default=0.0, ge=0, lt=1)
    """Above 0, samples, measurements and the model use an exponential moving average of the
    generator, of which each update keeps this share. The paper has none."""


@dataclass(config=STRICT, kw_only=True)
class DeformableGanConfig:
    """The baseline of the paper's Table 1: Deformable GAN (Siarohin et al. 2018)."""

    schedule: Schedule
    channels: int = Field(default=64, gt=0)
    """After the first convolution; doubled at each level up to eight times."""
    levels: int = Field(default=6, gt=1, le=10)
    """Down-samplings of both streams of the generator."""
    deformable: bool = True
    """The four outermost skip connections are warped part by part; without, all are plain."""
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=4, gt=0, le=10)
    """Before the verdict; each halves the picture, and so does the verdict."""
    heat_map_deviation: float = Field(default=6 / 256, gt=0)
    """Standard deviation of the joints' Gaussians, as a share of the frame's height."""
    nearest_neighbour_weight: float = Field(default=0.6, ge=0)
    """Of the nearest-neighbour loss. The publication has 0.01 for features of pictures with values
    0..255; these see pictures divided by ImageNet's deviation, which is about 58 of those."""
    perceptual_network: Literal["vgg16", "vgg19"] = "vgg19"
    """Whose relu1_2 the nearest-neighbour loss compares; vgg19 is the publication's."""
    neighbourhood: int = Field(default=5, gt=0)
    """Pixels, odd: how far off the nearest neighbour may be."""
