"""What a generator adds to the picture that the appearance path shows it.

python benchmarks/mending.py MODEL DATASET [--every 3] [--frames 24]

Each clip is made from its first frame, in its own colours: once as the model makes it, and once
with what the generator makes left out. Prints MS-SSIM and LPIPS, background black and of whole
frames, means over clips; videos are not steadied. If both rows are equal the generator adds
nothing: so one finds out that a share has closed, or that a training has been too short.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from hueman.clips.store import Dataset
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.evaluation.similarity import measure_similarity
from hueman.generation.predictor import Predictor
from hueman.progress import track
from hueman.training.frames import Frames
from hueman.training.model import load_model

MEASURES = ("ms_ssim", "lpips", "ms_ssim_unmasked", "lpips_unmasked")
COLUMNS = ("MS-SSIM", "LPIPS", "whole: MS-SSIM", "LPIPS")


def main() -> None:
    """Judge both ways, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--every", type=int, default=3, help="of the clips, every so many")
    parser.add_argument("--frames", type=int, default=24, help="of each clip, from the first on")
    options = parser.parse_args()
    predictor = Predictor(load_model(options.model)[0], "cpu", steadied=False, engine="torch")
    dataset, lpips = Dataset(options.dataset), load_lpips()
    chosen = dataset.entries[:: options.every]
    rows: dict[str, list[list[float]]] = {"the model": [], "without its generator": []}
    for entry in track(chosen, "Clips", len(chosen)):
        frames = Frames.of(dataset.read(entry), *predictor.size)[: options.frames]
        rows["the model"].append(judged(predictor, frames, lpips))
        hook = predictor.model.generator.register_forward_hook(nothing)
        rows["without its generator"].append(judged(predictor, frames, lpips))
        hook.remove()
    table = Table(title=f"{len(chosen)} clips")
    for column in ("", *COLUMNS):
        table.add_column(column)
    for name, each in rows.items():
        table.add_row(name, *(f"{value:.4f}" for value in np.mean(each, axis=0)))
    Console().print(table)


def judged(predictor: Predictor, frames: Frames, lpips: LPIPS) -> list[float]:
    """Make a clip from its first frame, and compare."""
    person = predictor.person(frames[:1])
    made = predictor.generate(person, frames.pose.numpy(), predictor.clothes(person))
    video = torch.from_numpy(np.stack(list(made))).permute(0, 3, 1, 2) / 127.5 - 1
    measured = measure_similarity(video, frames, lpips)
    return [measured[name] for name in MEASURES]


def nothing(network: nn.Module, inputs: tuple, made: Tensor) -> Tensor:
    """Return what shows the warped picture alone: a share of 0, or no correction."""
    return torch.full_like(made, -1.0 if made.shape[1] == 4 else 0.0)


if __name__ == "__main__":
    main()
