"""What figures of a clip begin with."""

import numpy as np

from hueman.evaluation.held_out import HeldOutClip
from hueman.training import frames as training
from hueman.training.frames import Frames

Clip = training.Clip | HeldOutClip


def content_and_target(clip: Clip, target: int) -> tuple[Frames, Frames]:
    """Return a clip's first frame and its frame `target`.

    Raises:
        ValueError: the clip has no such frame.
    """
    frames = clip.frames
    if not 0 <= target < len(frames):
        raise ValueError(f"the clip has frames 0 to {len(frames) - 1}, not {target}")
    return frames[:1], frames[target : target + 1]


def check_size(clip: Clip, size: tuple[int, int]) -> None:
    """Raise ValueError if a clip's frames are not of this height and width."""
    found = tuple(clip.frames.rgb.shape[2:])
    if found != size:
        raise ValueError(f"frames must be {size[0]}x{size[1]}, those of {clip.actor} are {found}")


def rgb_of(frames: Frames) -> np.ndarray:
    """Return frames as uint8 (N, H, W, 3)."""
    return frames.rgb.permute(0, 2, 3, 1).cpu().numpy()
