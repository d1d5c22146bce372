"""Training samples of stage II: two consecutive coloured frames, and what the generator may know.

All frames of a sample, its content frame included, wear the same colours (paper, section 4.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.nn import functional as F

from hueman.appearance.appearance import Appearance
from hueman.config import TrainingConfig
from hueman.features.close_ups import close_up_squares
from hueman.features.skeleton import BODY_PARTS
from hueman.training.coloring import draw_clip_colors
from hueman.training.data import step_generator
from hueman.training.devices import place
from hueman.training.frames import Clip, Frames, Recolor, gather
from hueman.training.guidance import Guidance
from hueman.training.model import VideoModel, black_frames
from hueman.training.prefetch import Prefetcher, batches_ahead
from hueman.training.sampling import make_sampler

STAGE_NUMBER = 2
BLOTCH = 8
"""Pixels from one random number of smooth noise to the next."""


@dataclass(frozen=True)
class WarpedPair:
    """What of a batch can be made ahead, on the CPU: N samples."""

    real: list[Tensor]
    """v1 and v2, each (N, 3, H, W) in [-1, 1]."""
    guidance: list[Guidance]
    """For each warm-up frame, then for v1 and v2; feature maps are warped and not yet restored."""
    colors: Tensor
    """(N, 2C), colours that the upper and the lower garments were given, or have: a and b, or Lab.
    """
    content: Tensor
    """The coloured content frames, (N, 3, H, W) in [-1, 1]."""
    encoder_regions: Tensor
    """(N, 2, H, W), what the encoders may see of them."""
    squares: list[Tensor]
    """(N, 3, 3) for v1 and v2: where face and hands are (`close_up_squares`)."""
    blotches: list[Tensor]
    """(N, 3, H, W) for v1 and v2, to be added to the frame before."""


@dataclass(frozen=True)
class Batch:
    """N samples of two consecutive frames, on the device."""

    real: list[Tensor]
    """v1 and v2, each (N, 3, H, W) in [-1, 1]."""
    guidance: list[Guidance]
    """For v1 and v2: F1 and F2 are warped from the content frame, and restored if so chosen."""
    content: tuple[Tensor, Tensor]
    """What the encoders see: the coloured content frames, (N, 3, H, W), and regions, (N, 2, H, W).
    """
    code: Tensor
    """(N, up + down), of the content frame, without gradient."""
    colors: Tensor
    """(N, 2C), colours that it stands for."""
    previous: Tensor
    """v0, (N, 3, H, W): black, or what the generator made of the frames before."""
    squares: list[Tensor]
    """(N, 3, 3) for v1 and v2: where face and hands are."""
    blotches: list[Tensor]
    """(N, 3, H, W) for v0 and v1, added to them when the next frame is made from them."""


class FramePairs:
    """Batches of frame pairs, each a function of its number and of the model as it is.

    Args:
        model: its encoders, and for warm-up frames its generator, take part in a batch.
        clips: to draw from.
        config: all settings.
        fabric: device and precision.
        recolor: another way to colour garments.
    """

    def __init__(
        self,
        model: VideoModel,
        clips: Sequence[Clip],
        config: TrainingConfig,
        fabric: Fabric,
        recolor: Recolor | None = None,
    ):
        self.model = model
        self.clips = clips
        self.config = config
        self.fabric = fabric
        self.recolor = recolor
        batch_size = config.stage_two.schedule.batch_size
        self.sampler = make_sampler(clips, batch_size, config.seed, fabric.world_size, span=2)
        self._warped = Prefetcher(self.warp, batches_ahead(fabric), fabric.world_size)

    @property
    def waited(self) -> float:
        """Seconds that batches were waited for, without what networks take to complete them."""
        return self._warped.waited

    @torch.no_grad()
    def __call__(self, number: int) -> Batch:
        """Make batch `number`.

        By option (`warm_up_frames`) some frames before the pair are generated first, so that the
        pair does not always begin at black: the generator then learns to live with its own output,
        as it must in a long video.
        """
        pair = self._warped(number)
        guidance = [each.each(partial(place, fabric=self.fabric)) for each in pair.guidance]
        black = black_frames(guidance[0].features)
        content = place(pair.content, self.fabric), place(pair.encoder_regions, self.fabric)
        colors = pair.colors.to(self.fabric.device)
        with self.fabric.autocast():  # what is frozen computes as it did while it was trained
            guidance = [
                each._replace(features=self.model.restored(each.features)) for each in guidance
            ]
            code = self.model.encoders(*content).float()
            before = self.model.generate_sequence(guidance[:-2], code, black, colors=colors)
        return Batch(
            real=[place(frame, self.fabric) for frame in pair.real],
            guidance=guidance[-2:],
            content=content,
            code=code,
            colors=colors,
            previous=before[-1].float() if before else black,
            squares=[each.to(self.fabric.device) for each in pair.squares],
            blotches=[place(each, self.fabric) for each in pair.blotches],
        )

    @torch.no_grad()
    def warp(self, number: int) -> WarpedPair:
        """Draw, colour and warp batch `number`, on the CPU."""
        stage = self.config.stage_two
        random = step_generator(self.config.seed, STAGE_NUMBER, number)
        places = self.sampler.batch(number)
        content = gather(self.clips, self._content_places(places, random))
        colors = draw_clip_colors(content, self.config, random)
        count = 3 if self.config.lightness_augmentation else 2
        own = (content.upper_color[:, -count:], content.lower_color[:, -count:])
        worn = [mean if drawn is None else drawn for mean, drawn in zip(own, colors, strict=True)]
        warm_up = int(torch.randint(stage.warm_up_frames + 1, (1,), generator=random))
        if not stage.generator.previous_frame:
            warm_up = 0
        columns = self._random_columns(len(places), random)
        targets = [
            self._frames_after(places, later).shifted(columns) for later in range(-warm_up, 2)
        ]
        # The background moves with the targets, so what is seen of the content frame must too.
        seen = None
        if stage.appearance:
            lightness = self.config.lightness_augmentation
            seen = content.shifted(columns).appearance(lightness=lightness)
        encoder_regions = content.encoder_regions(self.config.stage_one.encoder.input_region)
        return WarpedPair(
            real=[target.recolored(*colors, recolor=self.recolor) for target in targets[-2:]],
            guidance=self._guidance(content, seen, [each.pose for each in targets]),
            colors=torch.cat(worn, dim=1),
            content=content.recolored(*colors, recolor=self.recolor),
            encoder_regions=encoder_regions,
            squares=[close_up_squares(target.pose) for target in targets[-2:]],
            blotches=self._blotches(number, begins_black=warm_up == 0),
        )

    def _guidance(
        self, content: Frames, seen: Appearance | None, poses: list[Tensor]
    ) -> list[Guidance]:
        """Bring N content frames under poses of consecutive frames, (N, 18, 3) each.

        All at once: of small frames, the calls cost more than the pixels.
        """
        stage, count, pose = self.config.stage_two, len(content), torch.cat(poses)
        own = torch.arange(count).repeat(len(poses))
        chosen = own[:, None].expand(-1, len(BODY_PARTS))
        features, regions = content.warped(
            pose, stage.generator.code_region, stage.stick_figure, chosen
        )
        if seen is None:
            together = zip(features.split(count), regions.split(count), strict=True)
            return [Guidance(*each, None) for each in together]
        moved = seen.under(pose, chosen)
        together = zip(*(each.split(count) for each in (features, regions, moved)), strict=True)
        return [Guidance(*each) for each in together]

    def _frames_after(self, places: list[tuple[int, int]], later: int) -> Frames:
        """Return the frames `later` frames after (or before) the places, within their clips."""
        return gather(self.clips, [(clip, max(0, frame + later)) for clip, frame in places])

    def _blotches(self, number: int, begins_black: bool) -> list[Tensor]:
        """Draw smooth noise for v0 and v1, of another strength for each sample; black stays so."""
        strongest = self.config.stage_two.previous_noise
        count, size = self.sampler.batch_size, (self.config.height, self.config.width)
        if strongest == 0:
            return [torch.zeros(1, 1, 1, 1)] * 2
        # A generator of its own: whatever else is drawn does not depend on this.
        random = step_generator(self.config.seed, STAGE_NUMBER, number, 1)
        cells = [side // BLOTCH for side in size]
        blotches = []
        for frame in range(2):
            strength = strongest * torch.rand((count, 1, 1, 1), generator=random)
            coarse = strength * torch.randn((count, 3, *cells), generator=random)
            smooth = F.interpolate(coarse, size, mode="bilinear", align_corners=False)
            blotches.append(torch.zeros(1, 1, 1, 1) if begins_black and frame == 0 else smooth)
        return blotches

    def _random_columns(self, count: int, random: torch.Generator) -> Tensor:
        """Draw by how many pixels to shift each sample sideways."""
        most = round(self.config.stage_two.max_shift * self.config.width)
        return torch.randint(-most, most + 1, (count,), generator=random)

    def _content_places(
        self, places: list[tuple[int, int]], random: torch.Generator
    ) -> list[tuple[int, int]]:
        if self.config.stage_two.source_frame == "first":
            return [(clip, 0) for clip, _ in places]
        uniform = torch.rand(len(places), generator=random).tolist()
        return [
            (clip, int(share * len(self.clips[clip])))
            for (clip, _), share in zip(places, uniform, strict=True)
        ]
