"""How close a clip's first frame, warped part by part (eq. 1), comes to its later frames.

Run it with `python benchmarks/warp_accuracy.py [CLIPS]`. Poses, masks and parts are the
renderer's truth, so that only the warp is measured. Parts: mean IoU of warped and true labels.
RGB: mean absolute error (0..1) inside the person. Beside each: the first frame left as it is.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from hueman.clips.video import Video
from hueman.features.feature_map import part_masks
from hueman.features.warping import warp_parts

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
EVERY = 6
COLUMNS = ("parts warped", "parts still", "RGB warped", "RGB still")


def main(clips: Path) -> None:
    rows = defaultdict(list)
    for file in sorted(clips.glob("*/*.truth.npz")):
        action = file.name.removesuffix(".truth.npz")
        rows[action].append(measure(file, Video(file.with_name(f"{action}.mp4")).read()))
    print(f"{'action':12}" + "".join(f"{name:>14}" for name in COLUMNS))
    for action, values in rows.items():
        print(f"{action:12}" + "".join(f"{value:14.3f}" for value in np.mean(values, axis=0)))
    every = np.concatenate([np.array(values) for values in rows.values()])
    print(f"{'mean':12}" + "".join(f"{value:14.3f}" for value in every.mean(axis=0)))


def measure(truth_file: Path, frames: np.ndarray) -> list[float]:
    """Return the four columns for one clip."""
    truth = dict(np.load(truth_file))
    later = torch.arange(EVERY, len(frames), EVERY)
    count = len(later)
    pose = torch.from_numpy(truth["pose"]).float()
    pose = torch.cat([pose, torch.ones(*pose.shape[:2], 1)], dim=2)
    parts = torch.from_numpy(truth["parts"])
    rgb = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
    person = torch.from_numpy(truth["person"])[later][:, None]

    first = part_masks(parts[:1])
    source = rgb[:1].expand(count, -1, -1, -1)
    warped = warp_parts(
        source, parts[:1].expand(count, -1, -1), pose[:1].expand(count, -1, -1), pose[later]
    )
    true = part_masks(parts[later])
    error = [
        float(((picture - rgb[later]).abs() * person).sum() / person.sum() / 3)
        for picture in (warped.features, source)
    ]
    moved, still = warped.parts > 0.5, first.expand(count, -1, -1, -1) > 0.5
    return [_iou(moved, true > 0.5), _iou(still, true > 0.5), *error]


def _iou(found: torch.Tensor, true: torch.Tensor) -> float:
    both, either = (found & true).sum(dim=(2, 3)), (found | true).sum(dim=(2, 3))
    return float((both / either)[either > 0].mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CLIPS)
