"""A video in every colour of a palette; the command `hueman recolor --palette`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hueman.clips.several import write_videos
from hueman.clips.video import Video
from hueman.color.palette import NamedColor
from hueman.color.recolor import recolor_frame
from hueman.color.refinement import enlarge_mask
from hueman.color.scene import Scene, perceive
from hueman.color.video import RecoloredGarment
from hueman.errors import HuemanError
from hueman.files import atomic_folder
from hueman.progress import ProgressBar, progress_bar

MOST_COLORS = 32
"""Videos written at once: each encoder holds dozens of frames."""


@dataclass(frozen=True)
class Versions:
    """What `recolor_versions` wrote."""

    folder: Path
    frames: int
    garments: dict[str, list[RecoloredGarment]]
    """By the name of the colour."""

    def __str__(self) -> str:
        """Return lines for people to read."""
        lines = [f"{self.folder}: {len(self.garments)} videos of {self.frames} frames"]
        lines += [f"{name}.mp4: {each}" for name, worn in self.garments.items() for each in worn]
        return "\n  ".join(lines)


def recolor_versions(
    clip: Path,
    out: Path,
    palette: Sequence[NamedColor],
    region: Literal["upper", "lower", "both"] = "upper",
    finding: str = "body",
    lightness: bool = False,
) -> Versions:
    """Write a video for each colour of a palette; the person and the garments are found once.

    Args:
        clip: the video.
        out: the folder to write, new or empty: NAME.mp4 for each colour.
        palette: 1 to MOST_COLORS colours.
        region: which garment gets the colours; the other keeps its own.
        finding: how garments are found, see `class_segmenter`.
        lightness: give garments the lightness of the colours too.

    Raises:
        HuemanError: too many colours, the video cannot be read, no person or no such garment was
            found, weights cannot be had, or `out` is not empty or cannot be written.
    """
    if len(palette) > MOST_COLORS:
        raise HuemanError(f"{len(palette)} colours are too many at once; {MOST_COLORS} will do.")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise HuemanError(f"{out} is there already; choose another --out.")
    names = ("upper", "lower") if region == "both" else (region,)
    video = Video(clip)
    scene = perceive(video, finding)
    before = {name: scene.mean_color(name, clip) for name in names}
    versions = [
        [
            RecoloredGarment.of(name, color.text, color.lab, before[name], lightness)
            for name in names
        ]
        for color in palette
    ]
    with atomic_folder(out) as folder, progress_bar("Recolouring", scene.length) as bar:
        paths = [folder / f"{color.name}.mp4" for color in palette]
        write_videos(paths, _recolored(video, scene, versions, bar), video.info.fps)
    worn = {color.name: version for color, version in zip(palette, versions, strict=True)}
    return Versions(out, scene.length, worn)


def _recolored(
    video: Video, scene: Scene, versions: list[list[RecoloredGarment]], bar: ProgressBar
) -> Iterator[list[np.ndarray]]:
    """Yield each frame in all versions."""
    targets = [[garment.reachable_target for garment in version] for version in versions]
    for index, frame in enumerate(video):
        small = scene.segment(index, frame)
        masks = [enlarge_mask(small[garment.name], frame) for garment in versions[0]]
        means = [garment.before for garment in versions[0]]
        recolored = recolor_frame(frame, list(zip(masks, means, strict=True)), targets)
        for version, picture in zip(versions, recolored, strict=True):
            for garment, mask in zip(version, masks, strict=True):
                garment.note(picture, mask)
        bar.advance()
        yield recolored
