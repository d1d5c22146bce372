"""Recolour the clothes in a video file; the command `hueman recolor`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from hueman.clips.crop import Box, crop_frame
from hueman.clips.encoding import write_video
from hueman.clips.video import Video
from hueman.color.augmentation import GarmentStatistics
from hueman.color.colorizer import Colorizer, ColorizerName, Wearer, make_colorizer
from hueman.color.garment import GarmentModel
from hueman.color.lab import in_gamut, lab_from_uint8, limit_chroma
from hueman.color.names import hex_of, parse_color
from hueman.color.recolor import mean_color, recolor_garment
from hueman.color.refinement import enlarge_mask
from hueman.errors import HuemanError
from hueman.features.body_parts import label_body_parts
from hueman.features.pose import scale_pose
from hueman.perception.base import ClassSegmenter, class_segmenter, pose_estimator
from hueman.progress import ProgressBar, progress_bar

WORKING_SIDE = 512
"""Garments are found in frames whose longer side has at most this many pixels."""
SAMPLES = 24
"""Frames from which the garments' looks are learnt."""
CHUNK = 64
"""Frames perceived at once."""
SIZE_OF_A_GARMENT = 0.02
"""Share of the person that a garment covers at least."""


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
    segment_classes = class_segmenter(finding)
    video = Video(clip)
    with progress_bar("Finding the person", video.info.frames) as bar:
        scene = _perceive(video, segment_classes, bar)
    garments = []
    for name, color in colors.items():
        before = scene.mean_color(name, clip)
        target = np.array([color[0] if lightness else before[0], *color[1:]], np.float32)
        garments.append(RecoloredGarment(name, requests[name], target, before, lightness))
    paint = _shift if colorize is None else partial(_colorize, colorize, scene)
    with progress_bar("Recolouring", scene.length) as bar:
        write_video(out, _recolored_frames(video, scene, garments, paint, bar), video.info.fps)
    return RecolorReport(Path(out), scene.length, garments)


@dataclass(frozen=True)
class Scene:
    """The person in a video, and their garments, at working size."""

    pose: np.ndarray
    """float32 (T, 18, 3)."""
    person: np.ndarray
    """uint8 (T, h, w)."""
    segment_classes: ClassSegmenter | None
    model: GarmentModel
    samples: np.ndarray
    """uint8 (S, h, w, 3): frames spread over the video."""
    masks: dict[str, np.ndarray]
    """Masks uint8 (S, h, w) of the upper and the lower garment in the samples."""
    person_pixels: int
    """Pixels of the person in the samples."""

    @property
    def length(self) -> int:
        """Number of frames."""
        return len(self.pose)

    def segment(self, index: int, frame: np.ndarray) -> dict[str, np.ndarray]:
        """Find the garments in frame `index`, given at full size: uint8 (H, W) each."""
        small = _shrink(frame)
        pose, person = self.pose[index], self.person[index]
        parts, classes = label_body_parts(pose, person), None
        if self.segment_classes:
            classes = self.segment_classes(small[None], person[None])[0]
        masks = self.model.segment(small, pose, person, parts, classes)
        return dict(zip(("upper", "lower"), masks, strict=True))

    def wearer(self, index: int, frame: np.ndarray, masks: Mapping[str, np.ndarray]) -> Wearer:
        """Return the person in frame `index`, given at full size.

        Args:
            index: of the frame.
            frame: uint8 (H, W, 3).
            masks: uint8 (H, W) by name, of the garments that matter.
        """
        height, width = frame.shape[:2]
        small_height, small_width = self.person.shape[1:]
        pose = scale_pose(self.pose[index], width / small_width, height / small_height)
        none = np.zeros((height, width), np.uint8)
        person, upper, lower = (
            torch.from_numpy(mask)[None, None] / 255
            for mask in (
                enlarge_mask(self.person[index], frame),
                masks.get("upper", none),
                masks.get("lower", none),
            )
        )
        return Wearer(person, upper, lower, torch.from_numpy(pose)[None], self.statistics)

    @cached_property
    def statistics(self) -> GarmentStatistics:
        """Mean Lab of both garments."""
        return GarmentStatistics.of_clip(self.samples, self.masks["upper"], self.masks["lower"])

    def mean_color(self, name: str, clip: Path) -> np.ndarray:
        """Mean Lab (3,) of a garment; HuemanError where there is none."""
        if (self.masks[name] >= 128).sum() < SIZE_OF_A_GARMENT * self.person_pixels:
            raise HuemanError(
                f"{clip} shows no {name} garment; leave out --{name}, or choose another video."
            )
        return mean_color(self.samples, self.masks[name])


def _perceive(video: Video, segment_classes: ClassSegmenter | None, bar: ProgressBar) -> Scene:
    """Find the person in all frames, and learn the garments from some."""
    estimate = pose_estimator()
    stride = max(1, video.info.frames // SAMPLES)
    poses, masks, samples = [], [], []
    frames = map(_shrink, video)
    while chunk := list(islice(frames, CHUNK)):
        perceived = estimate(np.stack(chunk))
        start = sum(map(len, poses))
        samples += [frame for index, frame in enumerate(chunk, start) if index % stride == 0]
        poses.append(perceived.pose)
        masks.append(perceived.person)
        bar.advance(len(chunk))
    pose, person, pictures = np.concatenate(poses), np.concatenate(masks), np.stack(samples)
    sample_pose, sample_person = pose[::stride], person[::stride]
    parts = np.stack(
        [label_body_parts(*sample) for sample in zip(sample_pose, sample_person, strict=True)]
    )
    classes = segment_classes(pictures, sample_person) if segment_classes else None
    model = GarmentModel.fit(pictures, sample_pose, sample_person, parts, classes)
    upper, lower = model.segment_clip(pictures, sample_pose, sample_person, parts, classes)
    pixels = int((sample_person >= 128).sum())
    return Scene(
        pose, person, segment_classes, model, pictures, {"upper": upper, "lower": lower}, pixels
    )


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
    for garment in garments:
        mask = masks[garment.name][None]
        frame = recolor_garment(
            frame[None], mask, garment.before, garment.target, garment.lightness
        )[0]
    return frame


def _colorize(
    colorizer: Colorizer,
    scene: Scene,
    index: int,
    frame: np.ndarray,
    masks: Mapping[str, np.ndarray],
    garments: list[RecoloredGarment],
) -> np.ndarray:
    """Colour the garments by a colorizer."""
    targets = {
        garment.name: limit_chroma(torch.from_numpy(garment.target)[None])[:, 1:]
        for garment in garments
    }
    rgb = torch.from_numpy(frame).permute(2, 0, 1)[None] / 127.5 - 1
    wearer = scene.wearer(index, frame, masks)
    colored = colorizer(rgb, wearer, targets.get("upper"), targets.get("lower"))
    return ((colored[0] + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()


def _shrink(frame: np.ndarray) -> np.ndarray:
    """Bring a frame to working size; smaller ones stay as they are."""
    height, width = frame.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    if scale == 1:
        return frame
    box = Box(0, 0, width, height)
    return crop_frame(frame, box, max(1, round(height * scale)), max(1, round(width * scale)))
