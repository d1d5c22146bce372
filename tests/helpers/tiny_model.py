"""A tiny untrained model of the form of the one in the box, quick to make and to run."""

from pathlib import Path

import torch

from hueman.config import load_config
from hueman.training.model import VideoModel, save_model

TINY = [
    "stage_one.encoder.channels=8",
    "stage_two.generator.channels=4",
    "stage_two.generator.residual_blocks=1",
]


def tiny_model(*settings: str) -> VideoModel:
    """Make a model, the same every time."""
    torch.manual_seed(0)
    return VideoModel(load_config("demo", [*TINY, *settings]))


def tiny_model_file(folder: Path) -> Path:
    """Write such a model into a folder."""
    file = folder / "model.safetensors"
    save_model(tiny_model(), file, {})
    return file
