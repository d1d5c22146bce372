"""A person's garment in every colour of a palette; the command `hueman colorways`."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from torch import Tensor

from hueman.color.names import hex_of
from hueman.color.palette import NamedColor
from hueman.errors import HuemanError
from hueman.files import atomic_folder
from hueman.generation.colors import MetRequest, Request, measured_for
from hueman.generation.scene import Scene
from hueman.generation.series import write_series
from hueman.progress import track

Region = Literal["upper", "lower", "both"]
COLORS_FILE = "colors.csv"


@dataclass(frozen=True)
class Colorways:
    """What `colorways` wrote."""

    folder: Path
    met: list[tuple[NamedColor, MetRequest]]
    """For each colour what came of it; twice if both garments got it."""

    def __str__(self) -> str:
        """Return lines for people to read."""
        errors = [met.error for _, met in self.met]
        line = (
            f"{self.folder}: a video for each colour, side-by-side.mp4, sheet.png, and "
            f"{COLORS_FILE} with what came of each (off by {sum(errors) / len(errors):.1f} "
            "CIEDE2000 in the mean)."
        )
        return "\n  ".join([line, *(f"{color.name}: {met}" for color, met in self.met)])


def colorways(scene: Scene, palette: Sequence[NamedColor], region: Region, out: Path) -> Colorways:
    """Write a video for each colour, one of all beside each other, a contact sheet and a table.

    Args:
        scene: who is shown, and what they do.
        palette: at least one colour.
        region: which garment gets the colours; the other keeps its own.
        out: the folder to write, which appears when it is complete; an earlier one of the same
            kind is replaced.

    Raises:
        HuemanError: `out` is something else, or cannot be written.
    """
    if region not in get_args(Region):
        raise HuemanError(f"The region is {region!r}; choose one of {', '.join(get_args(Region))}.")
    check_replaceable(out, COLORS_FILE)
    texts = [_request_texts(color, region) for color in palette]
    predictor, person = scene.generator.predictor, scene.generator.person
    requests = [predictor.requests(person, *each) for each in texts]
    wardrobe = [
        predictor.dress(person, scene.poses, each)
        for each in track(requests, "Finding colours", len(requests))
    ]
    with atomic_folder(out) as folder:
        means = write_series(scene, [each.name for each in palette], wardrobe, folder)
        met = _met(palette, requests, means, predictor.lightness)
        _write_table(folder / COLORS_FILE, met)
    return Colorways(out, met)


def check_replaceable(out: Path, sign: str) -> None:
    """Refuse, by HuemanError, a folder that holds something else than an earlier result.

    Args:
        out: the folder that is to be written.
        sign: a file that every earlier result has.
    """
    empty = out.is_dir() and not any(out.iterdir())
    if out.exists() and not empty and not (out / sign).is_file():
        raise HuemanError(f"{out} is there already and is not such a result; choose another --out.")


def _request_texts(color: NamedColor, region: Region) -> tuple[str | None, str | None]:
    upper = color.text if region in ("upper", "both") else None
    return upper, color.text if region in ("lower", "both") else None


def _met(
    palette: Sequence[NamedColor],
    requests: list[list[Request]],
    means: list[Tensor],
    lightness: bool,
) -> list[tuple[NamedColor, MetRequest]]:
    return [
        (color, MetRequest(each, measured_for(each, got, lightness)))
        for color, asked, got in zip(palette, requests, means, strict=True)
        for each in asked
    ]


def _write_table(path: Path, met: list[tuple[NamedColor, MetRequest]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "garment", "requested", "nearest", "achieved", "error", "beyond"))
        for color, each in met:
            request = each.request
            labs = (request.wanted, request.target.numpy(), each.got.nan_to_num().numpy())
            shown = map(hex_of, labs)
            numbers = (f"{each.error:.2f}", f"{request.beyond_reach:.2f}")
            writer.writerow((color.name, request.garment, *shown, *numbers))
