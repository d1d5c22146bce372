"""The person to be shown: from a picture, a clip or frames in memory to a prepared clip."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from hueman.appearance.choosing import content_frames
from hueman.clips.sources import ClipSource
from hueman.clips.store import ARRAYS, PreparedClip, read_clip
from hueman.clips.video import FramesInMemory, Video
from hueman.perception.base import class_segmenter, edge_detector, pose_estimator
from hueman.preparation.clip import complete, see_person
from hueman.preparation.settings import PerceptionSettings, PrepareSettings

WORKING_HEIGHT = 384
"""Content is perceived at about this height, however small the model's frames are."""

Crop = Literal["centre", "person"]


@dataclass(frozen=True)
class Content:
    """Somebody to be shown."""

    clip: PreparedClip
    """The frames that show the person, of which the first is the first of all."""
    pose: np.ndarray
    """float32 (T, 18, 3), how the person moves in all frames, in pixels of the clip's."""


def read_content(
    content: Path | np.ndarray,
    size: tuple[int, int],
    crop: Crop = "centre",
    perception: PerceptionSettings | None = None,
    count: int = 1,
) -> Content:
    """Find out all that generation needs to know of a person.

    The person is looked for in all frames; edges and garments only in those that are to show the
    person, since finding them takes most of the time.

    Args:
        content: a picture, a video, a prepared clip (.h5), or frames uint8 (T, H, W, 3) or
            (H, W, 3), RGB.
        size: height and width of the model's frames; the content is cropped to their aspect.
        crop: what to keep of the frames: their middle, or the surroundings of the person.
        perception: how people are seen.
        count: frames that may show the person, see `content_frames`.

    Raises:
        HuemanError: the content cannot be used, or shows nobody.
    """
    if isinstance(content, Path) and content.suffix == ".h5":
        clip = read_clip(content)
        chosen = _chosen(clip.parts, clip.pose, count)
        arrays = {name: getattr(clip, name)[chosen] for name in ARRAYS}
        return Content(replace(clip, **arrays), clip.pose)
    height, width = working_size(size)
    settings = PrepareSettings(
        **asdict(perception or PerceptionSettings()), height=height, width=width, crop=crop
    )
    video = FramesInMemory(content) if isinstance(content, np.ndarray) else Video(content)
    source = ClipSource(video.path.parent.name or "actor", video.path.stem, video.path)
    seen = see_person(video, source, settings, pose_estimator(settings.pose), least_frames=1)
    clip = complete(
        seen,
        edge_detector(settings.edges, settings.edge_detail),
        class_segmenter(settings.garments),
        _chosen(seen.parts, seen.pose, count),
    )
    return Content(clip, seen.pose)


def _chosen(parts: np.ndarray, pose: np.ndarray, count: int) -> list[int]:
    return content_frames(torch.from_numpy(parts), torch.from_numpy(pose), count)


def working_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the height and width at which people are perceived for a model of this size."""
    factor = max(1, WORKING_HEIGHT // size[0])
    return size[0] * factor, size[1] * factor
