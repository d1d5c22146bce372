"""How close perception comes to the renderer's truth, as Markdown tables.

Run it with `python benchmarks/perception_accuracy.py [CLIPS] [--every N] [--pose NAME]`. CLIPS are
the bundled clips, or any that `hueman render --videos CLIPS` wrote; NAME is a pose estimator, such
as openpose-mobilenet. Joints: distance in pixels at a height of 384, median and 95th percentile,
smoothed as `hueman prepare` does; it includes that the renderer's joints and the estimator's lie at
slightly different places of the body. Seen: share of joints that were found at all. Person: IoU of
the mask. Parts: mean IoU of the ten labels, from estimated pose and mask. Clips in which a person
is found in less than 99 % of the frames are listed; the exit status is 1 if a clip has no frame
with a person.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import tyro

from hueman.clips.video import Video
from hueman.features.body_parts import label_body_parts
from hueman.features.skeleton import BODY_PARTS, JOINTS
from hueman.perception.base import EdgeDetector, PoseEstimator, edge_detector, pose_estimator
from hueman.perception.smoothing import smooth_poses
from hueman.progress import track

T = TypeVar("T")

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
HEIGHT = 384
PARTS_EVERY = 6
FOUND_ENOUGH = 0.99


@dataclass(frozen=True)
class Measured:
    """What was measured in a clip of T frames."""

    actor: str
    action: str
    distance: np.ndarray
    """(T, 18): pixels between found and true joint; NaN where none was found."""
    found: float
    """Share of the frames in which a person was found."""
    person: float
    """IoU."""
    parts: np.ndarray
    """(10,): IoU of each body part; NaN where it is never seen."""
    seconds: dict[str, float]
    """For each frame."""


def main(
    clips: tyro.conf.Positional[Path] = CLIPS, every: int = 1, pose: str = "blazepose"
) -> None:
    """Measure perception.

    Args:
        clips: folder of ACTOR/ACTION.mp4 and ACTOR/ACTION.truth.npz.
        every: take only every so many-th frame.
        pose: pose estimator, as `hueman prepare` knows them.
    """
    files = sorted(clips.glob("*/*.truth.npz"))
    if not files:
        sys.exit(f"There are no ACTOR/ACTION.truth.npz in {clips}.")
    estimate, detect_edges = pose_estimator(pose), edge_detector()
    measured = [
        measure(file, every, estimate, detect_edges)
        for file in track(files, "Measuring clips", len(files))
    ]
    frames = sum(len(clip.distance) for clip in measured)
    print(f"{len(measured)} clips, {frames} frames.\n")
    print_joints(measured)
    print_groups("action", measured, lambda clip: clip.action)
    print_groups("actor", measured, lambda clip: clip.actor)
    print_parts(measured)
    for name in measured[0].seconds:
        mean = np.mean([clip.seconds[name] for clip in measured])
        print(f"{name}: {1000 * mean:.0f} ms a frame")
    sys.exit(report_missed(measured))


def measure(
    file: Path, every: int, estimate: PoseEstimator, detect_edges: EdgeDetector
) -> Measured:
    """Compare what is perceived in a clip with its truth file."""
    truth = {name: array[::every] for name, array in np.load(file).items()}
    video = Video(file.with_name(file.name.replace(".truth.npz", ".mp4")))
    frames = video.read()[::every]
    perceived, pose_seconds = timed(estimate, frames)
    sample = slice(None, None, max(1, PARTS_EVERY // every))
    _, edge_seconds = timed(detect_edges, frames[sample])
    pose = smooth_poses(perceived.pose, video.info.fps / every)
    distance = np.linalg.norm(pose[..., :2] - truth["pose"], axis=2) * HEIGHT / video.info.height
    pairs = zip(pose[sample], perceived.person[sample], strict=True)
    labels = np.stack([label_body_parts(*pair) for pair in pairs])
    return Measured(
        actor=file.parent.name,
        action=file.name.removesuffix(".truth.npz"),
        distance=np.where(pose[..., 2] > 0, distance, np.nan),
        found=float((perceived.pose[..., 2] > 0).any(axis=1).mean()),
        person=iou(perceived.person >= 128, truth["person"]),
        parts=np.array(
            [iou(labels == part, truth["parts"][sample] == part) for part in range(1, 11)]
        ),
        seconds={"pose and mask": pose_seconds, "edges": edge_seconds},
    )


def timed(function: Callable[[np.ndarray], T], frames: np.ndarray) -> tuple[T, float]:
    """Return what a function makes of frames, and the seconds it took for each."""
    started = time.perf_counter()
    result = function(frames)
    return result, (time.perf_counter() - started) / len(frames)


def iou(found: np.ndarray, true: np.ndarray) -> float:
    union = (found | true).sum()
    return float((found & true).sum() / union) if union else float("nan")


def print_joints(measured: Sequence[Measured]) -> None:
    every = np.concatenate([clip.distance for clip in measured])
    rows = [
        [name, *spread(every[:, number]), f"{np.isfinite(every[:, number]).mean():.1%}"]
        for number, name in enumerate(JOINTS)
    ]
    rows.append(["all", *spread(every), f"{np.isfinite(every).mean():.1%}"])
    print_table(["joint", "median (px)", "95 % (px)", "seen"], rows)


def print_groups(
    title: str, measured: Sequence[Measured], name_of: Callable[[Measured], str]
) -> None:
    """Print a row for each group of clips, and one for all."""
    groups: dict[str, list[Measured]] = {}
    for clip in measured:
        groups.setdefault(name_of(clip), []).append(clip)
    rows = []
    for name, clips in [*groups.items(), ("all", list(measured))]:
        distance = np.concatenate([clip.distance for clip in clips])
        rows.append(
            [
                name,
                *spread(distance),
                f"{np.isfinite(distance).mean():.1%}",
                f"{np.mean([clip.person for clip in clips]):.3f}",
                f"{min(clip.person for clip in clips):.3f}",
                f"{np.nanmean([clip.parts for clip in clips]):.3f}",
            ]
        )
    print_table(
        [title, "median (px)", "95 % (px)", "seen", "person IoU", "worst clip", "parts IoU"], rows
    )


def print_parts(measured: Sequence[Measured]) -> None:
    means = np.nanmean([clip.parts for clip in measured], axis=0)
    rows = [[name, f"{value:.3f}"] for name, value in zip(BODY_PARTS, means, strict=True)]
    print_table(["part", "IoU"], [*rows, ["mean", f"{means.mean():.3f}"]])


def spread(distances: np.ndarray) -> list[str]:
    """Return median and 95th percentile of those that are there."""
    there = distances[np.isfinite(distances)]
    return [f"{np.quantile(there, share):.2f}" if len(there) else "-" for share in (0.5, 0.95)]


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(row)} |")
    print()


def report_missed(measured: Sequence[Measured]) -> int:
    """List the clips in which the person was often not found; return the exit status."""
    missed = [clip for clip in measured if clip.found < FOUND_ENOUGH]
    print(f"Clips with a person found in less than {FOUND_ENOUGH:.0%} of the frames: {len(missed)}")
    for clip in sorted(missed, key=lambda clip: clip.found):
        print(f"- {clip.actor}/{clip.action}: {clip.found:.1%}")
    return int(any(clip.found == 0 for clip in measured))


if __name__ == "__main__":
    tyro.cli(main)
