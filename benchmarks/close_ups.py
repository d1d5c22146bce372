"""How good faces and hands are: close-ups of what models make, beside the real ones.

python benchmarks/close_ups.py DATASET MODEL... [--sheet FILE]

Every clip is made from its first frame and its poses, in its own colours, by every model and by the
appearance path alone, at the first model's size. Of every frame the head and the hands are cut out
(`close_up_squares` of the true pose) and compared with those of the true frame; prints means over
all of them of LPIPS and of the mean absolute difference of RGB, 0..255. --sheet shows the last
clip's close-ups, every row one method.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn import functional as F

from estimated_truth import AppearanceAlone
from hueman.clips.sheets import write_picture
from hueman.clips.store import Dataset
from hueman.evaluation.held_out import read_held_out
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.evaluation.method import OWN, VideoMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.features.close_ups import close_up_squares, close_ups
from hueman.progress import track
from hueman.training.model import load_model
from hueman.training.pictures import to_uint8

ENLARGED = 64
"""Side of the close-ups that LPIPS sees: smaller ones leave its last layers a single pixel."""
KINDS = {"head": slice(0, 1), "hands": slice(1, 3)}
EVERY = 2
"""Of a clip's frames, every so many are judged."""
SHOWN = 12
"""Frames on the sheet."""


def main() -> None:
    """Make every clip with every method, and print how unlike the close-ups are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    made_by: dict[str, VideoMethod] = {
        str(path): ModelMethod(load_model(path)[0]) for path in options.models
    }
    size = next(iter(made_by.values())).size
    made_by["appearance alone"] = AppearanceAlone(size)
    dataset, lpips = Dataset(options.dataset), load_lpips()
    rows: dict[str, dict[str, list[Tensor]]] = {name: {} for name in made_by}
    sheet: list[np.ndarray] = []
    held_out = read_held_out(dataset, dataset.entries, *size)
    for true in track(held_out, "Clips", len(dataset.entries)):
        pose, real = true.frames.pose[::EVERY], true.frames.pictures()[::EVERY]
        squares = close_up_squares(pose)
        sheet = [strip(real, squares)]
        for name, method in made_by.items():
            video = method.generate(true.frames[:1], true.frames.pose, [OWN])[0, ::EVERY]
            sheet.append(strip(video, squares))
            for kind, which in KINDS.items():
                measured = unlike(video, real, squares[:, which], lpips)
                rows[name].setdefault(kind, []).append(measured)
    Console().print(table(rows))
    if options.sheet:
        write_picture(options.sheet, np.concatenate(sheet))


@torch.inference_mode()
def unlike(video: Tensor, real: Tensor, squares: Tensor, lpips: LPIPS) -> Tensor:
    """Return LPIPS and mean absolute difference of every close-up, (M, 2)."""
    made, true = (enlarged(close_ups(each, squares)) for each in (video, real))
    difference = (made - true).abs().mean(dim=(1, 2, 3)) * 127.5
    return torch.stack([lpips(made, true), difference], dim=1)


def enlarged(pictures: Tensor) -> Tensor:
    """Bring close-ups to `ENLARGED` pixels, in [-1, 1]."""
    size = (ENLARGED, ENLARGED)
    return F.interpolate(pictures, size, mode="bilinear", align_corners=False).clamp(-1, 1)


def strip(video: Tensor, squares: Tensor) -> np.ndarray:
    """Lay the close-ups of a few frames side by side: head, hand, hand, and so on."""
    step = max(1, len(video) // (SHOWN // 3))
    cut = [close_ups(video[i : i + 1], squares[i : i + 1]) for i in range(0, len(video), step)]
    return np.concatenate(list(to_uint8(enlarged(torch.cat(cut)))), axis=1)


def table(rows: dict[str, dict[str, list[Tensor]]]) -> Table:
    """Lay out means over all close-ups."""
    result = Table(title="Close-ups, from first frames")
    for column in ("made by", *(f"{kind}: {what}" for kind in KINDS for what in ("LPIPS", "RGB"))):
        result.add_column(column)
    for name, kinds in rows.items():
        means = [torch.cat(kinds[kind]).mean(dim=0).tolist() for kind in KINDS]
        shown = (cell for lpips, rgb in means for cell in (f"{lpips:.4f}", f"{rgb:.2f}"))
        result.add_row(name, *shown)
    return result


if __name__ == "__main__":
    main()
