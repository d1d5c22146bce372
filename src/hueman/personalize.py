"""A model of one's own, from clips of oneself and the model in the box; `hueman personalize`.

OUT/dataset/            the clips, prepared
OUT/config.yaml         and whatever else a training run has (`hueman.training.run`)
OUT/model.safetensors   the result

The generator learns the person. The encoders stay: what their codes mean on these clothes is
calibrated whenever a video is made (`hueman.appearance.calibration`), in a second or two, and
colours that are asked for are met either way.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hueman.box import boxed_model
from hueman.clips.sources import find_clips
from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, config_to_dict, override_config
from hueman.errors import HuemanError
from hueman.generation.content import working_size
from hueman.preparation.prepare import prepare
from hueman.preparation.settings import PerceptionSettings, PrepareSettings
from hueman.training.dry_run import measure_cost
from hueman.training.model import load_model
from hueman.training.run import train
from hueman.training.settings import SETTINGS_FILE, read_settings

LEAST_UPDATES = 20
"""Fewer would not be worth the name."""
SAMPLES = 8
"""Times that it is measured, sampled and saved on the way, if there is time."""
LOOKING = 0.2
"""Share of the time that this may take."""
SETTINGS = (
    "stage_two.source_frame=random",  # videos are made from several frames of a clip
    "stage_two.schedule.learning_rate=0.0005",
    "stage_two.schedule.decay_from=0.4",
    "stage_two.distillation_weight=0",  # a student's teacher is not at hand
    "test_actions=[]",
    "split=actions",
)
"""What differs from the training of the model that is begun with."""


@dataclass(frozen=True)
class Personalized:
    """What `personalize` made."""

    model: Path
    updates: int
    samples: Path
    """Folder of the pictures that were made on the way."""

    def __str__(self) -> str:
        """Return lines for people to read."""
        return (
            f"{self.model}: your model, after {self.updates} updates. How it came about is in "
            f"{self.samples}.\n"
            f"  hueman generate {self.model.parent} --content CLIP --drive MOVEMENT --out VIDEO"
        )


def personalize(
    clips: Sequence[Path],
    out: Path,
    model: Path | None = None,
    minutes: float = 10.0,
    crop: str = "centre",
    device: str = "auto",
    perception: PerceptionSettings | None = None,
) -> Personalized:
    """Fine-tune a model to the person in some clips, or go on where an earlier call stopped.

    Args:
        clips: videos, or folders of them, of one person.
        out: folder for all that is made.
        model: to begin with; None is the model in the box.
        minutes: of training; preparing the clips comes before. A run that goes on keeps its own.
        crop: "centre" or "person", see `PrepareSettings`.
        device: "auto", "cpu" or "cuda".
        perception: how people are seen.

    Raises:
        HuemanError: clips cannot be used, `out` holds something else, or training failed.
    """
    if not 0.1 <= minutes <= 100_000:
        raise HuemanError(f"The minutes are {minutes:g}; choose 0.1 or more.")
    start = model or boxed_model()
    trained, _ = load_model(start)
    dataset = _prepared(clips, out / "dataset", trained.config, crop, perception)
    config = _begun(out) or _planned(dataset, trained.config, start, minutes, device)
    made = train(dataset, out, config, device, start_from=start)
    updates = config.stage_two.schedule.steps
    return Personalized(made, updates or 0, out / "stage_two" / "samples")


def _prepared(
    clips: Sequence[Path],
    root: Path,
    config: TrainingConfig,
    crop: str,
    perception: PerceptionSettings | None,
) -> Dataset:
    height, width = working_size((config.height, config.width))
    settings = PrepareSettings(
        **vars(perception or PerceptionSettings()),
        height=height,
        width=width,
        crop=crop,  # type: ignore[arg-type]
    )
    summary = prepare(find_clips(clips), root, settings)
    if not summary.made and not summary.reused:
        raise HuemanError(f"None of the clips can be used: {summary.refused[0].reason}")
    if summary.refused:
        print(summary)
    return Dataset(root)


def _begun(out: Path) -> TrainingConfig | None:
    """Return the settings of a run that goes on."""
    file = out / SETTINGS_FILE
    if not file.is_file():
        return None
    try:
        return read_settings(file)
    except HuemanError as error:
        raise HuemanError(f"{error} Choose another --out.") from error


def _planned(
    dataset: Dataset, trained: TrainingConfig, start: Path, minutes: float, device: str
) -> TrainingConfig:
    """Return settings with as many updates as the minutes allow on this machine."""
    config = override_config(config_to_dict(trained), SETTINGS)
    config = _with_updates(config, LEAST_UPDATES, SAMPLES)
    print("Finding out how fast this machine is ...")
    cost = measure_cost(dataset, config, device, start).stages[-1]
    updates, samples = plan(60 * minutes, cost.seconds, cost.look)
    print(f"{updates} updates of {cost.seconds:.2f} seconds, and {samples} samples on the way.")
    return _with_updates(config, updates, samples)


def plan(seconds: float, update: float, look: float) -> tuple[int, int]:
    """Return how many updates and looks there is time for.

    Args:
        seconds: of training in all.
        update: seconds of an update.
        look: seconds to measure, make a sample picture and save.
    """
    samples = min(SAMPLES, max(1, int(LOOKING * seconds / look)))
    return max(LEAST_UPDATES, round((seconds - samples * look) / update)), samples


def _with_updates(config: TrainingConfig, updates: int, samples: int) -> TrainingConfig:
    schedule = replace(config.stage_two.schedule, steps=updates, epochs=None)
    every = math.ceil(updates / samples)
    return replace(
        config,
        stage_two=replace(config.stage_two, schedule=schedule),
        sample_every=every,
        save_every=every,
    )
