"""How close perception comes to the renderer's truth on the bundled clips.

Run it with `python benchmarks/perception_accuracy.py [CLIPS]`. Joints: distance in pixels at
384x256, median and 95th percentile, smoothed as `hueman prepare` does; it includes that the
renderer's joints and BlazePose's lie at slightly different places of the body. Person: IoU of the
mask. Parts: mean IoU of the ten labels, from estimated pose and mask.
"""

import sys
import time
from pathlib import Path

import numpy as np

from hueman.clips.video import Video
from hueman.features.body_parts import label_body_parts
from hueman.features.skeleton import BODY_PARTS, JOINTS
from hueman.perception.base import edge_detector, pose_estimator
from hueman.perception.smoothing import smooth_poses

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
PARTS_EVERY = 6


def main(clips: Path) -> None:
    estimate, detect_edges = pose_estimator(), edge_detector()
    distances, person, parts = [], [], []
    seconds = {"pose and mask": 0.0, "edges": 0.0}
    count = 0
    for file in sorted(clips.glob("*/*.truth.npz")):
        truth = dict(np.load(file))
        video = Video(file.with_name(file.name.replace(".truth.npz", ".mp4")))
        frames = video.read()
        started = time.perf_counter()
        perceived = estimate(frames)
        seconds["pose and mask"] += time.perf_counter() - started
        started = time.perf_counter()
        detect_edges(frames[::PARTS_EVERY])
        seconds["edges"] += (time.perf_counter() - started) * PARTS_EVERY
        count += len(frames)
        pose = smooth_poses(perceived.pose, video.info.fps)
        seen = pose[..., 2] > 0
        distance = np.linalg.norm(pose[..., :2] - truth["pose"], axis=2)
        distances.append(np.where(seen, distance, np.nan))
        person.append(_iou(perceived.person >= 128, truth["person"]))
        for index in range(0, len(frames), PARTS_EVERY):
            labels = label_body_parts(pose[index], perceived.person[index])
            parts.append([_iou(labels == k, truth["parts"][index] == k) for k in range(1, 11)])
    every = np.concatenate(distances)
    print(f"{count} frames; joints seen: {np.isfinite(every).mean():.1%}")
    print(f"{'joint':16}  median    95 %   (pixels)")
    for number, name in enumerate(JOINTS):
        column = every[:, number]
        print(f"{name:16} {np.nanmedian(column):7.2f} {np.nanquantile(column, 0.95):7.2f}")
    print(f"{'all':16} {np.nanmedian(every):7.2f} {np.nanquantile(every, 0.95):7.2f}")
    print(f"person mask IoU {np.mean(person):.4f}, worst clip {np.min(person):.4f}")
    for name, value in zip(BODY_PARTS, np.nanmean(parts, axis=0), strict=True):
        print(f"{name:16} IoU {value:.3f}")
    print(f"{'mean':16} IoU {np.nanmean(parts):.3f}")
    for name, value in seconds.items():
        print(f"{name}: {value / count * 1000:.0f} ms a frame")


def _iou(found: np.ndarray, true: np.ndarray) -> float:
    union = (found | true).sum()
    return float((found & true).sum() / union) if union else float("nan")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CLIPS)
