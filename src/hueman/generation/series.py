"""Several videos of one person and one movement, and how they look beside each other.

OUT/videos/NAME.mp4    each of them
OUT/side-by-side.mp4   all of them at once
OUT/sheet.png          a few frames of each
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hueman.clips.encoding import write_video
from hueman.clips.panels import enlargement, panel_grid, spread
from hueman.clips.sheets import contact_sheet, enlarge, write_picture
from hueman.generation.colors import ColorMeter
from hueman.generation.person import Clothes
from hueman.generation.predictor import WATCHED_EVERY
from hueman.generation.scene import Scene
from hueman.progress import progress_bar

AT_ONCE = 8
"""Videos that are made together: more would save little time and cost much memory."""
SHEET_COLUMNS = 6
"""Frames of each video on the sheet."""
PANEL_HEIGHT = 256
"""Pixels; small frames are enlarged to about this height beside each other."""
PANELS_IN_A_ROW = 5


def write_series(
    scene: Scene,
    names: Sequence[str],
    wardrobe: Sequence[Clothes],
    folder: Path,
) -> list[Tensor]:
    """Make and write a video for each of several clothes.

    Args:
        scene: who is shown, and what they do.
        names: of the videos, fit for file names, all different.
        wardrobe: the clothes, one for each name.
        folder: to write to.

    Returns:
        For each video the mean colours of its garments, Lab (2, 3).
    """
    height, width = scene.generator.size
    shape = (len(names), len(scene.poses), height, width, 3)
    kept = folder / ".frames.npy"
    # Frames of all videos may not fit into memory; on disk they are read and written in order.
    videos = np.lib.format.open_memmap(kept, "w+", np.uint8, shape)
    means = []
    with progress_bar("Generating", len(names) * len(scene.poses)) as bar:
        for start in range(0, len(names), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            meters = [ColorMeter() for _ in names[some]]
            for number, frames in enumerate(_frames(scene, wardrobe[some])):
                videos[some, number] = frames
                if number % WATCHED_EVERY == 0:
                    _note(scene, meters, number, frames)
                bar.advance(len(frames))
            means += [meter.means for meter in meters]
    for name, video in zip(names, videos, strict=True):
        write_video(folder / "videos" / f"{name}.mp4", video, scene.fps)
    write_video(folder / "side-by-side.mp4", _side_by_side(names, videos), scene.fps)
    factor = enlargement(videos[0, 0], PANEL_HEIGHT)
    columns = min(SHEET_COLUMNS, len(scene.poses))
    chosen = spread(len(scene.poses), columns)
    shown = (enlarge(video[chosen], factor) for video in videos)
    rows = list(zip(names, shown, strict=True))
    write_picture(folder / "sheet.png", contact_sheet(rows, columns))
    del videos
    kept.unlink()
    return means


def _frames(scene: Scene, wardrobe: Sequence[Clothes]) -> Iterator[np.ndarray]:
    generator = scene.generator
    return generator.predictor.generate_each(generator.person, scene.poses, wardrobe)


def _note(scene: Scene, meters: list[ColorMeter], number: int, frames: np.ndarray) -> None:
    person = scene.generator.person
    pose = torch.from_numpy(scene.poses[number : number + 1])
    masks = person.garments(pose, person.chosen(pose))
    pictures = torch.from_numpy(frames).permute(0, 3, 1, 2) / 127.5 - 1
    for meter, picture in zip(meters, pictures.split(1), strict=True):
        meter.note(picture, masks)


def _side_by_side(names: Sequence[str], videos: np.ndarray) -> Iterator[np.ndarray]:
    factor = enlargement(videos[0, 0], PANEL_HEIGHT)
    columns = min(PANELS_IN_A_ROW, len(names))
    for number in range(videos.shape[1]):
        pictures = enlarge(videos[:, number], factor)
        yield panel_grid(list(zip(names, pictures, strict=True)), columns)
