"""The trained model: encoders, restoration, generator, distribution of codes, and their file."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from hueman.appearance.appearance import Appearance
from hueman.appearance.calibration import COLORS, OWN_WEIGHT, Calibration, fit_correction
from hueman.appearance.tinting import tinted
from hueman.color.augmentation import random_colors
from hueman.config import TrainingConfig
from hueman.errors import HuemanError
from hueman.networks.color_encoders import ColorEncoders
from hueman.networks.tint import TintDecoder
from hueman.networks.written_code import WrittenCode
from hueman.training.architecture import build_encoder, build_generator, build_restoration
from hueman.training.coloring import make_recolor
from hueman.training.frames import Frames, Recolor
from hueman.training.guidance import Guidance
from hueman.training.latent import CodeDistribution
from hueman.training.model_file import read_model, write_model

FORMAT = "hueman-model-1"

RESTORED_AT_ONCE = 8
"""Frames; whole clips at full size would need much memory."""


class VideoModel(nn.Module):
    """Everything that generation needs, and nothing that only training does.

    `restoring` says whether warped feature maps are restored before they are used; it begins as
    the model was trained.
    """

    code_mean: Tensor
    code_covariance: Tensor

    def __init__(self, config: TrainingConfig):
        super().__init__()
        self.config = config
        self.encoders = ColorEncoders(
            build_encoder(config, "upper"), build_encoder(config, "lower")
        )
        self.restoration = build_restoration(config)
        self.restoring = config.stage_two.restore
        self.generator = build_generator(config)
        codes = config.stage_one.upper_code, config.stage_one.lower_code
        self.tint = None
        if config.stage_two.appearance:
            self.tint = TintDecoder(*codes, lightness=config.lightness_augmentation)
        length = self.upper_length + config.stage_one.lower_code
        self.register_buffer("code_mean", torch.zeros(length))
        self.register_buffer("code_covariance", torch.eye(length))

    @property
    def upper_length(self) -> int:
        """Length of z_up, which comes first in a code."""
        return self.config.stage_one.upper_code

    @property
    def code_distribution(self) -> CodeDistribution:
        """The Gaussian fitted to the training codes."""
        return CodeDistribution(self.code_mean, self.code_covariance)

    @cached_property
    def recolor(self) -> Recolor | None:
        """What colours a content frame before it is encoded: as in the model's training.

        Raises:
            HuemanError: the colouriser's weights cannot be had.
        """
        return make_recolor(self.config, self.code_mean.device)

    def set_code_distribution(self, distribution: CodeDistribution) -> None:
        """Keep the Gaussian that codes are drawn from."""
        self.code_mean.copy_(distribution.mean)
        self.code_covariance.copy_(distribution.covariance)

    def choose_restoration(self, restoration: str) -> None:
        """Use the restoration network or not: "auto" is as in training, or "on", or "off".

        Raises:
            HuemanError: there is no such choice, or the model has no such network.
        """
        if restoration not in ("auto", "on", "off"):
            raise HuemanError(f"Restoration is '{restoration}'; choose auto, on or off.")
        if restoration == "on" and self.restoration is None:
            raise HuemanError("This model was trained without a restoration network.")
        trained = self.config.stage_two.restore
        self.restoring = trained if restoration == "auto" else restoration == "on"

    def appearance(self, content: Frames) -> Appearance | None:
        """Take content frames of one person apart for the appearance path, if the model has one."""
        if self.tint is None:
            return None
        return content.appearance(together=True, lightness=self.config.lightness_augmentation)

    def estimate(
        self,
        content: Frames,
        pose: Tensor,
        appearance: Appearance | None,
        chosen: Tensor | None = None,
    ) -> Guidance:
        """Estimate what is seen under target poses from content frames (paper, section 2.3).

        Args:
            content: N frames, or one for all poses, or any number of one person to choose from.
            pose: (N, 18, 3).
            appearance: of the content frames, as `appearance` gives it.
            chosen: long (N, 10), which of several content frames shows each part (`chosen_frames`).

        Returns:
            Guidance for N frames, on the model's device.
        """
        stage, device = self.config.stage_two, self.code_mean.device
        features, regions = content.warped(
            pose, stage.generator.code_region, stage.stick_figure, chosen
        )
        seen = None if appearance is None else appearance.under(pose, chosen).to(device)
        return Guidance(self.restored(features.to(device)), regions.to(device), seen)

    def restored(self, features: Tensor) -> Tensor:
        """Restore warped feature maps (N, 4, H, W), if that is chosen."""
        if self.restoration is None or not self.restoring:
            return features
        return torch.cat([self.restoration(part) for part in features.split(RESTORED_AT_ONCE)])

    @torch.no_grad()
    def calibration(self, content: Frames) -> Calibration | None:
        """Find out how the encoders read a person's clothes, if the model has a tint decoder.

        Args:
            content: of the person, whose first frame is encoded in `COLORS` colours.
        """
        if self.tint is None:
            return None
        count, random = COLORS, torch.Generator().manual_seed(self.config.seed)
        own, drawn = (content.upper_color[:1], content.lower_color[:1]), []
        for mean in own:
            others = random_colors(
                random,
                mean.expand(count, -1),
                self.config.max_chroma,
                self.config.lightness_augmentation,
            )
            drawn.append(torch.cat([mean[:, -others.shape[1] :], others]))
        worn = content[[0] * (count + 1)]
        pictures = worn.recolored(*drawn, recolor=self.recolor).to(self.code_mean.device)
        regions = worn.encoder_regions(self.config.stage_one.encoder.input_region).to(pictures)
        code = self.encoders(pictures, regions).float()
        errors = torch.cat(drawn, dim=1).to(code) - self.colors(code)
        weights = code.new_tensor([OWN_WEIGHT] + [1.0] * count)
        each = zip(self._halves(code), errors.chunk(2, dim=1), strict=True)
        return Calibration(*(fit_correction(*garment, weights) for garment in each))

    def colors(self, code: Tensor, calibrated: Calibration | None = None) -> Tensor:
        """Read what colours codes (N, up + down) stand for: (N, 4), a and b of both garments.

        With `lightness_augmentation` (N, 6), Lab of both.

        Args:
            code: of any person.
            calibrated: for the person who is to wear them.

        Raises:
            ValueError: the model has no appearance path.
        """
        if self.tint is None:
            raise ValueError("the model has no appearance path")
        halves = self._halves(code)
        decoded = torch.cat(self.tint(*halves), dim=1)
        return decoded if calibrated is None else decoded + calibrated(*halves)

    def next_frame(
        self,
        guidance: Guidance,
        code: Tensor,
        previous: Tensor,
        colors: Tensor | None = None,
    ) -> Tensor:
        """Make a frame from the one before (paper, section 3.2).

        Args:
            guidance: for N frames.
            code: (N, up + down).
            previous: (N, 3, H, W) in [-1, 1]; before the first frame all -1, black.
            colors: (N, 4) or (N, 6), of both garments for the appearance path; by default what
                `colors` reads from the code.

        Returns:
            (N, 3, H, W) in [-1, 1].
        """
        pictures = {"features": guidance.features, "previous": previous}
        written = WrittenCode(*self._halves(code), guidance.regions)
        if guidance.appearance is None:
            return self.generator(pictures, written)
        colors = self.colors(code) if colors is None else colors
        base = tinted(guidance.appearance.float(), *colors.chunk(2, dim=1))
        pictures["appearance"] = torch.cat([base, guidance.appearance[:, 3:]], dim=1)
        made = self.generator(pictures, written)
        if self.config.stage_two.mending == "correction":
            return base + made - made.abs() * base  # towards white, or towards black
        share = (made[:, 3:] + 1) / 2
        return share * made[:, :3] + (1 - share) * base

    def _halves(self, code: Tensor) -> tuple[Tensor, Tensor]:
        return code[:, : self.upper_length], code[:, self.upper_length :]

    def generate_sequence(
        self,
        guidance: Sequence[Guidance],
        code: Tensor,
        previous: Tensor,
        blotches: list[Tensor] | None = None,
        colors: Tensor | None = None,
    ) -> list[Tensor]:
        """Make consecutive frames, each from the one before.

        Args:
            guidance: for N samples, of each frame.
            code: (N, up + down).
            previous: (N, 3, H, W) in [-1, 1], the frame before the first.
            blotches: in training, for each frame what is added to the one before.
            colors: (N, 4) or (N, 6), see `next_frame`.

        Returns:
            Frames (N, 3, H, W) in [-1, 1].
        """
        frames = [previous]
        for number, told in enumerate(guidance):
            before = frames[-1]
            if blotches is not None:
                before = (before + blotches[number]).clamp(-1, 1)
            frames.append(self.next_frame(told, code, before, colors))
        return frames[1:]


def black_frames(features: Tensor) -> Tensor:
    """Return the pure-black frames before the first, (N, 3, H, W), for features (N, 4, H, W)."""
    return torch.full_like(features[:, :3], -1.0)


def save_model(model: VideoModel, path: Path, notes: dict[str, Any]) -> None:
    """Write a model as fp16 safetensors with its configuration and notes on its training."""
    write_model(model, model.config, path, notes, FORMAT, _file_type)


def load_model(path: Path | str) -> tuple[VideoModel, dict[str, Any]]:
    """Read a model and its notes; `path` is its file or the folder of a training run.

    Raises:
        HuemanError: there is no model, or it is damaged or of another format.
    """
    return read_model(path, VideoModel, FORMAT, "hueman model")


def _file_type(name: str) -> torch.dtype:
    # Covariances span many orders of magnitude and are small: full precision costs nothing.
    return torch.float32 if name.startswith("code_") else torch.float16
