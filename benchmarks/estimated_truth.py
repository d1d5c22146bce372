"""What estimating costs: poses, masks and garments as perception finds them, or as they truly are.

python benchmarks/estimated_truth.py DATASET [--model MODEL] [--actor A]

DATASET was rendered (`hueman render`), best at 384x256, which is what perception works at. Every
clip is made from its first frame and its poses, by the appearance path alone or by a model, and
judged as `hueman evaluate` does, always by the renderer's truth. From row to row, more of what is
put in is estimated from the frames; the last row is what users have. Prints means over clips, and
how well the garments of the first frames were found.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from hueman.appearance.tinting import tinted
from hueman.clips.store import Dataset, PreparedClip
from hueman.color.garment import GarmentModel
from hueman.evaluation.color_control import color_outfits, measure_colors
from hueman.evaluation.held_out import HeldOutClip, read_held_out
from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.evaluation.method import Outfit, VideoMethod
from hueman.evaluation.model_method import ModelMethod
from hueman.evaluation.similarity import measure_similarity
from hueman.features.body_parts import label_body_parts
from hueman.perception.base import Perceived, edge_detector, pose_estimator
from hueman.perception.smoothing import smooth_poses
from hueman.preparation.clip import person_edges
from hueman.progress import track
from hueman.training.frames import Frames
from hueman.training.model import load_model

WIDTH = 120
"""Characters of the table, also where the output goes to a file."""
MEASURES = {
    "MS-SSIM": "ms_ssim",
    "LPIPS": "lpips",
    "whole, LPIPS": "lpips_unmasked",
    "colour, upper": "color_error_upper",
    "lower": "color_error_lower",
    "leak: other": "leak_other",
    "skin": "leak_skin",
    "hair": "leak_hair",
    "background": "leak_background",
}


@dataclass(frozen=True)
class AppearanceAlone:
    """The appearance path without any network, in the very colours asked for."""

    size: tuple[int, int]
    """Height and width of the frames."""

    @torch.inference_mode()
    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit; see `VideoMethod.generate`."""
        seen = content.appearance(together=True).under(pose)
        own = content.upper_color[:1, 1:], content.lower_color[:1, 1:]
        videos = []
        for outfit in outfits:
            colors = (a if b is None else b for a, b in zip(own, outfit.chroma(), strict=True))
            videos.append(tinted(seen, *(color.expand(len(pose), -1) for color in colors)))
        return torch.stack(videos).clamp(-1, 1)


def main() -> None:
    """Judge every clip with every mixture of true and estimated inputs, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--actor")
    parser.add_argument("--size", default="192x128", help="without a model")
    options = parser.parse_args()
    dataset = Dataset(options.dataset)
    entries = [each for each in dataset.entries if options.actor in (None, each.actor)]
    height, width = map(int, options.size.split("x"))
    method: VideoMethod = AppearanceAlone((height, width))
    if options.model:
        method = ModelMethod(load_model(options.model)[0])
    perceive, detect_edges, lpips = pose_estimator(), edge_detector(), load_lpips()
    held_out = track(read_held_out(dataset, entries, *method.size), "Clips", len(entries))
    rows: dict[str, list[list[float]]] = {}
    overlaps = []
    for number, (entry, true) in enumerate(zip(entries, held_out, strict=True)):
        clip = dataset.read(entry)
        seen = perceive(clip.frames)
        seen = replace(seen, pose=smooth_poses(seen.pose, clip.fps))
        for name, made in mixtures(clip, seen, detect_edges, method.size).items():
            rows.setdefault(name, []).append(judged(method, true, number, *made, lpips))
        last = mixtures(clip, seen, detect_edges, (clip.frames.shape[1:3]))["garments found"][0]
        overlaps.append([overlap(last.upper, clip.upper[0]), overlap(last.lower, clip.lower[0])])
    Console(width=WIDTH).print(table(rows, method.size))
    print(
        "IoU of the garments in first frames, upper / lower:", *np.mean(overlaps, axis=0).round(3)
    )


def mixtures(
    clip: PreparedClip,
    seen: Perceived,
    detect_edges: Callable[[np.ndarray], np.ndarray],
    size: tuple[int, ...],
) -> dict[str, tuple[Frames, Tensor]]:
    """Return content frames and poses for each row; from row to row more is estimated.

    Args:
        clip: with the renderer's poses, masks, parts and garments.
        seen: what is perceived in its frames.
        detect_edges: finds edges.
        size: height and width of the content frames.
    """
    first: dict[str, Any] = {
        name: getattr(clip, name)[:1]
        for name in ("frames", "pose", "person", "edges", "parts", "upper", "lower")
    }
    rows = {"all true": (first, clip.pose)}
    first = first | {"parts": labelled(clip.pose, first["person"])}
    rows["body parts labelled"] = (first, clip.pose)
    first = first | {"pose": seen.pose[:1], "parts": labelled(seen.pose, first["person"])}
    rows["poses estimated"] = (first, seen.pose)
    person = seen.person[:1]
    edges = person_edges(detect_edges(clip.frames[:1]), person)
    first = first | {"person": person, "parts": labelled(seen.pose, person), "edges": edges}
    rows["masks estimated"] = (first, seen.pose)
    upper, lower = first_garments(clip.frames, seen)
    rows["garments found"] = (first | {"upper": upper, "lower": lower}, seen.pose)
    result = {}
    for name, (arrays, pose) in rows.items():
        prepared = PreparedClip(clip.actor, clip.action, clip.fps, **arrays)
        targets = Frames.of(replace(clip, pose=pose), *size).pose
        result[name] = Frames.of(prepared, *size), targets
    return result


def labelled(pose: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Label the body parts of the first frame, uint8 (1, H, W)."""
    return label_body_parts(pose[0], person[0])[None]


def first_garments(frames: np.ndarray, seen: Perceived) -> tuple[np.ndarray, np.ndarray]:
    """Find the garments of the first frame, learned from the clip as `hueman prepare` does."""
    pairs = zip(seen.pose, seen.person, strict=True)
    parts = np.stack([label_body_parts(*pair) for pair in pairs])
    model = GarmentModel.fit(frames, seen.pose, seen.person, parts)
    upper, lower = model.segment(frames[0], seen.pose[0], seen.person[0], parts[0])
    return upper[None], lower[None]


def judged(
    method: VideoMethod,
    true: HeldOutClip,
    number: int,
    content: Frames,
    pose: Tensor,
    lpips: LPIPS,
) -> list[float]:
    """Make a clip and measure it by the truth."""
    videos = method.generate(content, pose, color_outfits(true, number))
    measured = measure_similarity(videos[0], true.frames, lpips)
    measured |= measure_colors(true, number, videos)
    return [measured[name] for name in MEASURES.values()]


def overlap(found: Tensor, true: np.ndarray) -> float:
    """Return the intersection over union of soft masks: found (1, 1, H, W), true (H, W)."""
    one, other = found[0, 0].numpy() >= 128, true >= 128
    return float((one & other).sum() / (one | other).sum())


def table(rows: dict[str, list[list[float]]], size: tuple[int, ...]) -> Table:
    """Lay out means over clips."""
    clips = len(next(iter(rows.values())))
    result = Table(title=f"{clips} clips at {size[0]}x{size[1]}, from their first frames")
    for column in ("put in", *MEASURES):
        result.add_column(column)
    for name, values in rows.items():
        means = np.nanmean(values, axis=0)
        shown = [f"{value:.4f}" for value in means[:3]] + [f"{value:.2f}" for value in means[3:]]
        result.add_row(name, *shown)
    return result


if __name__ == "__main__":
    main()
