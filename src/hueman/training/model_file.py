"""One file is a trained model: fp16 safetensors, with configuration and notes in its metadata."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from hueman.config import TrainingConfig, config_from_dict, config_to_dict
from hueman.errors import HuemanError
from hueman.files import atomic_file, parse_json, require_file

MODEL_FILE = "model.safetensors"
"""In the folder of a training run."""

Model = TypeVar("Model", bound=nn.Module)


def write_model(
    model: nn.Module,
    config: TrainingConfig,
    path: Path,
    notes: dict[str, Any],
    file_format: str,
    file_type: Callable[[str], torch.dtype] = lambda name: torch.float16,
) -> None:
    """Write a model with its configuration and notes on its training.

    Args:
        model: its state is written.
        config: that the model was built from.
        path: of the file.
        notes: plain values.
        file_format: says which kind of model the file holds.
        file_type: the numbers that a tensor of this name is written as.
    """
    tensors = {
        name: tensor.detach().cpu().contiguous().to(file_type(name))
        for name, tensor in model.state_dict().items()
    }
    metadata = {
        "format": file_format,
        "config": json.dumps(config_to_dict(config)),
        "notes": json.dumps(notes),
    }
    with atomic_file(path) as temporary:
        save_file(tensors, temporary, metadata)


def file_of(path: Path | str) -> Path:
    """Return a model's file, given itself or the folder of a training run.

    Raises:
        HuemanError: there is no such file.
    """
    file = Path(path)
    if file.is_dir():
        file = file / MODEL_FILE
    if not file.is_file():
        raise HuemanError(
            f"There is no model at {file}; train one with 'hueman train DATASET --out FOLDER'."
        )
    return file


def read_format(file: Path) -> str | None:
    """Return which kind of model a file says it holds, or None; reading it finds out more."""
    try:
        with safe_open(file, framework="pt") as content:
            return (content.metadata() or {}).get("format")
    except (SafetensorError, OSError):
        return None


def read_model(
    path: Path | str, build: Callable[[TrainingConfig], Model], file_format: str, kind: str
) -> tuple[Model, dict[str, Any]]:
    """Read a model, in evaluation mode, and its notes.

    Args:
        path: of its file, or of the folder of a training run.
        build: makes the untrained model of a configuration.
        file_format: that the file must have.
        kind: of model, for messages.

    Raises:
        HuemanError: there is no model, or it is damaged or of another format.
    """
    file = file_of(path)
    try:
        require_file(file)
        with safe_open(file, framework="pt") as content:
            metadata = content.metadata() or {}
            if metadata.get("format") != file_format:
                raise HuemanError(
                    f"{file} is not a {kind} (format {metadata.get('format')}, not "
                    f"{file_format}); choose another file, or train one with 'hueman train "
                    "DATASET --out FOLDER'."
                )
            model = _promised_by(metadata, build, content)
            tensors = {name: content.get_tensor(name).float() for name in content.keys()}  # noqa: SIM118
        model.load_state_dict(tensors)
        notes = parse_json(metadata["notes"])
        if not isinstance(notes, dict):
            raise ValueError("its notes have no names")
    except (SafetensorError, RuntimeError, KeyError, ValueError, OSError, TypeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise HuemanError(f"{file} is damaged ({reason}); train it or fetch it again.") from error
    return model.eval(), notes


def _promised_by(
    metadata: dict[str, str], build: Callable[[TrainingConfig], Model], content: Any
) -> Model:
    """Build the untrained model of a file's settings, once the file is known to fill it.

    Its shapes are found first, without memory for their numbers: settings may ask for any size.
    """
    config = config_from_dict(parse_json(metadata["config"]))
    with torch.device("meta"):
        expected = {name: [*each.shape] for name, each in build(config).state_dict().items()}
    found = {name: content.get_slice(name).get_shape() for name in content.keys()}  # noqa: SIM118
    different = sorted(
        name for name in {*expected, *found} if expected.get(name) != found.get(name)
    )
    if different:
        raise ValueError(f"{len(different)} tensors do not fit its settings, {different[0]} first")
    return build(config)
