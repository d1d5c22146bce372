"""Which settings a stage's result depends on: those must not change between its updates."""

from typing import Any

from hueman.config import TrainingConfig, config_to_dict

# What may change when a run goes on: how it is watched, not what it becomes.
WATCHING = ("save_every", "sample_every", "keep_checkpoints", "release")
# Settings of stages that come later, or that a stage has nothing to do with.
OTHER_STAGES = {
    "stage_one": ("restoration", "stage_two", "deformable_gan", "method"),
    "restoration": ("stage_one", "stage_two", "deformable_gan", "method", "color_augmentation"),
    "stage_two": ("deformable_gan",),
    "deformable_gan": ("stage_one", "restoration", "stage_two", "method"),
}


def settings_of(config: TrainingConfig, stage: str) -> dict[str, Any]:
    """Return the settings that the result of a stage depends on, as plain values."""
    ignored = (*WATCHING, *OTHER_STAGES[stage])
    return {name: value for name, value in config_to_dict(config).items() if name not in ignored}
