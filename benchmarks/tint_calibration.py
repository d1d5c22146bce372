"""How well colours are read from codes, with and without calibration on the person's own clothes.

python benchmarks/tint_calibration.py MODEL DATASET...

The first frame of every person in the datasets gets 64 random colours, and keeps its own once; all
are encoded and decoded. Prints CIEDE2000, at the garments' lightness, between the colours and what
is read: means over people, and the worst of them; and, of 20 people or more, with what R2 a linear
map that was fitted to half of them reads the colours of the others from codes.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from hueman.clips.store import Dataset
from hueman.color.augmentation import random_colors
from hueman.color.difference import ciede2000
from hueman.training.data import step_generator
from hueman.training.frames import Frames
from hueman.training.latent import linear_probe
from hueman.training.model import VideoModel, load_model

COLORS = 64
SEED = 5
"""Other colours than those that calibration uses."""
OWN, DRAWN = slice(0, 1), slice(1, None)
PROBED = 20
"""People from which on a linear map is fitted."""


def main() -> None:
    """Measure all people, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("datasets", nargs="+", type=Path)
    options = parser.parse_args()
    model, _ = load_model(options.model)
    size = model.config.height, model.config.width
    people = {}
    for dataset in map(Dataset, options.datasets):
        for entry in dataset.entries:
            if entry.actor not in people:
                people[entry.actor] = Frames.of(dataset.read(entry), *size)[:1]
    read = [Readings.of(model, frames) for frames in people.values()]
    errors = np.array([each.errors for each in read])
    table = Table(title=f"CIEDE2000 of colours read from codes, {len(people)} people")
    for column in ("", "upper, asked for", "lower", "upper, own", "lower"):
        table.add_column(column)
    for name, rows in zip(("as decoded", "calibrated"), errors.swapaxes(0, 1), strict=True):
        shown = zip(rows.mean(axis=0), rows.max(axis=0), strict=True)
        table.add_row(name, *(f"{mean:.1f} (worst {worst:.1f})" for mean, worst in shown))
    Console(width=100).print(table)
    if len(read) >= PROBED:
        halves = [read[::2], read[1::2]]
        for garment, name in enumerate(("upper", "lower")):
            codes, colors = (
                [torch.cat([getattr(each, what)[garment] for each in half]) for half in halves]
                for what in ("codes", "given")
            )
            r2 = linear_probe(codes[0], colors[0], codes[1], colors[1])
            print(f"R2 of a linear map from code to colour, other people, {name}: {r2:.2f}")


@dataclass(frozen=True)
class Readings:
    """Of one person, in their own colours and in random ones."""

    codes: list[Tensor]
    """(1 + COLORS, code) of the upper and of the lower garment."""
    given: list[Tensor]
    """(1 + COLORS, 2) each: a and b, or (1 + COLORS, 3): Lab."""
    errors: list[list[float]]
    """Without and with calibration: upper and lower asked for, upper and lower own."""

    @classmethod
    @torch.inference_mode()
    def of(cls, model: VideoModel, frames: Frames) -> "Readings":
        """Give the clothes in one frame colours, encode and decode them."""
        random = step_generator(SEED)
        means = frames.upper_color, frames.lower_color
        lightness = model.config.lightness_augmentation
        given = []
        for mean in means:
            drawn = random_colors(random, mean.expand(COLORS, -1), lightness=lightness)
            given.append(torch.cat([mean[:, -drawn.shape[1] :], drawn]))
        worn = frames[[0] * (COLORS + 1)]
        regions = worn.encoder_regions(model.config.stage_one.encoder.input_region)
        code = model.encoders(worn.recolored(*given, recolor=model.recolor), regions)
        rows = []
        for calibrated in (None, model.calibration(frames)):
            read = model.colors(code, calibrated).chunk(2, dim=1)
            each = [apart(*colors) for colors in zip(means, read, given, strict=True)]
            asked, own = ([errors[part].mean() for errors in each] for part in (DRAWN, OWN))
            rows.append([float(error) for error in (*asked, *own)])
        halves = [code[:, : model.upper_length], code[:, model.upper_length :]]
        return cls(halves, given, rows)


def apart(mean: Tensor, read: Tensor, given: Tensor) -> Tensor:
    """CIEDE2000 (N,) of Lab, or of a and b, (N, 2), at the lightness of a mean colour (1, 3)."""
    missing = mean[:, : 3 - read.shape[1]].expand(len(read), -1)
    first, second = (torch.cat([missing, color], dim=1) for color in (read, given))
    return ciede2000(first, second)


if __name__ == "__main__":
    main()
