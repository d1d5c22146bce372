"""How well people are cut out for another background, against the renderer's true masks.

Run it with `python benchmarks/cutout_accuracy.py [CLIPS]`; CLIPS is the folder of bundled clips.

Frames are shrunk to the heights of small models first. Each row is one way to find alpha: the
pose estimator's mask of the frames at their own size, and `cut_out`, which enlarges and steadies.
"error" is the mean absolute error of alpha, "flicker" that of its change from frame to frame, both
in thousandths. "rim" is how far the person before a green background is off from the true mask's
(mean over all pixels, in levels of 8 bits), with the frame's colours and with estimated ones; the
true mask's are estimated too, since nobody knows the colours that were mixed at its edges.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import tyro

from hueman.clips.video import Video
from hueman.generation.cutout import cut_out
from hueman.generation.foreground import estimate_foreground
from hueman.perception.base import PoseEstimator, pose_estimator

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
HEIGHTS = (96, 192)
FRAMES = 24
GREEN = np.array([0, 200, 0], np.float32)


def main(clips: tyro.conf.Positional[Path] = CLIPS) -> None:
    """Measure cut-outs.

    Args:
        clips: folder of ACTOR/ACTION.mp4 and ACTOR/ACTION.truth.npz.
    """
    estimate = pose_estimator()
    print("height  alpha       IoU  error  flicker  rim, own colours  rim, estimated")
    for height in HEIGHTS:
        rows: dict[str, list[list[float]]] = {}
        for frames, truth in small_clips(clips, height):
            for way, alpha in alphas(estimate, frames).items():
                rows.setdefault(way, []).append(measures(frames, alpha, truth))
        for way, measured in rows.items():
            iou, error, flicker, own, estimated = np.mean(measured, axis=0)
            print(
                f"{height:6}  {way:9}  {iou:.3f}  {error:5.2f}  {flicker:7.2f}  {own:16.2f}  "
                f"{estimated:14.2f}"
            )


def small_clips(clips: Path, height: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield frames uint8 (T, H, W, 3) and true masks float32 (T, H, W) of each clip."""
    for file in sorted(clips.glob("*/*.truth.npz")):
        source = Video(file.with_name(file.name.replace(".truth.npz", ".mp4"))).read()[:FRAMES]
        masks = np.load(file)["person"][:FRAMES].astype(np.float32)
        size = (round(source.shape[2] * height / source.shape[1]), height)
        yield shrunk(source, size), shrunk(masks / masks.max(), size)


def shrunk(pictures: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bring pictures to a width and height."""
    return np.stack([cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in pictures])


def alphas(estimate: PoseEstimator, frames: np.ndarray) -> dict[str, np.ndarray]:
    """Return alpha, float32 (T, H, W), by the ways to find it."""
    return {
        "own size": estimate(frames).person.astype(np.float32) / 255,
        "cut_out": np.stack([alpha for _, alpha in cut_out(frames, estimate)]),
    }


def measures(frames: np.ndarray, alpha: np.ndarray, truth: np.ndarray) -> list[float]:
    """Return IoU, error, flicker and both rims."""
    wrong = alpha - truth
    rims = []
    for color in (lambda frame, _: frame, estimate_foreground):
        made = before_green(frames, alpha, color)
        rims.append(np.abs(made - before_green(frames, truth, estimate_foreground)).mean())
    return [
        np.minimum(alpha, truth).sum() / np.maximum(alpha, truth).sum(),
        1000 * np.abs(wrong).mean(),
        1000 * np.abs(np.diff(wrong, axis=0)).mean(),
        *rims,
    ]


def before_green(frames: np.ndarray, alpha: np.ndarray, color) -> np.ndarray:
    """Put people, in colours of `color(frame, alpha)`, before green."""
    people = np.stack([color(*each) for each in zip(frames, alpha, strict=True)])
    return alpha[..., None] * people + (1 - alpha[..., None]) * GREEN


if __name__ == "__main__":
    tyro.cli(main)
