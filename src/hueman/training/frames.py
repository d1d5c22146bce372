"""Prepared frames at the size a network works at, and the inputs the networks take from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.appearance.appearance import Appearance
from hueman.appearance.background import Background
from hueman.clips.store import PreparedClip
from hueman.color.augmentation import GarmentStatistics, recolor_batch
from hueman.features.feature_map import StickFigure, feature_map, target_feature_map
from hueman.features.pose import scale_pose
from hueman.features.skeleton import LOWER_PARTS, UPPER_PARTS
from hueman.features.stick_figure import draw_stick_figures


@dataclass(frozen=True)
class Frames:
    """N frames, of one clip or of many, at H x W; pictures stay uint8 to save memory."""

    rgb: Tensor
    """uint8 (N, 3, H, W)."""
    person: Tensor
    """uint8 (N, 1, H, W), soft mask."""
    upper: Tensor
    """uint8 (N, 1, H, W), soft mask of the upper garment."""
    lower: Tensor
    """uint8 (N, 1, H, W), soft mask of the lower garment."""
    edges: Tensor
    """uint8 (N, 1, H, W)."""
    parts: Tensor
    """uint8 (N, H, W), body-part labels 0..10."""
    pose: Tensor
    """float32 (N, 18, 3)."""
    upper_color: Tensor
    """float32 (N, 3), mean Lab of the upper garment over the frame's clip."""
    lower_color: Tensor
    """float32 (N, 3), mean Lab of the lower garment over the frame's clip."""

    @classmethod
    def of(
        cls,
        clip: PreparedClip,
        height: int,
        width: int,
        *,
        colors: GarmentStatistics | None = None,
    ) -> "Frames":
        """Bring a prepared clip to `height` x `width`; pictures are averaged over area.

        Its garments' colours are measured if they are not given.
        """
        pose = scale_pose(clip.pose, width / clip.frames.shape[2], height / clip.frames.shape[1])
        if colors is None:
            colors = GarmentStatistics.of_clip(clip.frames, clip.upper, clip.lower)
        labels = torch.from_numpy(clip.parts)[:, None].float()
        masks = {
            name: resize(torch.from_numpy(getattr(clip, name))[:, None], height, width)
            for name in ("person", "upper", "lower", "edges")
        }
        return cls(
            rgb=resize(torch.from_numpy(clip.frames).permute(0, 3, 1, 2), height, width),
            parts=F.interpolate(labels, (height, width), mode="nearest-exact")[:, 0].byte(),
            pose=torch.from_numpy(pose),
            upper_color=colors.upper.expand(len(clip), -1),
            lower_color=colors.lower.expand(len(clip), -1),
            **masks,
        )

    @classmethod
    def gather(
        cls,
        sources: "Sequence[Frames] | Mapping[int, Frames]",
        places: Sequence[tuple[int, int]],
    ) -> "Frames":
        """Collect frames of several clips, each place a (clip number, frame number)."""
        return cls(
            **{
                field.name: torch.stack(
                    [getattr(sources[number], field.name)[frame] for number, frame in places]
                )
                for field in fields(cls)
            }
        )

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.rgb)

    def __getitem__(self, index: slice | Tensor | list[int]) -> "Frames":
        """Choose frames by a slice or by numbers, repeated ones allowed."""
        return Frames(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def to(self, device: torch.device | str) -> "Frames":
        """Return the same frames on another device."""
        return Frames(
            **{field.name: getattr(self, field.name).to(device) for field in fields(self)}
        )

    def shifted(self, columns: Tensor) -> "Frames":
        """Move each frame to the right, pictures, masks and pose alike; borders are repeated.

        Args:
            columns: (N,) whole numbers of pixels, negative ones to the left.
        """
        width = self.rgb.shape[-1]
        origin = (torch.arange(width) - columns[:, None].cpu()).clamp(0, width - 1)
        origin = origin.to(self.rgb.device)
        moved = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("pose", "upper_color", "lower_color")
        }
        moved = {
            name: torch.take_along_dim(
                picture, origin.view(-1, *[1] * (picture.ndim - 2), width), dim=-1
            )
            for name, picture in moved.items()
        }
        pose = self.pose.clone()
        pose[..., 0] += columns[:, None].to(pose)
        return replace(self, pose=pose, **moved)

    @cached_property
    def garments(self) -> Tensor:
        """Soft masks of both garments, (N, 2, H, W) in [0, 1]; they go under pose after pose."""
        return torch.cat([self.upper, self.lower], dim=1).float() / 255

    def pictures(self) -> Tensor:
        """Return the frames as networks take them, (N, 3, H, W) in [-1, 1]."""
        return self.rgb.float() / 127.5 - 1

    def recolored(
        self,
        upper: Tensor | None,
        lower: Tensor | None,
        recolor: "Recolor | None" = None,
    ) -> Tensor:
        """Return the frames with garments moved to new mean colours.

        Args:
            upper: (N, 2) wanted mean a, b of the upper garments, or (N, 3), Lab, or None to leave
                them.
            lower: the same for the lower garments.
            recolor: another way to colour than moving colours; it needs a and b.

        Returns:
            (N, 3, H, W) in [-1, 1].
        """
        if recolor is not None:
            return recolor(self, upper, lower)
        return recolor_batch(
            self.pictures(),
            self.upper.float() / 255,
            self.lower.float() / 255,
            GarmentStatistics(self.upper_color, self.lower_color),
            upper,
            lower,
        )

    def features(self) -> Tensor:
        """Return the frames' own feature maps (paper, section 2.1), (N, 4, H, W) in [-1, 1]."""
        sticks = draw_stick_figures(self.pose.cpu().numpy(), *self.rgb.shape[2:])
        return feature_map(torch.from_numpy(sticks).to(self.rgb.device), self.edges[:, 0]) * 2 - 1

    def encoder_regions(self, kind: str) -> Tensor:
        """Return what E_up and E_down may see, (N, 2, H, W) in [0, 1].

        Args:
            kind: "frame", "parts" or "garment" (stage_config.EncoderConfig.input_region).
        """
        if kind == "frame":
            return torch.ones(len(self), 2, *self.rgb.shape[2:], device=self.rgb.device)
        if kind == "garment":
            return self.garments
        legs = tuple(set(LOWER_PARTS) - set(UPPER_PARTS))
        regions = [
            torch.isin(self.parts, torch.tensor(labels, device=self.parts.device))
            for labels in (UPPER_PARTS, legs)
        ]
        return torch.stack(regions, dim=1).float()

    def appearance(self, together: bool = False, lightness: bool = False) -> Appearance:
        """Take the frames apart for the appearance path: people, garments, backgrounds.

        Args:
            together: the frames show one person in one place, so they have one background.
            lightness: take the garments' lightness out too, see `without_colors`.
        """
        background = Background.of(self.rgb, self.person, self.pose, together)
        garments = torch.cat([self.upper, self.lower], dim=1)
        means = self.upper_color, self.lower_color
        return Appearance.of(
            self.rgb, garments, means, self.parts, self.pose, background, lightness
        )

    def warped(
        self,
        pose: Tensor,
        code_region: str,
        stick_figure: StickFigure = "drawn",
        chosen: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Bring the frames' features under other poses (paper, section 2.3).

        Args:
            pose: (N, 18, 3), target poses.
            code_region: "frame", "parts" or "garments" (stage_config.GeneratorConfig.code_region).
            stick_figure: "drawn" or "warped" (stage_config.StageTwoConfig.stick_figure).
            chosen: long (N, 10), which of the frames shows each part, if all show one person; by
                default each pose is that of the person of its own frame, or of the only one.

        Returns:
            Feature maps (N, 4, H, W) in [-1, 1] and code regions (N, 2, H, W) in [0, 1].
        """
        garments = self.garments if code_region == "garments" else None
        target = target_feature_map(
            self.edges[:, 0], self.parts, self.pose, pose, stick_figure, chosen, garments
        )
        if code_region == "garments":
            regions = target.masks
        elif code_region == "parts":
            regions = target.regions
        else:
            regions = torch.ones_like(target.features[:, :2])
        return target.features * 2 - 1, regions


Recolor = Callable[[Frames, Tensor | None, Tensor | None], Tensor]
"""Frames and the wanted (a, b) of both garments, each (N, 2) or None, to (N, 3, H, W) in [-1, 1].
"""


class Clip(Protocol):
    """A clip to train on; its frames are in memory, or are read when they are asked for."""

    @property
    def actor(self) -> str:
        """Who is seen."""
        ...

    @property
    def action(self) -> str:
        """What they do."""
        ...

    @property
    def fps(self) -> float:
        """Frames a second of the source."""
        ...

    @property
    def frames(self) -> Frames:
        """At training size."""
        ...

    def __len__(self) -> int:
        """Return the number of frames; it is known without reading them."""
        ...


def gather(clips: Sequence[Clip], places: Sequence[tuple[int, int]]) -> Frames:
    """Collect frames of clips, each place a (clip number, frame number), reading no other clip."""
    needed = {number: clips[number].frames for number in {number for number, _ in places}}
    return Frames.gather(needed, places)


@dataclass(frozen=True)
class ClipFrames:
    """The frames of one clip, with its name."""

    actor: str
    action: str
    fps: float
    frames: Frames

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.frames)

    @classmethod
    def of(cls, clip: PreparedClip, height: int, width: int) -> "ClipFrames":
        """Bring a prepared clip to `height` x `width`."""
        return cls(clip.actor, clip.action, clip.fps, Frames.of(clip, height, width))


def resize(pictures: Tensor, height: int, width: int) -> Tensor:
    """Resize uint8 (N, C, H, W) to `height` x `width` by averaging over area."""
    if pictures.shape[2:] == (height, width):
        return pictures.contiguous()
    resized = F.interpolate(pictures.float(), (height, width), mode="area")
    return resized.round().to(torch.uint8)
