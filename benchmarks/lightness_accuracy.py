"""How well a garment's lightness is moved, against the same frames rendered in the other colour.

python benchmarks/lightness_accuracy.py DATASET

DATASET was rendered with at least two other colours of every clip (`hueman render --recolors 2`):
the second has another lightness too. Garments are moved to the mean colours of the re-rendering;
prints the mean CIEDE2000 of their pixels, over garments and clips: with L moved by each pixel's
share of the colour (`shift_color`), and with L only added, the same for all pixels.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from hueman.choreography.truth import read_entry_truth
from hueman.clips.store import Dataset
from hueman.color.augmentation import GarmentStatistics
from hueman.color.difference import ciede2000
from hueman.color.lab import lab_to_rgb, rgb_to_lab
from hueman.color.shift import shift_color
from hueman.progress import track

EVERY = 8
"""Of a clip's frames, every so many are compared."""
CERTAIN = 250
SECOND = 1
"""Of the re-renderings, the one with another lightness."""


def main() -> None:
    """Compare all clips, and print the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    options = parser.parse_args()
    dataset = Dataset(options.dataset)
    rows = []
    for entry in track(dataset.entries, "Clips", len(dataset.entries)):
        clip = dataset.read(entry)
        truth = read_entry_truth(dataset, entry).recolored[SECOND]
        means, wanted = (
            GarmentStatistics.of_clip(frames, clip.upper, clip.lower)
            for frames in (clip.frames, truth)
        )
        lab, other = to_lab(clip.frames), to_lab(truth)
        for garment in ("upper", "lower"):
            mask = torch.from_numpy(getattr(clip, garment)[::EVERY])
            own, target = getattr(means, garment), getattr(wanted, garment)
            full = (mask[:, None] >= CERTAIN).float()
            shared = shift_color(lab, full, own, target)
            added = shift_color(lab, full, own, target[:, 1:])
            added[:, 0] += target[0, 0] - own[0, 0]
            inside = mask >= CERTAIN
            rows.append([apart(each, other, inside) for each in (shared, added)])
    shared, added = np.mean(rows, axis=0)
    print(f"L by each pixel's share: {shared:.2f}; L added: {added:.2f} ({len(rows)} garments)")


def to_lab(frames: np.ndarray) -> torch.Tensor:
    """Convert every so many frames, uint8 (T, H, W, 3), to Lab (N, 3, H, W)."""
    rgb = torch.from_numpy(frames[::EVERY]).permute(0, 3, 1, 2).float() / 255
    return rgb_to_lab(rgb)


def apart(made: torch.Tensor, true: torch.Tensor, inside: torch.Tensor) -> float:
    """Return the mean CIEDE2000 of the pixels inside a mask, of what a screen can show."""
    shown = rgb_to_lab(lab_to_rgb(made))
    first, second = (each.movedim(1, -1)[inside] for each in (shown, true))
    return float(ciede2000(first, second).mean())


if __name__ == "__main__":
    main()
