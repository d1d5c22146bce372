"""Random clothes, and clothes that change: `hueman sample` and `hueman interpolate`."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hueman.clips.encoding import write_video
from hueman.clips.panels import spread, strips
from hueman.clips.sheets import write_picture
from hueman.color.names import hex_of
from hueman.errors import HuemanError
from hueman.files import atomic_folder
from hueman.generation.codes import clothes_through
from hueman.generation.colorways import check_replaceable
from hueman.generation.person import Clothes
from hueman.generation.scene import Scene
from hueman.generation.series import write_series
from hueman.progress import track

SAMPLES_FILE = "samples.csv"
KEY_FRAMES = 8
"""Frames on the sheet of an interpolation."""


def sample(scene: Scene, count: int, seed: int, out: Path) -> Path:
    """Write videos of a person in random clothes: codes drawn from those of the training.

    Args:
        scene: who is shown, and what they do.
        count: of videos.
        seed: of the draw.
        out: the folder to write: videos/01.mp4 and so on, and see `write_series`; samples.csv has
            the colours that the garments got, and the codes.

    Returns:
        The contact sheet.

    Raises:
        HuemanError: `count` is not 1 to 100, or `out` cannot be written.
    """
    if not 1 <= count <= 100:
        raise HuemanError(f"The count is {count}; choose 1 to 100.")
    check_replaceable(out, SAMPLES_FILE)
    codes = scene.generator.sample(count, seed)
    names = [f"{number:02d}" for number in range(1, count + 1)]
    with atomic_folder(out) as folder:
        means = write_series(scene, names, [Clothes(code) for code in codes], folder)
        with (folder / SAMPLES_FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("name", "upper", "lower", *(f"z{i}" for i in range(codes.shape[1]))))
            for name, colors, code in zip(names, means, codes.tolist(), strict=True):
                shown = (hex_of(lab.numpy()) for lab in colors.nan_to_num())
                writer.writerow((name, *shown, *(f"{value:.5f}" for value in code)))
    return out / "sheet.png"


@dataclass(frozen=True)
class Keys:
    """Between what clothes change."""

    upper: Sequence[str] = ()
    """Colours of the upper garment, one for each key, or none to keep its own."""
    lower: Sequence[str] = ()
    """Colours of the lower garment."""
    random: int = 0
    """Instead of colours: so many codes drawn at random."""
    seed: int = 0
    """Of the draw."""

    def clothes(self, scene: Scene) -> list[Clothes]:
        """Return the clothes of each key.

        Raises:
            HuemanError: there are fewer than two keys, or colours that do not go together.
        """
        generator = scene.generator
        if self.random:
            if self.upper or self.lower:
                raise HuemanError("Colours and random codes were given; give the one or the other.")
            if self.random < 2:
                raise HuemanError(f"There is {self.random} random key; choose 2 or more.")
            return [Clothes(code) for code in generator.sample(self.random, self.seed)]
        count = max(len(self.upper), len(self.lower))
        for colors in (self.upper, self.lower):
            if len(colors) not in (0, count):
                raise HuemanError(
                    f"There are {len(self.upper)} upper and {len(self.lower)} lower colours; give "
                    "as many of the one as of the other, or none."
                )
        if count < 2:
            raise HuemanError(f"There are {count} key colours; give two or more.")
        upper, lower = (each or [None] * count for each in (self.upper, self.lower))
        clothes = []
        for pair in track(list(zip(upper, lower, strict=True)), "Finding colours", count):
            requests = generator.predictor.requests(generator.person, *pair)
            clothes.append(generator.predictor.dress(generator.person, scene.poses, requests))
        return clothes


def interpolate(
    scene: Scene,
    keys: Keys,
    out: Path,
    times: Sequence[float] | None = None,
    spherical: bool = False,
) -> Path:
    """Write a video in which clothes change from key to key, and a sheet of some of its frames.

    Args:
        scene: who is shown, and what they do.
        keys: between what.
        out: the video to write; NAME.png beside it is the sheet.
        times: of the keys, see `codes_through`.
        spherical: see `codes_through`.

    Returns:
        The sheet.

    Raises:
        HuemanError: keys or times cannot be used, or a file cannot be written.
    """
    predictor, person = scene.generator.predictor, scene.generator.person
    length = len(scene.poses)
    clothes = clothes_through(keys.clothes(scene), length, times or None, spherical)
    frames = predictor.generate(person, scene.poses, clothes)
    shown: list[np.ndarray] = []
    chosen = spread(length, min(KEY_FRAMES, length))

    def noted() -> Iterator[np.ndarray]:
        for number, frame in enumerate(track(frames, "Generating", length)):
            if number in chosen:
                shown.append(frame)
            yield frame

    write_video(out, noted(), scene.fps)
    sheet = out.with_suffix(".png")
    label = f"frames {', '.join(str(number + 1) for number in chosen)} of {length}"
    write_picture(sheet, strips([(label, np.stack(shown))]))
    return sheet
