"""Draw the steps of the appearance path for a prepared clip, without any network.

python benchmarks/appearance_steps.py DATASET ACTOR ACTION [FRAME] --out steps.jpg
"""

import argparse
from pathlib import Path

from PIL import Image

from hueman.clips.store import Dataset
from hueman.evaluation.figures.appearance import appearance_figure
from hueman.training.frames import ClipFrames


def main() -> None:
    """Read the clip, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("actor")
    parser.add_argument("action")
    parser.add_argument("frame", type=int, nargs="?", default=24, help="whose pose is shown")
    parser.add_argument("--out", type=Path, default=Path("steps.jpg"))
    options = parser.parse_args()
    dataset = Dataset(options.dataset)
    clip = dataset.read(dataset.entry(options.actor, options.action))
    frames = ClipFrames.of(clip, *clip.frames.shape[1:3])
    Image.fromarray(appearance_figure(frames, options.frame)).save(options.out, quality=85)
    print(options.out)


if __name__ == "__main__":
    main()
