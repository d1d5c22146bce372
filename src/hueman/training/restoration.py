"""Training the network that restores warped feature maps (paper, section 2.3).

F~ = the feature map of a clip's content frame, warped to the pose of another frame of the clip;
F = that frame's own feature map. The network R learns F~ -> F against a discriminator that is shown
[F~, F] and [F~, R(F~)], with an L1 term beside, as pix2pix (Isola et al. 2017) does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.networks.patch_discriminator import MultiScaleDiscriminator
from hueman.networks.restoration import FEATURE_CHANNELS, RestorationNetwork
from hueman.training.adversary import judge_both
from hueman.training.data import Split, step_generator
from hueman.training.devices import place
from hueman.training.frames import Clip, gather
from hueman.training.losses import least_squares_loss
from hueman.training.model import VideoModel
from hueman.training.networks import TrainedNetworks
from hueman.training.pictures import picture_grid
from hueman.training.prefetch import Prefetcher, batches_ahead
from hueman.training.sampling import make_sampler

STAGE_NUMBER = 3
MEASURED_FRAMES = 48
SHOWN_FRAMES = 8


@dataclass(frozen=True)
class WarpedFrames:
    """N feature maps, (N, 4, H, W) in [-1, 1] each."""

    warped: Tensor
    true: Tensor


class RestorationStage:
    """Trains the restoration network of `model`.

    Raises:
        HuemanError: the settings have no `restoration`.
    """

    name = "restoration"
    judged_by: tuple[str, Literal["lowest", "highest"]] = ("edges_l1", "lowest")

    def __init__(self, model: VideoModel, split: Split, config: TrainingConfig, fabric: Fabric):
        if config.restoration is None or model.restoration is None:
            raise HuemanError("The settings have no 'restoration', so there is nothing to train.")
        self.config = config
        self.settings = config.restoration
        self.fabric = fabric
        self.schedule = self.settings.schedule
        self.model = model
        self.clips = {"train": split.train, "test": split.test or split.probe}
        self.sampler = make_sampler(
            split.train, self.schedule.batch_size, config.seed, fabric.world_size
        )
        self.batch = Prefetcher(self.make_batch, batches_ahead(fabric), fabric.world_size)

        torch.manual_seed(config.seed + STAGE_NUMBER)
        discriminator = MultiScaleDiscriminator(
            2 * FEATURE_CHANNELS,
            self.settings.discriminator_channels,
            self.settings.discriminator_layers,
            self.settings.discriminators,
        )
        self.networks = TrainedNetworks(
            {"restoration": model.restoration, "discriminator": discriminator},
            fabric,
            self.schedule.accumulate,
            config.compile,
        )

    def backward(self, number: int) -> dict[str, float]:
        """Add the gradients of batch `number` to both networks."""
        batch = self.batch(number)
        warped, true = place(batch.warped, self.fabric), place(batch.true, self.fabric)
        restored = self.networks["restoration"](warped)
        real_outputs, fake_outputs = judge_both(
            self.networks["discriminator"],
            torch.cat([warped, true], dim=1),
            torch.cat([warped, restored], dim=1),
        )
        judge = 0.5 * (
            least_squares_loss(real_outputs, real=True)
            + least_squares_loss(fake_outputs, real=False)
        )
        adversarial = least_squares_loss(fake_outputs, real=True)
        l1 = (restored - true).abs().mean()
        objective = self.settings.adversarial_weight * adversarial + self.settings.l1_weight * l1
        self.networks.backward(judge, "discriminator", retain_graph=True)
        self.networks.backward(objective, "restoration")
        losses = {"l1": l1, "adversarial": adversarial, "judge": judge}
        return {name: float(loss.detach()) for name, loss in losses.items()}

    @torch.no_grad()
    def make_batch(self, number: int) -> WarpedFrames:
        """Make batch `number`, on the CPU."""
        random = step_generator(self.config.seed, STAGE_NUMBER, number)
        places = self.sampler.batch(number)
        shares = torch.rand(len(places), generator=random).tolist()
        first = self.config.stage_two.source_frame == "first"
        train = self.clips["train"]
        content = [
            (clip, 0 if first else int(share * len(train[clip])))
            for (clip, _), share in zip(places, shares, strict=True)
        ]
        return self._warp(train, content, places)

    def _warp(
        self,
        clips: Sequence[Clip],
        content_places: list[tuple[int, int]],
        places: list[tuple[int, int]],
    ) -> WarpedFrames:
        content, target = (gather(clips, each) for each in (content_places, places))
        warped, _ = content.warped(target.pose, "frame", self.config.stage_two.stick_figure)
        return WarpedFrames(warped, target.features())

    def _held_out(self, count: int) -> WarpedFrames:
        """Warp the first frames of test clips to frames spread over the clips."""
        clips = self.clips["test"]
        each = -(-count // len(clips))
        places = [
            (number, (1 + index) * (len(clip) - 1) // each)
            for number, clip in enumerate(clips)
            for index in range(each)
        ][:count]
        return self._warp(clips, [(number, 0) for number, _ in places], places)

    @torch.no_grad()
    def measure(self) -> dict[str, float]:
        """Measure the edges' mean distance from the true ones (of 2), restored and only warped."""
        frames = self._held_out(MEASURED_FRAMES)
        restored = self._restore(frames.warped)
        edges = slice(3, None)
        return {
            "edges_l1": float((restored - frames.true)[:, edges].abs().mean()),
            "edges_l1_warped": float((frames.warped - frames.true)[:, edges].abs().mean()),
        }

    @torch.no_grad()
    def sample(self) -> np.ndarray:
        """Show the edges of warped, of restored and of true feature maps, and the restored maps."""
        frames = self._held_out(SHOWN_FRAMES)
        restored = self._restore(frames.warped)
        edges = [each[:, 3:].expand(-1, 3, -1, -1) for each in (frames.warped, restored)]
        return picture_grid([*edges, frames.true[:, 3:].expand(-1, 3, -1, -1), restored[:, :3]])

    def release(self) -> RestorationNetwork:
        """Return the trained network, which does not train on."""
        return self.networks.shown("restoration").requires_grad_(False)  # type: ignore[return-value]

    def _restore(self, warped: Tensor) -> Tensor:
        parts = [
            self.networks["restoration"](place(part, self.fabric)).float().cpu()
            for part in warped.split(self.schedule.batch_size)
        ]
        return torch.cat(parts)
