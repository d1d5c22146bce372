"""Trained models by their files, as subjects of an evaluation."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.evaluation.deformable_method import DeformableGanMethod
from hueman.evaluation.method import VideoMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.plain_methods import CopiedFrame, WarpedFrame
from hueman.training.deformable_gan import FORMAT as DEFORMABLE_GAN
from hueman.training.deformable_gan import load_deformable_gan
from hueman.training.model import VideoModel, load_model
from hueman.training.model_file import file_of, read_format


@dataclass(frozen=True)
class Subject:
    """A method with what the record says of it."""

    name: str
    """For files and JSON."""
    title: str
    """For people."""
    method: VideoMethod
    model: VideoModel | None = None
    """Of a method with codes."""
    folder: Path | None = None
    """Of its training run."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Of its training."""
    sha256: str = ""
    """Of the model's file; "" without one."""
    parameters: int = 0
    """Of the networks that make a video."""


def load_subject(
    path: Path,
    name: str = "model",
    title: str = "the model",
    restoration: str = "auto",
    device: torch.device | str = "cpu",
) -> tuple[Subject, TrainingConfig]:
    """Load a model of any method, by its file or the folder of its training run.

    Args:
        path: of the file or the folder.
        name: for files and JSON.
        title: for people.
        restoration: "auto", "on" or "off", see `VideoModel.choose_restoration`.
        device: where it shall run.

    Raises:
        HuemanError: there is no model, or it is damaged, or it cannot be used so.
    """
    file = file_of(path)
    if read_format(file) == DEFORMABLE_GAN:
        if restoration == "on":
            raise HuemanError(f"{file} is a Deformable GAN, which has no restoration network.")
        network, notes = load_deformable_gan(file)
        method, model, config = DeformableGanMethod(network.to(device)), None, network.config
        count = _count(network)
    else:
        model, notes = load_model(file)
        model.choose_restoration(restoration)
        method, config = ModelMethod(model.to(device)), model.config
        used = [model.encoders, model.generator]
        if model.restoration is not None and model.restoring:
            used.append(model.restoration)
        count = sum(_count(each) for each in used)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    folder = path if path.is_dir() else None
    return Subject(name, title, method, model, folder, notes, sha256, count), config


def plain_subjects(size: tuple[int, int]) -> list[Subject]:
    """Return the methods without a network, at a frame size."""
    return [
        Subject("copy", "first frame, copied", CopiedFrame(size)),
        Subject("warp", "first frame, RGB warped", WarpedFrame(size)),
    ]


def _count(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
