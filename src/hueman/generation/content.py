"""The person to be shown: from a picture, a clip or frames in memory to a prepared clip."""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

import numpy as np

from hueman.clips.sources import ClipSource
from hueman.clips.store import PreparedClip, read_clip
from hueman.clips.video import FramesInMemory, Video
from hueman.perception.base import class_segmenter, edge_detector, pose_estimator
from hueman.preparation.clip import prepare_frames
from hueman.preparation.settings import PerceptionSettings, PrepareSettings

WORKING_HEIGHT = 384
"""Content is perceived at about this height, however small the model's frames are."""

Crop = Literal["centre", "person"]


def read_content(
    content: Path | np.ndarray,
    size: tuple[int, int],
    crop: Crop = "centre",
    perception: PerceptionSettings | None = None,
) -> PreparedClip:
    """Find out all that generation needs to know of a person.

    Args:
        content: a picture, a video, a prepared clip (.h5), or frames uint8 (T, H, W, 3) or
            (H, W, 3), RGB.
        size: height and width of the model's frames; the content is cropped to their aspect.
        crop: what to keep of the frames: their middle, or the surroundings of the person.
        perception: how people are seen.

    Raises:
        HuemanError: the content cannot be used, or shows nobody.
    """
    if isinstance(content, Path) and content.suffix == ".h5":
        return read_clip(content)
    height, width = working_size(size)
    settings = PrepareSettings(
        **asdict(perception or PerceptionSettings()), height=height, width=width, crop=crop
    )
    video = FramesInMemory(content) if isinstance(content, np.ndarray) else Video(content)
    actor = video.path.parent.name or "actor"
    return prepare_frames(
        video,
        ClipSource(actor, video.path.stem, video.path),
        settings,
        pose_estimator(settings.pose),
        edge_detector(settings.edges, settings.edge_detail),
        class_segmenter(settings.garments),
        least_frames=1,
    )


def working_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the height and width at which people are perceived for a model of this size."""
    factor = max(1, WORKING_HEIGHT // size[0])
    return size[0] * factor, size[1] * factor
