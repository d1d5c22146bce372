"""Recolour the clothes in a video file; the command `hueman recolor`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch

from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.color.colorizer import Colorizer, ColorizerName, make_colorizer
from hueman.color.lab import in_gamut, lab_from_uint8
from hueman.color.names import hex_of, parse_color
from hueman.color.recolor import reachable_color, recolor_frame
from hueman.color.refinement import enlarge_mask
from hueman.color.scene import Scene, perceive
from hueman.errors import HuemanError
from hueman.progress import ProgressBar, progress_bar


@dataclass
class RecoloredGarment:
    """One garment before and after."""

    name: str
    """upper or lower."""
    request: str
    """The colour as the user wrote it."""
    target: np.ndarray
    """(3,) Lab asked for; if lightness is kept, with the garment's own mean L."""
    before: np.ndarray
    """(3,) mean Lab of the garment in the video."""
    lightness: bool = False
    """Whether its lightness is moved too."""
    _sum: np.ndarray = field(default_factory=lambda: np.zeros(3))
    _pixels: int = 0

    @classmethod
    def of(
        cls, name: str, request: str, color: np.ndarray, before: np.ndarray, lightness: bool
    ) -> "RecoloredGarment":
        """Begin with a colour asked for, Lab (3,), and the garment's own; see the fields."""
        target = np.array([color[0] if lightness else before[0], *color[1:]], np.float32)
        return cls(name, request, target, before, lightness)

    @cached_property
    def reachable_target(self) -> torch.Tensor:
        """Lab (3,) float32: of the target, as much as a screen can show."""
        return reachable_color(self.before, self.target, self.lightness)

    @property
    def after(self) -> np.ndarray:
        """Mean Lab (3,) of the garment in the recoloured video, before encoding."""
        return self._sum / max(self._pixels, 1)

    @property
    def error(self) -> float:
        """Distance between the mean (a, b) reached and the one asked for; or of Lab."""
        first = 0 if self.lightness else 1
        return float(np.linalg.norm(self.after[first:] - self.target[first:]))

    @property
    def reachable(self) -> bool:
        """Whether sRGB can show the colour asked for at the lightness that the garment gets."""
        return bool(in_gamut(torch.from_numpy(self.target)))

    def note(self, recolored: np.ndarray, mask: np.ndarray) -> None:
        """Note the colour that the garment got in one frame, uint8 (H, W, 3) and (H, W)."""
        inside = mask >= 128
        self._sum += lab_from_uint8(recolored[inside]).sum(axis=0, dtype=np.float64)
        self._pixels += int(inside.sum())

    def __str__(self) -> str:
        """Say in a line what was asked for and what came of it."""
        off = "L, a, b off by" if self.lightness else "lightness is kept; a, b off by"
        line = (
            f"{self.name}: {hex_of(self.before)} became {hex_of(self.after)}, asked for "
            f"{self.request} ({off} {self.error:.1f})"
        )
        if not self.reachable:
            line += "; a screen cannot show that much colour at this lightness, so it got less"
        return line


@dataclass(frozen=True)
class RecolorReport:
    """What `recolor_video` did."""

    out: Path
    frames: int
    garments: list[RecoloredGarment]

    def __str__(self) -> str:
        """Return lines for people to read."""
        lines = [f"{self.out}: {self.frames} frames", *map(str, self.garments)]
        return "\n  ".join(lines)


def recolor_video(
    clip: Path,
    out: Path,
    upper: str | None = None,
    lower: str | None = None,
    colorizer: ColorizerName = "garment",
    finding: str = "body",
    lightness: bool = False,
) -> RecolorReport:
    """Write a video in which the garments of a person have other colours.

    The video keeps its size and rate; pixels outside the garments are those of the source, but
    for the video codec. Sound is not copied. The video is read twice, and of all frames only
    poses and small masks are held in memory.

    Args:
        clip: the video.
        out: the video to write; its suffix chooses the format (`hueman.clips.encoding`).
        upper: colour of the upper garment, as `parse_color` reads it; None leaves it.
        lower: colour of the lower garment.
        colorizer: `garment` moves a and b in the garments' masks, with one shift for the whole
            video; `siggraph17` is the paper's network, which colours each frame for itself.
        finding: how garments are found, see `class_segmenter`.
        lightness: give garments the lightness of the colour too; by default they keep their own.

    Raises:
        HuemanError: no colour was given, a colour or the video cannot be read, no person or no
            such garment was found, weights cannot be had, or `out` cannot be written.
    """
    requests = {name: text for name, text in (("upper", upper), ("lower", lower)) if text}
    if not requests:
        raise HuemanError("No colour was given; give --upper, --lower or both.")
    if lightness and colorizer != "garment":
        raise HuemanError(f"The colouriser {colorizer} keeps lightness; leave out --lightness.")
    colors = {name: parse_color(text) for name, text in requests.items()}
    colorize = None if colorizer == "garment" else make_colorizer(colorizer)
    video = Video(clip)
    scene = perceive(video, finding)
    garments = [
        RecoloredGarment.of(name, requests[name], color, scene.mean_color(name, clip), lightness)
        for name, color in colors.items()
    ]
    paint = _shift if colorize is None else partial(_colorize, colorize, scene)
    with progress_bar("Recolouring", scene.length) as bar:
        write_video(out, _recolored_frames(video, scene, garments, paint, bar), video.info.fps)
    return RecolorReport(Path(out), scene.length, garments)


Paint = Callable[[int, np.ndarray, Mapping[str, np.ndarray], list[RecoloredGarment]], np.ndarray]
"""Number of a frame, the frame (H, W, 3), the garments' masks (H, W) by name, and the garments, to
the new frame."""


def _recolored_frames(
    video: Video, scene: Scene, garments: list[RecoloredGarment], paint: Paint, bar: ProgressBar
) -> Iterator[np.ndarray]:
    """Yield the frames with all garments recoloured."""
    for index, frame in enumerate(video):
        small = scene.segment(index, frame)
        masks = {garment.name: enlarge_mask(small[garment.name], frame) for garment in garments}
        recolored = paint(index, frame, masks, garments)
        for garment in garments:
            garment.note(recolored, masks[garment.name])
        bar.advance()
        yield recolored


def _shift(
    index: int,
    frame: np.ndarray,
    masks: Mapping[str, np.ndarray],
    garments: list[RecoloredGarment],
) -> np.ndarray:
    """Move the garments' colours; of large frames, only their pixels are converted."""
    worn = [(masks[garment.name], garment.before) for garment in garments]
    return recolor_frame(frame, worn, [[garment.reachable_target for garment in garments]])[0]


def _colorize(
    colorizer: Colorizer,
    scene: Scene,
    index: int,
    frame: np.ndarray,
    masks: Mapping[str, np.ndarray],
    garments: list[RecoloredGarment],
) -> np.ndarray:
    """Colour the garments by a colorizer."""
    targets = {garment.name: garment.reachable_target[None, 1:] for garment in garments}
    rgb = torch.from_numpy(frame).permute(2, 0, 1)[None] / 127.5 - 1
    wearer = scene.wearer(index, frame, masks)
    colored = colorizer(rgb, wearer, targets.get("upper"), targets.get("lower"))
    return ((colored[0] + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
