"""From one source clip to one prepared clip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hueman.clips.crop import Box, centre_box, crop_frame, person_box, scale_box
from hueman.clips.sources import ClipSource
from hueman.clips.store import PreparedClip
from hueman.clips.video import FrameSequence, Video
from hueman.color.garment import find_garments
from hueman.errors import HuemanError
from hueman.features.body_parts import label_body_parts
from hueman.perception.base import ClassSegmenter, EdgeDetector, PoseEstimator
from hueman.perception.smoothing import smooth_poses
from hueman.preparation.settings import PrepareSettings

SEARCH_SIZE = 640
"""Longer side, in pixels, of the whole frames in which the person to crop around is looked for."""

MIN_JOINTS = 8
MIN_CONFIDENCE = 0.3
MIN_SHARE_OF_FRAMES = 0.5


def prepare_clip(
    source: ClipSource,
    settings: PrepareSettings,
    estimate_pose: PoseEstimator,
    detect_edges: EdgeDetector,
    segment_classes: ClassSegmenter | None = None,
    least_frames: int = 2,
) -> PreparedClip:
    """Read a clip and find all that later rooms need to know of it.

    Only one clip's frames are held at once, at the size of the settings.

    Args:
        source: the clip, or a picture.
        settings: how.
        estimate_pose: finds pose and person.
        detect_edges: finds edges.
        segment_classes: tells clothes from skin, if the garments are to be found with its help.
        least_frames: 1 where a picture will do, 2 where movement is needed.

    Raises:
        HuemanError: the video cannot be read, is too long, has too few frames, or shows no
            person most of the time (a person: MIN_JOINTS joints with MIN_CONFIDENCE or more).
    """
    video = Video(source.path, fps=settings.fps, max_frames=settings.max_frames)
    seen = see_person(video, source, settings, estimate_pose, least_frames)
    return complete(seen, detect_edges, segment_classes)


@dataclass(frozen=True)
class SeenClip:
    """A clip's frames and the person in them, without what takes longer: edges and garments."""

    source: ClipSource
    fps: float
    frames: np.ndarray
    """uint8 (T, H, W, 3), RGB, at the size of the settings."""
    pose: np.ndarray
    """float32 (T, 18, 3)."""
    person: np.ndarray
    """uint8 (T, H, W), soft mask."""
    parts: np.ndarray
    """uint8 (T, H, W), 0..10."""


def see_person(
    video: FrameSequence,
    source: ClipSource,
    settings: PrepareSettings,
    estimate_pose: PoseEstimator,
    least_frames: int = 2,
) -> SeenClip:
    """Read frames, of a clip that `source` names, and find the person: half of `prepare_clip`."""
    box = _choose_box(video, settings, estimate_pose)
    frames = np.stack([crop_frame(f, box, settings.height, settings.width) for f in video])
    if len(frames) < least_frames:
        raise HuemanError(f"{source.path} has only one frame; a clip needs at least two.")
    perceived = estimate_pose(frames)
    _check_visible(source, perceived.pose)
    fps = video.info.fps
    pose = smooth_poses(perceived.pose, fps) if settings.smoothing else perceived.pose
    person = perceived.person
    parts = np.stack([label_body_parts(p, mask) for p, mask in zip(pose, person, strict=True)])
    return SeenClip(source, fps, frames, pose, person, parts)


def complete(
    seen: SeenClip,
    detect_edges: EdgeDetector,
    segment_classes: ClassSegmenter | None = None,
    chosen: Sequence[int] | None = None,
) -> PreparedClip:
    """Find edges and garments: the other half of `prepare_clip`.

    Args:
        seen: the clip.
        detect_edges: finds edges.
        segment_classes: tells clothes from skin.
        chosen: numbers of the frames that the prepared clip shall have; None is all.
    """
    classes = segment_classes(seen.frames, seen.person) if segment_classes else None
    every = seen.frames, seen.pose, seen.person, seen.parts
    upper, lower = find_garments(*every, classes, chosen)
    wanted = slice(None) if chosen is None else list(chosen)
    frames, pose, person, parts = (each[wanted] for each in every)
    return PreparedClip(
        actor=seen.source.actor,
        action=seen.source.action,
        fps=seen.fps,
        frames=frames,
        pose=pose,
        person=person,
        edges=person_edges(detect_edges(frames), person),
        parts=parts,
        upper=upper,
        lower=lower,
    )


def person_edges(edges: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Remove the edges of the background but keep the person's outline.

    Args:
        edges: uint8 (T, H, W).
        person: uint8 (T, H, W), soft mask.

    Returns:
        uint8 (T, H, W).
    """
    # The outline's edge lies half outside the mask, so the mask is widened by a few pixels.
    reach = max(3, round(edges.shape[1] / 128) * 2 + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    kept = [
        cv2.multiply(edge, cv2.dilate(mask, kernel), scale=1 / 255)
        for edge, mask in zip(edges, person, strict=True)
    ]
    return np.stack(kept).astype(np.uint8)


def _choose_box(
    video: FrameSequence, settings: PrepareSettings, estimate_pose: PoseEstimator
) -> Box:
    info = video.info
    if settings.crop == "centre":
        return centre_box(info.height, info.width, settings.height, settings.width)
    factor = max(1.0, max(info.height, info.width) / SEARCH_SIZE)
    small = np.stack(list(_shrunk(video, round(info.height / factor), round(info.width / factor))))
    perceived = estimate_pose(small)
    if not (perceived.pose[..., 2] >= MIN_CONFIDENCE).any():
        raise HuemanError(f"{video.path} shows no person to crop around; try the centre crop.")
    box = person_box(perceived.pose, perceived.person, settings.height, settings.width)
    return scale_box(box, factor)


def _shrunk(video: FrameSequence, height: int, width: int) -> Iterator[np.ndarray]:
    whole = Box(0, 0, video.info.width, video.info.height)
    return (crop_frame(frame, whole, height, width) for frame in video)


def _check_visible(source: ClipSource, pose: np.ndarray) -> None:
    visible = (pose[..., 2] >= MIN_CONFIDENCE).sum(axis=1) >= MIN_JOINTS
    if visible.mean() < MIN_SHARE_OF_FRAMES:
        raise HuemanError(
            f"{source.path} shows a person in only {visible.sum()} of {len(pose)} frames; use a "
            "clip of one whole person in view, or another crop."
        )
