"""Preparing a clip, and what of it takes how long; ten colours of a clip against one."""

from pathlib import Path

import numpy as np
import torch

from benchmarks.speed.contest import Contest
from hueman.clips.sources import ClipSource
from hueman.clips.video import Video
from hueman.color.augmentation import GarmentStatistics, recolor_batch
from hueman.color.garment import find_garments
from hueman.perception.base import edge_detector, pose_estimator
from hueman.preparation.clip import complete, see_person
from hueman.preparation.settings import PrepareSettings

CLIP = Path("examples/clips/plaid/wave_right.mp4")
COLORS = 10


def contests(quick: bool) -> list[Contest]:
    """`hueman prepare` of a clip, and recolouring it."""
    settings, fps = PrepareSettings(), 4.0 if quick else None
    source, find = ClipSource("plaid", CLIP.stem, CLIP), pose_estimator(settings.pose)
    detect = edge_detector(settings.edges, settings.edge_detail)

    def see():
        return see_person(Video(CLIP, fps=fps), source, settings, find)

    seen = see()
    perceived = seen.frames, seen.pose, seen.person, seen.parts

    def no_edges(frames: np.ndarray) -> np.ndarray:
        return np.zeros(frames.shape[:3], np.uint8)

    def recolored(count: int) -> None:
        upper, lower = find_garments(*perceived)
        colors = GarmentStatistics.of_clip(seen.frames, upper, lower)
        pictures = torch.from_numpy(seen.frames).permute(0, 3, 1, 2) / 127.5 - 1
        masks = [torch.from_numpy(mask)[:, None] / 255 for mask in (upper, lower)]
        wanted = torch.randn(count, 2, generator=torch.Generator().manual_seed(0)) * 20
        for color in wanted:
            one = color.expand(len(pictures), -1)
            recolor_batch(pictures, masks[0], masks[1], colors, one, one)

    count = len(seen.frames)
    return [
        Contest(
            "preparing a clip, 384x256, a frame",
            "everything",
            {
                "everything": lambda: complete(see(), detect),
                "without edges": lambda: complete(see(), no_edges),
                "pose, mask and parts": see,
                "garments": lambda: find_garments(*perceived),
                "edges (HED)": lambda: detect(seen.frames),
            },
            frames=count,
        ),
        Contest(
            "recolouring a clip whose person is known, 384x256, a frame of the clip",
            "one colour",
            {"one colour": lambda: recolored(1), f"{COLORS} colours": lambda: recolored(COLORS)},
            frames=count,
        ),
    ]
