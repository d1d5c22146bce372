"""One picture of what `hueman colorways` wrote: a frame of each video, later ones further on.

python benchmarks/colorways_row.py FOLDER --out PICTURE [--scale 1.5]
"""

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np

from hueman.clips.sheets import write_picture
from hueman.clips.video import Video
from hueman.generation.colorways import COLORS_FILE


def main() -> None:
    """Read a folder of colourways, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.5)
    options = parser.parse_args()
    with (options.folder / COLORS_FILE).open(encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(row["name"] for row in csv.DictReader(file)))
    frames = []
    for number, name in enumerate(names, start=1):
        video = Video(options.folder / "videos" / f"{name}.mp4").read()
        frames.append(video[len(video) * number // (len(names) + 1)])
    row = np.concatenate(frames, axis=1)
    size = round(row.shape[1] * options.scale), round(row.shape[0] * options.scale)
    write_picture(options.out, cv2.resize(row, size, interpolation=cv2.INTER_CUBIC))


if __name__ == "__main__":
    main()
