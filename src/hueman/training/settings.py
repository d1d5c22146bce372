"""Which settings a stage's result depends on: those must not change between its updates."""

from pathlib import Path
from typing import Any

from hueman.config import TrainingConfig, config_from_dict, config_to_dict
from hueman.errors import HuemanError
from hueman.files import read_text
from hueman.settings_file import parse_settings

SETTINGS_FILE = "config.yaml"
"""In the folder of a training run."""

# What may change when a run goes on: how it is watched, not what it becomes.
WATCHING = ("save_every", "sample_every", "keep_checkpoints", "release")
# Settings of stages that come later, or that a stage has nothing to do with.
OTHER_STAGES = {
    "stage_one": ("restoration", "stage_two", "deformable_gan", "method"),
    "restoration": ("stage_one", "stage_two", "deformable_gan", "method", "color_augmentation"),
    "stage_two": ("deformable_gan",),
    "deformable_gan": ("stage_one", "restoration", "stage_two", "method"),
}

STAGES = {
    "decoupled": ("stage_one", "restoration", "stage_two"),
    "end_to_end": ("restoration", "stage_two"),
    "deformable_gan": ("deformable_gan",),
}
"""Of each method, in their order; the last one makes the model."""


def settings_of(config: TrainingConfig, stage: str) -> dict[str, Any]:
    """Return the settings that the result of a stage depends on, as plain values."""
    ignored = (*WATCHING, *OTHER_STAGES[stage])
    return {name: value for name, value in config_to_dict(config).items() if name not in ignored}


def check_same_run(out: Path, config: TrainingConfig) -> None:
    """Check that a folder holds no run, or one with these settings.

    Settings that a run of before did not know have their defaults in it.

    Raises:
        HuemanError: it holds a run with other settings.
    """
    path = out / SETTINGS_FILE
    if not path.exists():
        return
    try:
        theirs = read_settings(path)
    except HuemanError:
        theirs = None
    if theirs is None or _lasting(theirs) != _lasting(config):
        raise HuemanError(
            f"{out} holds a run with other settings; choose another --out, delete it, or go on "
            "from one of its checkpoints with --resume CHECKPOINT."
        )


def read_settings(path: Path) -> TrainingConfig:
    """Read the settings of a run; HuemanError if there are none, or they are damaged."""
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise HuemanError(f"{path} cannot be read: {error}.") from error
    return config_from_dict(parse_settings(text, str(path)))


def _lasting(config: TrainingConfig) -> dict[str, Any]:
    settings = config_to_dict(config)
    return {name: value for name, value in settings.items() if name not in WATCHING}
