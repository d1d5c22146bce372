"""Runs that begin with a trained model: other clips of the same kind, a new person, a larger size.

Its encoders and its restoration network are taken over as they are, so that codes keep their
meaning; stage II goes on with its generator, before a new discriminator.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from hueman.config import TrainingConfig, config_to_dict, load_config, override_config
from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.training.model import VideoModel, load_model
from hueman.training.model_file import file_of
from hueman.training.settings import SETTINGS_FILE

START_FILE = "start.safetensors"
"""In the folder of a run: the model that it began with, so that the run can go on without it."""


def choose_config(
    preset: str | None, start_from: Path | None, overrides: Sequence[str]
) -> TrainingConfig:
    """Return the settings of a run: those of a preset, or of the model that it begins with.

    Args:
        preset: a name or a YAML file; "lite" if there is no model either.
        start_from: a model's file, or the folder of its run.
        overrides: changes, such as `stage_two.schedule.steps=300`.

    Raises:
        HuemanError: both are given, there is no such preset or model, or a change is wrong.
    """
    if start_from is None:
        return load_config(preset or "lite", overrides)
    if preset is not None:
        raise HuemanError(
            f"A run from {start_from} has that model's settings, not those of the preset "
            f"'{preset}'; leave --preset out, and change single settings with --set."
        )
    trained, _ = load_model(start_from)
    return override_config(config_to_dict(trained.config), overrides)


def keep_beginning(out: Path, model: Path, name: str) -> None:
    """Copy a model that a run begins with, or learns from, into its folder.

    Args:
        out: folder of the run.
        model: its file, or the folder of its run.
        name: of the copy.

    Raises:
        HuemanError: the run has begun with another model, or without one.
    """
    source, kept = file_of(model), out / name
    if kept.exists():
        if kept.read_bytes() != source.read_bytes():
            raise HuemanError(
                f"{out} holds a run that began with another model than {model}; choose another "
                "--out."
            )
        return
    if (out / SETTINGS_FILE).exists():
        raise HuemanError(
            f"{out} holds a run that did not begin with a model; choose another --out."
        )
    with atomic_file(kept) as temporary:
        shutil.copyfile(source, temporary)


def read_start(out: Path, config: TrainingConfig) -> VideoModel | None:
    """Return the model that a run begins with, set to the run's settings; None if it has none.

    Raises:
        HuemanError: the settings ask for other networks than the model has.
    """
    file = out / START_FILE
    return start_model(file, config) if file.exists() else None


def start_model(file: Path, config: TrainingConfig) -> VideoModel:
    """Put the networks of a trained model (its file, or its run's folder) into other settings.

    Raises:
        HuemanError: the settings ask for other networks than the model has.
    """
    trained, _ = load_model(file)
    model = VideoModel(config)
    different = different_tensors(trained, model)
    if config.method != "decoupled" or different:
        what = f"{len(different)} tensors differ, {different[0]} first" if different else "method"
        raise HuemanError(
            f"The settings ask for other networks than {file} has ({what}); change only settings "
            "of sizes, schedules and losses."
        )
    model.load_state_dict(trained.state_dict())
    return model


def different_tensors(one: VideoModel, other: VideoModel) -> list[str]:
    """Return the names of tensors that two models do not share, or that differ in shape."""
    shapes = [
        {name: tensor.shape for name, tensor in each.state_dict().items()} for each in (one, other)
    ]
    names = shapes[0].keys() | shapes[1].keys()
    return sorted(name for name in names if shapes[0].get(name) != shapes[1].get(name))
