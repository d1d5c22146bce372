"""A whole training run: stage I for both encoders, the code distribution, stage II, the model.

OUT/config.yaml            the settings
OUT/stage_one/upper/       checkpoint, log, TensorBoard events, sample pictures
OUT/stage_one/lower/
OUT/stage_two/
OUT/training.json          what was trained for how long, and the measurements of stage I
OUT/model.safetensors      the result
"""

import json
from pathlib import Path
from typing import Any

import torch
import yaml
from lightning_fabric import Fabric

from hueman.clips.store import Dataset
from hueman.config import TrainingConfig, config_to_dict
from hueman.errors import HuemanError
from hueman.files import atomic_file
from hueman.progress import progress_bar
from hueman.training.data import Split, load_split
from hueman.training.encoders import REGIONS, train_encoders
from hueman.training.latent import CodeDistribution
from hueman.training.loop import train_stage
from hueman.training.model import VideoModel, save_model
from hueman.training.stage_one import StageOne
from hueman.training.stage_two import StageTwo
from hueman.weights.readers import load_vgg

CODES_FOR_DISTRIBUTION = 1000


def train(dataset: Dataset, out: Path, config: TrainingConfig, device: str = "auto") -> Path:
    """Train both stages, or go on where an earlier run with the same settings stopped.

    Args:
        dataset: prepared clips.
        out: folder of the run.
        config: all settings.
        device: "auto", "cpu" or "cuda".

    Returns:
        The model's file.

    Raises:
        HuemanError: `out` holds a run with other settings, or training diverged.
    """
    fabric = make_fabric(config, device)
    _keep_settings(out, config)
    split = load_split(dataset, config)
    encoders = train_encoders(dataset, out / "stage_one", split, config, fabric)
    model = VideoModel(config)
    codes = _install_encoders(model, split, out / "stage_one", config, fabric)
    model.set_code_distribution(CodeDistribution.fit(codes))

    stage_two = config.stage_two
    perceptual = load_vgg(stage_two.perceptual_network, stage_two.perceptual_layers)
    stage = StageTwo(model, perceptual, split, config, fabric)
    total = stage.schedule.total_steps(stage.samples)
    with progress_bar("Stage II", total) as bar:
        generator = train_stage(
            stage,
            out / "stage_two",
            config_to_dict(config),
            config.save_every,
            config.sample_every,
            bar,
        )
    notes = _notes(dataset, split, encoders, generator, fabric)
    save_model(model, out / "model.safetensors", notes)
    with atomic_file(out / "training.json") as temporary:
        temporary.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
    return out / "model.safetensors"


def make_fabric(config: TrainingConfig, device: str) -> Fabric:
    """Choose device and precision.

    Raises:
        HuemanError: the device is not there.
    """
    try:
        return Fabric(accelerator=device, devices=1, precision=config.precision)
    except (RuntimeError, ValueError) as error:
        raise HuemanError(f"Device '{device}' cannot be used: {error}.") from error


def _keep_settings(out: Path, config: TrainingConfig) -> None:
    path = out / "config.yaml"
    settings = config_to_dict(config)
    if path.exists() and yaml.safe_load(path.read_text(encoding="utf-8")) != settings:
        raise HuemanError(
            f"{out} holds a run with other settings; choose another --out, or delete it."
        )
    with atomic_file(path) as temporary:
        temporary.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _install_encoders(
    model: VideoModel, split: Split, folder: Path, config: TrainingConfig, fabric: Fabric
) -> torch.Tensor:
    """Put the trained encoders into the model; return codes of randomly coloured frames."""
    codes = []
    for region in REGIONS:
        stage = StageOne(region, split, config, fabric)
        state = torch.load(folder / region / "checkpoint.pt", map_location="cpu", weights_only=True)
        stage.networks.load_state_dict(state["stage"])
        getattr(model.encoders, region).load_state_dict(stage.encoder.state_dict())
        codes.append(stage.encode(split.train, CODES_FOR_DISTRIBUTION, both=True)[0])
    return torch.cat(codes, dim=1)


def _notes(
    dataset: Dataset,
    split: Split,
    encoders: dict[str, Any],
    generator: dict[str, float],
    fabric: Fabric,
) -> dict[str, Any]:
    return {
        "dataset": dataset.root.name,
        "train_clips": [f"{clip.actor}/{clip.action}" for clip in split.train],
        "test_clips": [f"{clip.actor}/{clip.action}" for clip in split.test],
        "device": str(fabric.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "stage_one": encoders,
        "stage_two": generator,
    }
