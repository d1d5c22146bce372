"""The person in a video and their garments, found at working size."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from hueman.clips.crop import Box, crop_frame
from hueman.clips.video import Video
from hueman.color.augmentation import GarmentStatistics
from hueman.color.colorizer import Wearer
from hueman.color.garment import GarmentModel
from hueman.color.recolor import mean_color
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


def perceive(video: Video, finding: str) -> Scene:
    """Find the person in all frames, and learn the garments from some, behind a progress bar.

    Args:
        video: to look at.
        finding: how garments are found, see `class_segmenter`.

    Raises:
        HuemanError: the video cannot be read, no person was found, or weights cannot be had.
    """
    segment_classes = class_segmenter(finding)
    with progress_bar("Finding the person", video.info.frames) as bar:
        return _perceive(video, segment_classes, bar)


def _perceive(video: Video, segment_classes: ClassSegmenter | None, bar: ProgressBar) -> Scene:
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


def _shrink(frame: np.ndarray) -> np.ndarray:
    """Bring a frame to working size; smaller ones stay as they are."""
    height, width = frame.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    if scale == 1:
        return frame
    box = Box(0, 0, width, height)
    return crop_frame(frame, box, max(1, round(height * scale)), max(1, round(width * scale)))
