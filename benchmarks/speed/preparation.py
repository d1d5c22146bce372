"""Preparing a clip, and what of it takes how long; ten colours of a clip against one."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.speed.contest import Contest
from hueman.clips.encoding import write_video
from hueman.clips.sources import ClipSource
from hueman.clips.video import Video
from hueman.color.garment import find_garments
from hueman.color.palette import read_palette
from hueman.color.recolor import mean_color, reachable_color, recolor_frame
from hueman.color.versions import recolor_versions
from hueman.perception.base import edge_detector, pose_estimator
from hueman.preparation.clip import complete, see_person
from hueman.preparation.settings import PrepareSettings

CLIP = Path("examples/clips/plaid/wave_right.mp4")
PALETTE = "teal,crimson,gold,navy,olive,orchid,sienna,white,black,royalblue"


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
        masks = find_garments(*perceived)
        means = [mean_color(seen.frames, mask) for mask in masks]
        versions = [
            [reachable_color(mean, color.lab) for mean in means] for color in colors[:count]
        ]
        for frame, *worn in zip(seen.frames, *masks, strict=True):
            recolor_frame(frame, list(zip(worn, means, strict=True)), versions)

    def written(count: int) -> None:
        with TemporaryDirectory() as folder:
            clip = Path(folder, "clip.mp4")
            write_video(clip, seen.frames, seen.fps)
            recolor_versions(clip, Path(folder, "out"), colors[:count], "both")

    colors, count = read_palette(PALETTE), len(seen.frames)
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
            {"one colour": lambda: recolored(1), "10 colours": lambda: recolored(10)},
            frames=count,
        ),
        Contest(
            "`hueman recolor --palette`, from video to videos, 384x256, a frame of the clip",
            "one colour",
            {"one colour": lambda: written(1), "10 colours": lambda: written(10)},
            frames=count,
        ),
    ]
