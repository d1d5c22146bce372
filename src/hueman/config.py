"""The settings of a training run: one dataclass for each stage, YAML presets, dotted overrides."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from hueman.errors import HuemanError

_STRICT = ConfigDict(extra="forbid", frozen=True)

Upsampling = Literal["transposed", "nearest", "bilinear"]
Initialization = Literal["default", "normal", "xavier"]


@dataclass(config=_STRICT, kw_only=True)
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


@dataclass(config=_STRICT, kw_only=True)
class EncoderConfig:
    """A colour encoder, BicycleGAN's Res256 at its default numbers."""

    channels: int = Field(default=64, gt=0)
    """Channels after the first convolution; blocks widen them up to four times."""
    blocks: int = Field(default=4, gt=0)
    """Residual blocks; each halves the picture."""
    log_variance_bias: float = 0.0
    """Where the log-variance starts. At -4 the code is nearly noise-free from the first step,
    which keeps the KL term from emptying it (stage I collapses otherwise when the person is a
    small part of the frame)."""
    mean_gain: float = Field(default=1.0, gt=0)
    """Factor on the initial weights of the mean, for the same reason."""
    input_region: Literal["frame", "parts", "garment"] = "frame"
    """What an encoder sees: the whole frame (the paper), its own body parts, or its garment."""


@dataclass(config=_STRICT, kw_only=True)
class StageOneConfig:
    """Stage I: the colour encoders, trained as a BicycleGAN (paper, section 3.1)."""

    schedule: Schedule
    encoder: EncoderConfig = Field(default_factory=EncoderConfig)
    upper_code: int = Field(default=16, gt=0)
    lower_code: int = Field(default=8, gt=0)
    generator_channels: int = Field(default=64, gt=0)
    generator_levels: int = Field(default=7, gt=1)
    """Down-samplings of the U-Net; U-128 has 7."""
    generator_upsampling: Upsampling = "transposed"
    code_levels: Literal["all", "input"] = "all"
    """Where the generator is told the code: at every level of its encoder (BicycleGAN's default) or
    only at its input."""
    discriminator_channels: int = Field(default=64, gt=0)
    """Of the discriminator at full size; the one at half size has half as many, and so on."""
    discriminator_layers: int = Field(default=3, gt=0)
    discriminators: int = Field(default=2, gt=0)
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


@dataclass(config=_STRICT, kw_only=True)
class RestorationConfig:
    """The network that restores warped feature maps, trained adversarially (paper, section 2.3).

    The paper says neither its architecture nor its schedule; both are hueman's choice.
    """

    schedule: Schedule
    channels: int = Field(default=32, gt=0)
    downsamplings: int = Field(default=2, gt=0)
    residual_blocks: int = Field(default=6, gt=0)
    upsampling: Upsampling = "nearest"
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=3, gt=0)
    discriminators: int = Field(default=2, gt=0)
    adversarial_weight: float = Field(default=1.0, ge=0)
    l1_weight: float = Field(default=100.0, ge=0)
    """As in pix2pix (Isola et al. 2017): edges are sparse, so their L1 distance is small."""


@dataclass(config=_STRICT, kw_only=True)
class GeneratorConfig:
    """pix2pixHD's coarse-to-fine generator with the code at both stages, or a U-Net instead."""

    network: Literal["coarse_to_fine", "unet"] = "coarse_to_fine"
    """The paper's choice, or BicycleGAN's U-Net, whose skip connections the paper avoids; of the
    settings below it uses `channels`, `unet_levels`, `upsampling`, `code_region` and
    `previous_frame`."""
    unet_levels: int = Field(default=7, gt=1)
    """Down-samplings of the U-Net."""
    previous_frame: bool = True
    """The generator sees the frame before. Without it every frame is made alone."""

    channels: int = Field(default=32, gt=0)
    """Channels of the fine stage; the coarse one has twice as many."""
    max_channels: int = Field(default=1024, gt=0)
    downsamplings: int = Field(default=4, gt=0)
    """Down-samplings of the coarse stage."""
    residual_blocks: int = Field(default=9, gt=0)
    """Residual blocks of the coarse stage."""
    local_blocks: int = Field(default=3, ge=0)
    """Residual blocks of the fine stage."""
    upsampling: Upsampling = "transposed"
    code_region: Literal["frame", "parts", "garments"] = "frame"
    """Where the code is written: tiled over the frame (the paper), or z_up and z_down each only
    where the warped body parts, or the warped garments, of its region lie."""
    code_cure: Literal["none", "no_first_norm", "film"] = "film"
    """What keeps instance normalisation from erasing a tiled code: nothing (as published), no
    normalisation after the first convolution of both stages, or scales and shifts made from the
    code at each place after that normalisation (FiLM)."""
    fine_stage: bool = True
    """Without it the coarse stage works alone, at full size."""


@dataclass(config=_STRICT, kw_only=True)
class StageTwoConfig:
    """Stage II: the video generator (paper, section 3.2)."""

    schedule: Schedule
    generator: GeneratorConfig = Field(default_factory=GeneratorConfig)
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=3, gt=0)
    discriminators: int = Field(default=3, gt=0)
    initialization: Initialization = "default"
    """Of all weights: torch's `default`, or `normal` as published."""
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
    restore: bool = False
    """Restore warped feature maps by the network of section 2.3 before they are used; needs the
    settings `restoration`."""
    ema_decay: float = Field(default=0.0, ge=0, lt=1)
    """Above 0, samples, measurements and the model use an exponential moving average of the
    generator, of which each update keeps this share. The paper has none."""


@dataclass(config=_STRICT, kw_only=True)
class DeformableGanConfig:
    """The baseline of the paper's Table 1: Deformable GAN (Siarohin et al. 2018)."""

    schedule: Schedule
    channels: int = Field(default=64, gt=0)
    """After the first convolution; doubled at each level up to eight times."""
    levels: int = Field(default=6, gt=1)
    """Down-samplings of both streams of the generator."""
    deformable: bool = True
    """The four outermost skip connections are warped part by part; without, all are plain."""
    discriminator_channels: int = Field(default=64, gt=0)
    discriminator_layers: int = Field(default=4, gt=0)
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


@dataclass(config=_STRICT, kw_only=True)
class TrainingConfig:
    """A whole run: sizes, split, both stages, and how often to save and look."""

    stage_one: StageOneConfig
    stage_two: StageTwoConfig
    method: Literal["decoupled", "end_to_end", "deformable_gan"] = "decoupled"
    """`decoupled` is the paper; `end_to_end` trains the encoders from scratch inside stage II
    (section 4.5); `deformable_gan` trains the baseline of Table 1 instead."""
    deformable_gan: DeformableGanConfig | None = None
    """Of the method `deformable_gan`."""
    restoration: RestorationConfig | None = None
    """The restoration network; it is trained, between the stages, if this is given."""
    height: int = Field(default=384, gt=0, multiple_of=32)
    """Frame height in pixels for both stages."""
    width: int = Field(default=256, gt=0, multiple_of=32)
    split: Literal["dataset", "actions"] = "dataset"
    """What is kept out of training: `dataset` does as the dataset's split.json says, where there
    is one (`hueman render --preset` writes it); `actions` keeps to `test_actions` always."""
    test_actions: tuple[str, ...] = ()
    """Actions kept out of training; every actor's clips of them are for testing. Not used where
    the dataset has a split of its own and `split` is `dataset`."""
    seed: int = 0
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    """Numbers the networks compute with; weights stay 32-bit. 16-mixed scales its losses."""
    compile: bool = False
    """Compile networks with torch.compile: minutes to start, then faster on most GPUs."""
    deterministic: bool = False
    """Only operations that give the same bits every time. A CPU does without; a GPU gets slower,
    but needs it for a resumed run to equal an uninterrupted one."""
    colorizer: Literal["garment", "siggraph17"] = "garment"
    """What colours garments for training: `garment` moves a and b in their masks; `siggraph17` is
    the paper's colourisation network, told colours at the joints (its weights have to be had)."""
    color_augmentation: bool = True
    """Garments get random colours while training (paper, section 3.1); without, all keep their
    own."""
    max_chroma: float = Field(default=65.0, gt=0)
    """Largest chroma, in Lab units, of the random garment colours."""
    keep_probability: float = Field(default=0.1, ge=0, le=1)
    """Share of stage II samples in which a garment keeps its own colour."""
    save_every: int = Field(default=500, gt=0)
    """Updates between checkpoints."""
    sample_every: int = Field(default=250, gt=0)
    """Updates between measurements, sample pictures and learning curves."""
    keep_checkpoints: int = Field(default=2, gt=0)
    """How many of the last checkpoints are kept, besides the best one."""
    release: Literal["last", "best"] = "last"
    """Which checkpoint of stage II becomes the model: the last, or the best by its measurement on
    held-out clips (of those checkpoints that fall on a measurement)."""

    @model_validator(mode="after")
    def _method_has_settings(self) -> "TrainingConfig":
        if self.method == "deformable_gan" and self.deformable_gan is None:
            raise ValueError("method deformable_gan needs the settings deformable_gan")
        return self

    @model_validator(mode="after")
    def _restoration_is_trained(self) -> "TrainingConfig":
        if self.stage_two.restore and self.restoration is None:
            raise ValueError("stage_two.restore needs the settings restoration")
        return self

    @model_validator(mode="after")
    def _networks_can_halve_the_frames(self) -> "TrainingConfig":
        generator = self.stage_two.generator
        halvings = {"stage_one.generator_levels": self.stage_one.generator_levels}
        if generator.network == "unet":
            halvings["stage_two.generator.unet_levels"] = generator.unet_levels
        else:
            count = generator.downsamplings + generator.fine_stage
            halvings["stage_two.generator.downsamplings"] = count
        if self.deformable_gan is not None:
            halvings["deformable_gan.levels"] = self.deformable_gan.levels
        if self.restoration is not None:
            halvings["restoration.downsamplings"] = self.restoration.downsamplings
        for name, count in halvings.items():
            if self.height % 2**count or self.width % 2**count:
                raise ValueError(
                    f"frames of {self.height}x{self.width} cannot be halved {count} times: choose "
                    f"multiples of {2**count}, or a smaller {name}"
                )
        return self


def presets() -> list[str]:
    """Names of the presets that come with hueman."""
    folder = resources.files("hueman") / "presets"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".yaml"))


def load_config(preset: str, overrides: Sequence[str] = ()) -> TrainingConfig:
    """Read a preset by name, or a YAML file, and apply overrides such as `stage_two.l1_weight=5`.

    Raises:
        HuemanError: the preset is unknown, an override names no setting, or a value is wrong.
    """
    if preset in presets():
        text = (resources.files("hueman") / "presets" / f"{preset}.yaml").read_text("utf-8")
    elif Path(preset).is_file():
        text = Path(preset).read_text(encoding="utf-8")
    else:
        raise HuemanError(
            f"There is no preset or file '{preset}'; presets are {', '.join(presets())}."
        )
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise HuemanError(f"'{preset}' is not valid YAML: {error}") from error
    for override in overrides:
        _set(content, override)
    return config_from_dict(content)


def config_from_dict(content: Any) -> TrainingConfig:
    """Check nested dictionaries and make a config of them.

    Raises:
        HuemanError: listing every wrong or unknown setting with the value received.
    """
    try:
        return TypeAdapter(TrainingConfig).validate_python(content)
    except ValidationError as error:
        problems = "; ".join(_problem(problem) for problem in error.errors())
        raise HuemanError(f"The configuration is wrong: {problems}.") from error


def _problem(problem: Any) -> str:
    """Say what is wrong with a setting; what is wrong with a group says itself what it is of."""
    name = ".".join(str(part) for part in problem["loc"])
    text = ": ".join(filter(None, [name, problem["msg"].removeprefix("Value error, ")]))
    whole_group = problem["type"] in ("value_error", "missing")
    return text if whole_group else f"{text} (got {problem['input']!r})"


def config_to_dict(config: TrainingConfig) -> dict[str, Any]:
    """Return the config as nested dictionaries of plain values, for YAML and JSON."""
    return _plain(asdict(config))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _set(content: Any, override: str) -> None:
    name, separator, value = override.partition("=")
    if not separator:
        raise HuemanError(f"'{override}' is not of the form setting=value.")
    *groups, last = name.strip().split(".")
    for group in groups:
        content = content.setdefault(group, {}) if isinstance(content, dict) else None
    if not isinstance(content, dict):
        raise HuemanError(f"'{name}' names no setting.")
    content[last] = yaml.safe_load(value)
