"""Clips beside what a model makes of their first frame and their poses, as one picture.

python benchmarks/generated_sheet.py MODEL DATASET ACTOR/ACTION... --out SHEET.png \
       [--upper COLOR --lower COLOR] [--frames 8]

With a colour, a third row shows the clip in it.
"""

import argparse
from pathlib import Path

import numpy as np

from hueman.clips.sheets import contact_sheet, write_picture
from hueman.clips.store import Dataset
from hueman.color.names import parse_color
from hueman.generation.predictor import Predictor
from hueman.progress import track
from hueman.training.frames import Frames
from hueman.training.pictures import to_uint8


def main() -> None:
    """Generate every clip, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("clips", nargs="+", help="ACTOR/ACTION")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--upper")
    parser.add_argument("--lower")
    parser.add_argument("--frames", type=int, default=8, help="shown of each clip")
    options = parser.parse_args()
    predictor, dataset = Predictor.from_file(options.model, "cpu"), Dataset(options.dataset)
    colors = [
        None if text is None else parse_color(text) for text in (options.upper, options.lower)
    ]
    rows = []
    for name in track(options.clips, "Clips", len(options.clips)):
        clip = dataset.read(dataset.entry(*name.split("/")))
        real = Frames.of(clip, *predictor.size)
        rows.append((f"{name}: real", to_uint8(real.pictures())))
        content, pose = predictor.content(clip, 1), real.pose.numpy()
        codes = {"generated from the first frame": predictor.clothes(content)}
        if any(color is not None for color in colors):
            codes["in other colours"] = predictor.clothes(content, *colors)
        for title, code in codes.items():
            rows.append((title, np.stack(list(predictor.generate(content, pose, code)))))
    write_picture(options.out, contact_sheet(rows, options.frames))
    print(options.out)


if __name__ == "__main__":
    main()
