"""How close recolouring comes to clips that were rendered in the other colours.

Run it with `python benchmarks/recolor_accuracy.py [CLIPS] [--garments body|multiclass]`; CLIPS is
the folder of bundled clips.

Garments are found from estimated poses and masks, as a user's would be, in the way of `--garments`
(see `hueman prepare --help`). Two requests are made for
each garment: the base colour that the renderer was given ("base"), and the mean (a, b) that the
garment has in the true rendering ("mean"), which is the fairer one for patterns. Since recolouring
keeps lightness, the error is also given with the true lightness replaced by ours ("mean, ab").
Everything is CIEDE2000, averaged over pixels, before encoding; "source" is the error of leaving
the clip as it is. Skin, hair and shoes are what is person but no garment.
"""

import time
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import tyro

from hueman.clips.video import Video
from hueman.color.difference import ciede2000
from hueman.color.garment import find_garments
from hueman.color.lab import lab_from_uint8
from hueman.color.recolor import recolor_frames
from hueman.features.body_parts import label_body_parts
from hueman.perception.base import ClassSegmenter, PoseEstimator, class_segmenter, pose_estimator

CLIPS = Path(__file__).parents[1] / "examples" / "clips"
GARMENTS = ("upper", "lower")


def main(
    clips: tyro.conf.Positional[Path] = CLIPS, garments: Literal["body", "multiclass"] = "body"
) -> None:
    """Measure recolouring.

    Args:
        clips: folder of ACTOR/ACTION.mp4, ACTOR/ACTION.truth.npz and ACTOR/ACTION.recolored.mp4.
        garments: what finds the garments, as in `hueman prepare`.
    """
    estimate, segment_classes = pose_estimator(), class_segmenter(garments)
    overlaps: dict[str, list[dict[str, float]]] = {}
    errors: dict[str, dict[str, list[dict[str, float]]]] = {}
    for file in sorted(clips.glob("*/*.truth.npz")):
        source = file.with_name(file.name.replace(".truth.npz", ".mp4"))
        recolored = file.with_name(file.name.replace(".truth.npz", ".recolored.mp4"))
        actor, truth = file.parent.name, dict(np.load(file))
        frames = Video(source).read()
        masks, seconds = find(estimate, segment_classes, frames)
        overlap = {g: intersection_over_union(masks[g], truth[g]) for g in GARMENTS}
        overlaps.setdefault(actor, []).append(overlap | {"ms a frame": 1000 * seconds})
        if recolored.exists():
            for title, row in compare(frames, Video(recolored).read(), masks, truth).items():
                errors.setdefault(title, {}).setdefault(actor, []).append(row)
    print_table("Overlap of found and true garments", overlaps)
    for title, rows in errors.items():
        print_table(f"CIEDE2000, {title}", rows)


def find(
    estimate: PoseEstimator, segment_classes: ClassSegmenter | None, frames: np.ndarray
) -> tuple[dict[str, np.ndarray], float]:
    """Masks of the garments, and the seconds a frame that finding them took (after the pose)."""
    seen = estimate(frames)
    start = time.perf_counter()
    pairs = zip(seen.pose, seen.person, strict=True)
    parts = np.stack([label_body_parts(pose, person) for pose, person in pairs])
    classes = segment_classes(frames, seen.person) if segment_classes else None
    upper, lower = find_garments(frames, seen.pose, seen.person, parts, classes)
    return {"upper": upper, "lower": lower}, (time.perf_counter() - start) / len(frames)


def intersection_over_union(found: np.ndarray, truth: np.ndarray) -> float:
    found = found >= 128
    return float((found & truth).sum() / (found | truth).sum())


def compare(
    frames: np.ndarray,
    true_frames: np.ndarray,
    masks: dict[str, np.ndarray],
    truth: dict[str, np.ndarray],
) -> dict[str, dict[str, float]]:
    """Errors of one clip: in each garment, and elsewhere."""
    base = [truth[f"{garment}_lab"][1] for garment in GARMENTS]
    mean = [lab_from_uint8(true_frames[truth[g]]).mean(axis=0) for g in GARMENTS]
    by_base = recolor_frames(frames, masks["upper"], masks["lower"], *base)
    by_mean = recolor_frames(frames, masks["upper"], masks["lower"], *mean)
    table = {
        garment: {
            "source": difference(frames, true_frames, truth[garment]),
            "base": difference(by_base, true_frames, truth[garment]),
            "mean": difference(by_mean, true_frames, truth[garment]),
            "mean, ab": difference(by_mean, true_frames, truth[garment], with_lightness=False),
        }
        for garment in GARMENTS
    }
    rest = truth["person"] & ~truth["upper"] & ~truth["lower"]
    table["what should not change"] = {
        "skin, hair, shoes": difference(by_mean, frames, rest),
        "background": difference(by_mean, frames, ~truth["person"]),
    }
    return table


def difference(
    first: np.ndarray, second: np.ndarray, where: np.ndarray, with_lightness: bool = True
) -> float:
    """Mean CIEDE2000 over the pixels chosen."""
    one, other = lab_from_uint8(first[where]), lab_from_uint8(second[where])
    if not with_lightness:
        other[:, 0] = one[:, 0]
    return float(ciede2000(torch.from_numpy(one), torch.from_numpy(other)).mean())


def print_table(title: str, rows: dict[str, list[dict[str, float]]]) -> None:
    """Print the mean of each actor's rows, and the mean of all actors."""
    names = list(next(iter(rows.values()))[0])
    means = {
        actor: np.mean([list(row.values()) for row in clips], axis=0)
        for actor, clips in rows.items()
    }
    means["mean"] = np.mean(list(means.values()), axis=0)
    print(f"\n{title}\n" + " " * 10 + "".join(f"{name:>18}" for name in names))
    for actor, values in means.items():
        print(f"{actor:10}" + "".join(f"{value:18.3f}" for value in values))


if __name__ == "__main__":
    torch.set_num_threads(1)
    tyro.cli(main)
