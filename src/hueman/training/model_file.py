"""One file is a trained model: fp16 safetensors, with configuration and notes in its metadata."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from hueman.config import TrainingConfig, config_from_dict, config_to_dict
from hueman.errors import HuemanError
from hueman.files import atomic_file, parse_json, require_file

MODEL_FILE = "model.safetensors"
"""In the folder of a training run."""

CHECKSUM = "hueman_sha256"
"""In the metadata: of everything else, since safetensors does not notice a changed number."""

MAX_BYTES = 2**31
"""Of a model's file."""

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
    metadata[CHECKSUM] = _checksum(tensors, metadata)
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
        with _open(file) as content:
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
    with _clear_damage(file):
        tensors, metadata = read_checked(file)
        if metadata.get("format") != file_format:
            raise HuemanError(
                f"{file} is not a {kind} (format {metadata.get('format')}, not {file_format}); "
                "choose another file, or train one with 'hueman train DATASET --out FOLDER'."
            )
        model = _promised_by(metadata, build, tensors)
        model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
        notes = parse_json(metadata["notes"])
        if not isinstance(notes, dict):
            raise ValueError("its notes have no names")
    return model.eval(), notes


def read_checked(file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read a model's tensors and metadata, and compare its checksum, if it has one.

    Models that were written before there were checksums have none.

    Raises:
        HuemanError: the file is damaged.
    """
    with _clear_damage(file):
        with _open(file) as content:
            metadata = content.metadata() or {}
            tensors = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
        if CHECKSUM in metadata and metadata[CHECKSUM] != _checksum(tensors, metadata):
            raise ValueError("its checksum is wrong")
    return tensors, metadata


@contextmanager
def _open(file: Path) -> Iterator[Any]:
    """Open a file of tensors; OSError if it is not one that can be held in memory."""
    require_file(file)
    if file.stat().st_size > MAX_BYTES:
        raise OSError(f"it has more than {MAX_BYTES} bytes")
    with safe_open(file, framework="pt") as content:
        yield content


@contextmanager
def _clear_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except (SafetensorError, RuntimeError, KeyError, ValueError, OSError, TypeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise HuemanError(f"{file} is damaged ({reason}); train it or fetch it again.") from error


def _checksum(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    """Return the sha256 of a model's tensors and of its metadata, but for the checksum itself."""
    digest = hashlib.sha256()
    for name, value in sorted(metadata.items()):
        if name != CHECKSUM:
            digest.update(f"{name}={value}\n".encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _promised_by(
    metadata: Mapping[str, str],
    build: Callable[[TrainingConfig], Model],
    tensors: Mapping[str, Tensor],
) -> Model:
    """Build the untrained model of a file's settings, once the file is known to fill it.

    Its shapes are found first, without memory for their numbers: settings may ask for any size.
    """
    config = config_from_dict(parse_json(metadata["config"]))
    with torch.device("meta"):
        expected = {name: each.shape for name, each in build(config).state_dict().items()}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    different = sorted(
        name for name in {*expected, *found} if expected.get(name) != found.get(name)
    )
    if different:
        raise ValueError(f"{len(different)} tensors do not fit its settings, {different[0]} first")
    return build(config)
