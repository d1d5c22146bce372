"""How much further content frames of a person help: 1, 2, 4, 8 frames of the first half of a clip.

python benchmarks/content_frames.py DATASET [--model MODEL] [--actor A] [--action B] [--sheet FILE]

Every clip's second half is made again from frames of its first half (the first, and those that
`content_frames` chooses), by the appearance path alone, in the garments' own mean colours, and with
--model by a trained model that has it. Prints means over clips of MS-SSIM and LPIPS, with the
background black and of whole frames; --sheet shows the last clip beside the real one.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hueman.appearance.choosing import chosen_frames, content_frames
from hueman.appearance.tinting import tinted
from hueman.clips.sheets import contact_sheet, write_picture
from hueman.clips.store import Dataset
from hueman.evaluation.lpips import load_lpips
from hueman.evaluation.similarity import measure_similarity
from hueman.generation.predictor import Predictor
from hueman.progress import track
from hueman.training.frames import Frames
from hueman.training.pictures import to_uint8

COUNTS = (1, 2, 4, 8)
EVERY = 2
"""Of the second half's frames, every so many are judged."""
SHOWN = 8
"""Frames of each video on the sheet."""
MEASURES = {
    "MS-SSIM": "ms_ssim",
    "LPIPS": "lpips",
    "whole": "ms_ssim_unmasked",
    "whole, LPIPS": "lpips_unmasked",
}


def main() -> None:
    """Judge all clips with every number of content frames, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--actor")
    parser.add_argument("--action")
    parser.add_argument("--size", default="192x128", help="without a model")
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    dataset, lpips = Dataset(options.dataset), load_lpips()
    predictor = Predictor.from_file(options.model, "cpu") if options.model else None
    size = predictor.size if predictor else tuple(map(int, options.size.split("x")))
    chosen = [
        entry
        for entry in dataset.entries
        if options.actor in (None, entry.actor) and options.action in (None, entry.action)
    ]
    rows: dict[tuple[str, int], list[list[float]]] = {}
    for entry in track(chosen, "Clips", len(chosen)):
        frames = Frames.of(dataset.read(entry), *size)
        half, videos = len(frames) // 2, []
        early, late = frames[:half], frames[[0, *range(half, len(frames), EVERY)]]
        for count in COUNTS:
            content = early[content_frames(early.parts, early.pose, count)]
            made = {"appearance alone": appearance_alone(content, late.pose)}
            if predictor:
                made["model"] = by_model(predictor, content, late.pose)
            for name, video in made.items():
                measured = measure_similarity(video, late, lpips)
                row = [measured[measure] for measure in MEASURES.values()]
                rows.setdefault((name, count), []).append(row)
                videos.append((f"{name}, content frames: {len(content)}", to_uint8(video)))
        videos.insert(0, (f"{entry.actor}, {entry.action}: real", to_uint8(late.pictures())))
        if options.sheet:
            write_picture(options.sheet, contact_sheet(videos, SHOWN))
    Console().print(table(rows, len(chosen), size))


@torch.inference_mode()
def appearance_alone(content: Frames, pose: torch.Tensor) -> torch.Tensor:
    """The appearance path without any network: (T, 3, H, W) in [-1, 1]."""
    chosen = chosen_frames(content.parts, content.pose, pose)
    seen = content.appearance(together=True).under(pose, chosen)
    colors = (color[:1, 1:] for color in (content.upper_color, content.lower_color))
    return tinted(seen, *(color.expand(len(pose), -1) for color in colors)).clamp(-1, 1)


def by_model(predictor: Predictor, content: Frames, pose: torch.Tensor) -> torch.Tensor:
    """What a model makes of the same frames: (T, 3, H, W) in [-1, 1]."""
    person = predictor.person(content)
    made = predictor.generate(person, pose.numpy(), predictor.clothes(person))
    return torch.from_numpy(np.stack(list(made))).permute(0, 3, 1, 2).float() / 127.5 - 1


def table(
    rows: dict[tuple[str, int], list[list[float]]], clips: int, size: tuple[int, ...]
) -> Table:
    """Lay out means over clips."""
    result = Table(title=f"{clips} clips at {size[0]}x{size[1]}, second halves from first halves")
    for column in ("made by", "frames", *MEASURES):
        result.add_column(column)
    for (name, count), values in sorted(rows.items()):
        result.add_row(name, str(count), *(f"{value:.4f}" for value in np.mean(values, axis=0)))
    return result


if __name__ == "__main__":
    main()
