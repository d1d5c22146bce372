"""How steady a video is: warping error along the real motion, and flicker where nothing moves.

Videos are float (T, 3, H, W) with values in [-1, 1], of one clip whose frames follow each other;
the real video, the truth, has the same shape. What the truth itself gets is the floor: a generated
video cannot be asked to be steadier. Both numbers say nothing about likeness; a still picture
does not flicker.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

FLOW_SIDE = 256
"""Least pixels of the smaller side when flow is looked for. DIS matches patches of 8 pixels, an
arm of a picture 64 pixels wide is thinner: at 64x96 the real video warped without enlarging errs
three times as much."""

FLOW_PRESET = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM

STILL_LEVELS = 2
"""Change of the real video, in levels of 8 bits, up to which a pixel stands still: the noise of
compression, which leaves 95 % of a still background of the bundled clips within it."""


@dataclass(frozen=True)
class Motion:
    """Where the pixels of each frame but the first were one frame earlier."""

    flow: Tensor
    """float32 (T - 1, 2, H, W), pixels to the right and downwards from frame t + 1 to frame t."""
    valid: Tensor
    """bool (T - 1, 1, H, W), False where a pixel was hidden or outside the picture in frame t,
    and along the borders of motions."""

    @classmethod
    def of(cls, truth: Tensor) -> "Motion":
        """Find the motion of a real video, by the dense inverse search of OpenCV.

        Kroeger et al., "Fast optical flow using dense inverse search", 2016, on pictures enlarged
        to `FLOW_SIDE`. A flow is valid by the two tests of Ruder et al., "Artistic style transfer
        for videos", 2016, equations 5 and 6, that Lai et al. use too. They are made at the size at
        which flow is looked for, since their constants are meant for pictures of hundreds of
        pixels; a pixel is valid if most of what it was enlarged to is.

        Raises:
            ValueError: the shape is not of a video of two frames or more.
        """
        _check_video(truth)
        height, width = truth.shape[2:]
        scale = max(1.0, FLOW_SIDE / min(height, width))
        grey = _enlarged_grey(truth, scale)
        search = cv2.DISOpticalFlow.create(FLOW_PRESET)
        forward = _flows(search, grey[:-1], grey[1:])
        backward = _flows(search, grey[1:], grey[:-1])
        valid = F.interpolate(_agrees(forward, backward).float(), (height, width), mode="area")
        flow = F.interpolate(backward, (height, width), mode="area") / scale
        return cls(flow, (valid > 0.5) & _inside(flow))


def warping_error(video: Tensor, motion: Motion, within: Tensor | None = None) -> float:
    """Return how much a video departs from the motion of the real one, in [0, 1]; 0 is best.

    Lai et al., "Learning blind video temporal consistency", 2018, section 4.1: frame t, warped by
    the real motion to frame t + 1, against frame t + 1. Squared difference of values in [0, 1],
    mean over the valid pixels and the channels, then over the pairs of frames that have any. They
    warp t + 1 to t; the direction here is the one for which Ruder's tests are made. NaN if no
    pixel is valid.

    The floor is `warping_error(truth, motion, within)`: errors of the flow, bilinear blur, shading.

    Args:
        video: float (T, 3, H, W) in [-1, 1].
        motion: `Motion.of` the real video.
        within: uint8 (T, 1, H, W), soft mask of what is looked at, in the frame warped to: the
            person, for instance. None for all.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check_video(video)
    if motion.flow.shape != (len(video) - 1, 2, *video.shape[2:]):
        raise ValueError(
            f"motion must be of as many frames of the same size as the video {tuple(video.shape)}, "
            f"got a flow {tuple(motion.flow.shape)}"
        )
    video = video.float() / 2 + 0.5
    counted = motion.valid
    if within is not None:
        counted = counted & _selected(within, video)[1:]
    error = (_warp(video[:-1], motion.flow) - video[1:]).square().mean(dim=1, keepdim=True)
    area = counted.sum(dim=(1, 2, 3))
    means = (error * counted).sum(dim=(1, 2, 3)) / area
    return float(means.nanmean())


def flicker(video: Tensor, truth: Tensor, within: Tensor | None = None) -> float:
    """Return the mean change from frame to frame where the real video stands still; 0 is best.

    Absolute difference of consecutive frames in levels of 8 bits, 0 to 255, mean over channels and
    over all pixels and pairs of frames where no channel of the real video changes by more than
    `STILL_LEVELS`. NaN if there is none. Independent Gaussian noise of standard deviation s gives
    2 s / sqrt(pi). The floor is `flicker(truth, truth, within)`.

    Args:
        video: float (T, 3, H, W) in [-1, 1].
        truth: the real video, of the same shape.
        within: uint8 (T, 1, H, W), soft mask of what is looked at, in both frames of a pair: the
            person, for instance, or 255 less that for the background. None for all.

    Raises:
        ValueError: the shapes do not fit.
    """
    _check_video(video)
    if truth.shape != video.shape:
        raise ValueError(
            f"the real video must have the video's shape {tuple(video.shape)}, "
            f"got {tuple(truth.shape)}"
        )
    # Half a level of tolerance: levels that went through [-1, 1] are whole only nearly.
    counted = _changes(truth).amax(dim=1, keepdim=True) < STILL_LEVELS + 0.5
    if within is not None:
        selected = _selected(within, video)
        counted &= selected[:-1] & selected[1:]
    return float(_changes(video).mean(dim=1, keepdim=True)[counted].mean())


def _check_video(video: Tensor) -> None:
    if video.ndim != 4 or video.shape[1] != 3 or len(video) < 2:
        raise ValueError(
            f"expected a video (T, 3, H, W) of at least two frames, got {tuple(video.shape)}"
        )


def _selected(within: Tensor, video: Tensor) -> Tensor:
    """Pixels that belong to a soft mask, bool (T, 1, H, W)."""
    if within.dtype != torch.uint8 or within.shape != (len(video), 1, *video.shape[2:]):
        raise ValueError(
            f"expected a uint8 mask (T, 1, H, W) for a video {tuple(video.shape)}, "
            f"got {within.dtype} {tuple(within.shape)}"
        )
    return within > 127


def _changes(video: Tensor) -> Tensor:
    """Absolute differences of consecutive frames in levels of 8 bits, (T - 1, 3, H, W)."""
    return video.float().diff(dim=0).abs() * 127.5


def _enlarged_grey(video: Tensor, scale: float) -> list[np.ndarray]:
    """The luma of frames as OpenCV wants it: uint8 (scale H, scale W) each."""
    levels = (
        ((video.float() + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()
    )
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in levels]
    return [
        cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) for frame in grey
    ]


def _flows(
    search: cv2.DISOpticalFlow, sources: Sequence[np.ndarray], targets: Sequence[np.ndarray]
) -> Tensor:
    """Flow from each source to its target, float32 (N, 2, H, W)."""
    flows = [
        search.calc(source, target, np.zeros((*source.shape, 2), np.float32))
        for source, target in zip(sources, targets, strict=True)
    ]
    return torch.from_numpy(np.stack(flows)).permute(0, 3, 1, 2)


def _agrees(forward: Tensor, backward: Tensor) -> Tensor:
    """Where a backward flow is neither of something hidden before nor at a border of motions."""
    there = _warp(forward, backward)
    size = backward.square().sum(dim=1, keepdim=True)
    detour = (there + backward).square().sum(dim=1, keepdim=True)
    seen = detour <= 0.01 * (there.square().sum(dim=1, keepdim=True) + size) + 0.5
    down = F.pad(backward.diff(dim=2), (0, 0, 0, 1))
    right = F.pad(backward.diff(dim=3), (0, 1))
    bend = (down.square() + right.square()).sum(dim=1, keepdim=True)
    return seen & (bend <= 0.01 * size + 0.002)


def _inside(flow: Tensor) -> Tensor:
    """Where a flow (N, 2, H, W) points to a place within the picture, bool (N, 1, H, W).

    A pixel reaches half a pixel from its middle.
    """
    height, width = flow.shape[2:]
    reach = 1 + 1 / torch.tensor([width - 1, height - 1])
    return (_origins(flow).abs() <= reach).all(dim=-1)[:, None]


def _warp(pictures: Tensor, flow: Tensor) -> Tensor:
    """Fetch each pixel from where the flow (N, 2, H, W) points to, bilinearly."""
    return F.grid_sample(pictures, _origins(flow), padding_mode="border", align_corners=True)


def _origins(flow: Tensor) -> Tensor:
    """Where a flow points to, (N, H, W, 2), the middle of the outermost pixels at -1 and 1."""
    height, width = flow.shape[2:]
    rows = torch.arange(height, device=flow.device)[:, None]
    columns = torch.arange(width, device=flow.device)
    x = (columns + flow[:, 0]) * (2 / (width - 1)) - 1
    y = (rows + flow[:, 1]) * (2 / (height - 1)) - 1
    return torch.stack([x, y], dim=-1)
