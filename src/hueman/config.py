"""The settings of a whole training run, YAML presets, dotted overrides."""

import reprlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from hueman.errors import HuemanError
from hueman.files import exists, read_text
from hueman.settings_file import MAX_BYTES, parse_settings
from hueman.stage_config import (
    STRICT,
    DeformableGanConfig,
    RestorationConfig,
    StageOneConfig,
    StageTwoConfig,
)


@dataclass(config=STRICT, kw_only=True)
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
    lightness_augmentation: bool = False
    """The random colours have a random lightness too, so that black can become white; the paper
    moves a and b alone."""
    max_chroma: float = Field(default=65.0, gt=0)
    """Largest chroma, in Lab units, of the random garment colours."""
    keep_probability: float = Field(default=0.1, ge=0, le=1)
    """Share of stage II samples in which a garment keeps its own colour."""
    buffer_gigabytes: float = Field(default=4.0, gt=0)
    """Memory, in each process, for the training clips of shards (`hueman shard`). It says how many
    are shuffled together: all if they fit, else a third of it. Not used for a dataset's folder."""
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
    def _colors_can_be_moved(self) -> "TrainingConfig":
        if self.lightness_augmentation and self.colorizer != "garment":
            raise ValueError("lightness_augmentation needs the colorizer garment")
        if self.stage_one.color_weight > 0 and not self.color_augmentation:
            raise ValueError("stage_one.color_weight needs color_augmentation")
        return self

    @model_validator(mode="after")
    def _restoration_is_trained(self) -> "TrainingConfig":
        if self.stage_two.restore and self.restoration is None:
            raise ValueError("stage_two.restore needs the settings restoration")
        return self

    @model_validator(mode="after")
    def _encoders_see_enough(self) -> "TrainingConfig":
        encoder = self.stage_one.encoder
        least = 2 ** (encoder.blocks + 1)
        if min(self.height, self.width) // encoder.shrink < least:
            raise ValueError(
                f"frames of {self.height}x{self.width}, {encoder.shrink} times smaller, are too "
                f"small for encoders of {encoder.blocks} blocks, which need {least} pixels: choose "
                "a smaller stage_one.encoder.shrink"
            )
        return self

    @model_validator(mode="after")
    def _networks_can_halve_the_frames(self) -> "TrainingConfig":
        generator = self.stage_two.generator
        halvings = {"stage_one.generator_levels": self.stage_one.generator_levels}
        if generator.network == "unet":
            halvings["stage_two.generator.unet_levels"] = generator.unet_levels
        elif generator.network == "coarse_to_fine":
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
    elif exists(Path(preset)):
        text = _read_preset(Path(preset))
    else:
        raise HuemanError(
            f"There is no preset or file '{preset}'; presets are {', '.join(presets())}."
        )
    return override_config(parse_settings(text, f"'{preset}'"), overrides)


def _read_preset(path: Path) -> str:
    try:
        return read_text(path, MAX_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise HuemanError(f"The preset '{path}' cannot be read: {error}.") from error


def override_config(content: Any, overrides: Sequence[str]) -> TrainingConfig:
    """Change nested dictionaries of settings, and make a config of them; see `load_config`."""
    content = deepcopy(content)
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
    return text if whole_group else f"{text} (got {reprlib.repr(problem['input'])})"


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
    content[last] = parse_settings(value, f"'{override}'")
