"""Warping of features from one pose to another, part by part: eq. (1) of the paper.

On a GPU, and where gradients are wanted, a part is moved for the whole batch at once, in boxes;
on a CPU one by one (`hueman.features.pieces`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.features.affine import part_affines
from hueman.features.pieces import Piece, Pieces
from hueman.features.skeleton import BODY_PARTS

NEAREST_LAST = (
    "left_lower_leg", "right_lower_leg", "left_upper_leg", "right_upper_leg", "torso", "head",
    "left_upper_arm", "right_upper_arm", "left_lower_arm", "right_lower_arm",
)  # fmt: skip
"""Body parts as they usually lie upon each other in front of a camera: arms before the body, the
upper garment over the lower one."""


class Warped(NamedTuple):
    """Features under another pose, and where each body part went."""

    features: Tensor
    """float (N, C, H, W): the largest of all warped parts; 0 where none is."""
    parts: Tensor
    """float (N, 10, H, W) in [0, 1]: how far each part covers a pixel, order of `BODY_PARTS`."""


def warp_parts(
    features: Tensor, parts: Tensor, source: Tensor, target: Tensor, chosen: Tensor | None = None
) -> Warped:
    """Move every body part with its own affine map and keep the largest value at each pixel.

    Differentiable in `features`; bilinear, zero outside the frame. A part whose joints are missing
    from either pose vanishes.

    Args:
        features: float (N, C, H, W), 0 meaning "nothing" and no value below it.
        parts: uint8 (N, H, W), labels 0..10 of the body parts under the source pose.
        source: float (N, 18, 3), the poses that the features show.
        target: float (N, 18, 3), the poses wanted.
        chosen: long (N, 10), for each target from which source each part is taken, of any number
            of sources; by default from its own, or from the only one.

    Raises:
        ValueError: the shapes do not fit each other.
    """
    labels = torch.arange(1, len(BODY_PARTS) + 1, device=parts.device, dtype=parts.dtype)
    masks = parts[:, None] == labels[:, None, None]
    motion = _Motion.of(features, masks, source, target, chosen)
    merge = _merged_by_pieces if _suits_pieces(features) else _merged_by_boxes
    return merge(features, masks, motion)


def warp_layers(
    pictures: Tensor,
    parts: Tensor,
    source: Tensor,
    target: Tensor,
    background: Tensor,
    chosen: Tensor | None = None,
) -> Tensor:
    """Move every body part with its own affine map and lay them upon each other, far to near.

    For pictures, of which the largest value (eq. 1) would be the brightest part and not the
    nearest. See `NEAREST_LAST` for the order. Bilinear, nothing outside the frame; without
    gradient.

    Args:
        pictures: float (N, C, H, W), any values.
        parts: bool (N, 10, H, W), where the source shows each part; parts may overlap, so that
            what a bent joint tears open is filled from below.
        source: float (N, 18, 3), the poses that the pictures show.
        target: float (N, 18, 3), the poses wanted.
        background: float (N, C, H, W), what they are laid upon.
        chosen: long (N, 10), as in `warp_parts`.

    Returns:
        float (N, C, H, W).

    Raises:
        ValueError: the shapes do not fit each other.
    """
    motion = _Motion.of(pictures, parts, source, target, chosen)
    if background.shape != (len(target), *pictures.shape[1:]):
        raise ValueError(
            f"a background for each of {len(target)} targets must be as large as the pictures "
            f"{tuple(pictures.shape)}, got {tuple(background.shape)}"
        )
    with torch.no_grad():
        lay = _laid_by_pieces if _suits_pieces(pictures) else _laid_by_boxes
        return lay(pictures, parts, motion, background)


class _Motion(NamedTuple):
    """Where each part of each target comes from, and how it gets there."""

    matrices: Tensor
    """float (N, 10, 2, 3), in pixels of the frame."""
    valid: Tensor
    """bool (N, 10), false where a part vanishes."""
    chosen: Tensor
    """long (N, 10), which source shows it."""

    @classmethod
    def of(
        cls, pictures: Tensor, masks: Tensor, source: Tensor, target: Tensor, chosen: Tensor | None
    ) -> "_Motion":
        """Fit the affine maps; arguments as for `warp_layers`."""
        count, _, height, width = pictures.shape
        if chosen is None:
            own = torch.arange(len(target), device=target.device).clamp(max=count - 1)
            chosen = own[:, None].expand(-1, len(BODY_PARTS)) if count in (1, len(target)) else own
        fits = masks.shape == (count, len(BODY_PARTS), height, width) and len(source) == count
        if not fits or chosen.shape != (len(target), len(BODY_PARTS)):
            raise ValueError(
                f"pictures {tuple(pictures.shape)}, parts {tuple(masks.shape)} and poses "
                f"{tuple(source.shape)} must agree in N, H and W, and with {len(target)} targets, "
                f"unless sources are chosen for them as (N, 10); got {tuple(chosen.shape)}"
            )
        matrices, valid = part_affines(source[chosen], target)
        return cls(matrices, valid, chosen)


def _suits_pieces(pictures: Tensor) -> bool:
    """Whether OpenCV can move the parts of these pictures: no GPU, no gradient."""
    gradient = pictures.requires_grad and torch.is_grad_enabled()
    return pictures.device.type == "cpu" and pictures.dtype == torch.float32 and not gradient


def _merged_by_pieces(features: Tensor, masks: Tensor, motion: _Motion) -> Warped:
    count, (channels, height, width) = len(motion.matrices), features.shape[1:]
    merged = np.zeros((count, height, width, channels), np.float32)
    covered = np.zeros((count, len(BODY_PARTS), height, width), np.float32)
    for number, part, piece in _moved_pieces(features, masks, motion, BODY_PARTS):
        window = merged[number][piece.window]
        np.maximum(window, piece.picture[:, :, :channels], out=window)
        covered[number, part][piece.window] = piece.picture[:, :, channels]
    return Warped(_as_tensor(merged), torch.from_numpy(covered))


def _laid_by_pieces(pictures: Tensor, masks: Tensor, motion: _Motion, background: Tensor) -> Tensor:
    channels = pictures.shape[1]
    laid = background.permute(0, 2, 3, 1).numpy().copy(order="C")
    for number, _, piece in _moved_pieces(pictures, masks, motion, NEAREST_LAST):
        window = laid[number][piece.window]
        window *= 1 - piece.picture[:, :, channels:]
        window += piece.picture[:, :, :channels]
    return _as_tensor(laid)


def _moved_pieces(
    pictures: Tensor, masks: Tensor, motion: _Motion, order: Sequence[str]
) -> Iterator[tuple[int, int, Piece]]:
    """Yield each target's number, each part's, and the part where it arrives."""
    pieces = Pieces(pictures.detach().numpy(), masks.numpy())
    matrices, chosen = motion.matrices.numpy(), motion.chosen.numpy()
    valid = motion.valid.numpy()
    parts = [BODY_PARTS.index(name) for name in order]
    for number in range(len(matrices)):
        for part in parts:
            if valid[number, part]:
                piece = pieces.moved(chosen[number, part], part, matrices[number, part])
                if piece is not None:
                    yield number, part, piece


def _as_tensor(pictures: np.ndarray) -> Tensor:
    """(N, H, W, C) as (N, C, H, W), as it lies in memory."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


def _merged_by_boxes(features: Tensor, masks: Tensor, motion: _Motion) -> Warped:
    count, (channels, height, width) = len(motion.matrices), features.shape[1:]
    merged = features.new_zeros(count, channels, height, width)
    covered = features.new_zeros(count, len(BODY_PARTS), height, width)
    for index, there, moved in _moved_boxes(features, masks, motion, BODY_PARTS):
        # The clone is kept for the gradient while the next part writes into the same place.
        largest = torch.maximum(merged[there.window].clone(), moved[:, :channels])
        merged[there.window] = largest
        covered[:, index][there.window] = moved[:, channels].detach()
    return Warped(merged, covered)


def _laid_by_boxes(pictures: Tensor, masks: Tensor, motion: _Motion, background: Tensor) -> Tensor:
    laid = background.clone()
    for _, there, moved in _moved_boxes(pictures, masks, motion, NEAREST_LAST):
        laid[there.window] = laid[there.window] * (1 - moved[:, -1:]) + moved[:, :-1]
    return laid


def _moved_boxes(
    pictures: Tensor, masks: Tensor, motion: _Motion, order: Sequence[str]
) -> Iterator[tuple[int, "_Box", Tensor]]:
    """Yield each part's number, the box where it arrives, and there the picture and its mask.

    The picture is multiplied by the mask, which comes as its last channel.
    """
    height, width = pictures.shape[2:]
    for index in map(BODY_PARTS.index, order):
        frames, matrices = motion.chosen[:, index], motion.matrices[:, index]
        mask = masks[frames, index] & motion.valid[:, index, None, None]
        # A part covers little of the frame: working in its boxes alone is several times faster.
        here = _source_box(mask)
        there = here and _target_box(here, matrices, height, width)
        if not here or not there:
            continue
        visible = mask[here.window][:, None].to(pictures.dtype)
        part = torch.cat([pictures[here.window][frames] * visible, visible], dim=1)
        grid = _sampling_grid(matrices, here, there).to(pictures.dtype)
        yield index, there, F.grid_sample(part, grid, align_corners=False)


class _Box(NamedTuple):
    """Pixels of a frame: rows top..bottom - 1, columns left..right - 1."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def window(self) -> tuple:
        """Index of these pixels in a tensor (..., H, W)."""
        return (..., slice(self.top, self.bottom), slice(self.left, self.right))


def _source_box(mask: Tensor) -> _Box | None:
    """Return the box around a part in all items of a batch, bool (N, H, W); None if it is empty."""
    together = mask.any(dim=0)
    rows, columns = together.any(dim=1).nonzero()[:, 0], together.any(dim=0).nonzero()[:, 0]
    if not len(rows):
        return None
    return _Box(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


def _target_box(source: _Box, matrices: Tensor, height: int, width: int) -> _Box | None:
    """Return the box of the frame where a box arrives under any matrix, (N, 2, 3), or None."""
    # Bilinear sampling reaches one pixel beyond the outermost pixels.
    x = matrices.new_tensor([source.left - 1, source.right])
    y = matrices.new_tensor([source.top - 1, source.bottom])
    arrived = torch.cartesian_prod(x, y) @ matrices[:, :, :2].mT + matrices[:, None, :, 2]
    left, top = arrived.amin(dim=(0, 1)).floor().int().tolist()
    right, bottom = arrived.amax(dim=(0, 1)).ceil().int().tolist()
    box = _Box(max(0, top), min(height, bottom + 1), max(0, left), min(width, right + 1))
    return box if box.top < box.bottom and box.left < box.right else None


def _sampling_grid(matrices: Tensor, source: _Box, target: _Box) -> Tensor:
    """Return for each pixel of the target box where it comes from in the source box.

    Args:
        matrices: float (N, 2, 3), source to target in pixels of the frame.
        source: h x w pixels.
        target: H x W pixels.

    Returns:
        (N, H, W, 2), as `grid_sample` wants it: x, y, with the source box's edges at -1 and 1.
    """
    inverse = torch.linalg.inv(matrices[:, :, :2].double())
    x = torch.arange(target.left, target.right, device=matrices.device)
    y = torch.arange(target.top, target.bottom, device=matrices.device)
    pixels = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=2).double()
    offset = pixels.flatten(0, 1) - matrices[:, None, :, 2]
    origin = (offset @ inverse.mT).unflatten(1, (len(y), len(x)))
    corner = origin.new_tensor([source.left, source.top])
    size = origin.new_tensor([source.right - source.left, source.bottom - source.top])
    # Pixel centres lie at integers, so the first pixel's edge is half a pixel before it.
    return (2 * (origin - corner) + 1) / size - 1
