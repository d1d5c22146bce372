"""What is behind the person: a lit background, and the person's shadow, which comes along."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.appearance.plate import background_plate, person_holes
from hueman.appearance.shadow import move_shadow, shadow_darkness, shadow_region
from hueman.color.lab import rgb_to_lab


@dataclass(frozen=True)
class Background:
    """Of N people, or of one in a single place (N = 1)."""

    lit: Tensor
    """float (N, 5, H, W): Lab without person and shadow; like garments in no garment's colours."""
    shadow: Tensor
    """float (N, 1, H, W), share of the lightness that the person's shadow takes away."""
    pose: Tensor
    """float (N, 18, 3), of whoever casts it."""

    @classmethod
    def of(cls, rgb: Tensor, person: Tensor, pose: Tensor, together: bool) -> "Background":
        """Take people out of frames.

        Args:
            rgb: uint8 (N, 3, H, W).
            person: uint8 (N, 1, H, W), soft masks.
            pose: float (N, 18, 3).
            together: the frames show one person in one place.
        """
        frames, poses = rgb.permute(0, 2, 3, 1).numpy(), pose.numpy()
        holes = person_holes(person)
        regions = np.stack(
            [shadow_region(*each) for each in zip(frames, holes, poses, strict=True)]
        )
        hidden = holes | regions
        if together:
            plates = background_plate(rgb, hidden)[None]
        else:
            singly = zip(rgb.split(1), hidden[:, None], strict=True)
            plates = torch.stack([background_plate(*each) for each in singly])
        lab = rgb_to_lab(plates.float() / 255)
        lightness = rgb_to_lab(rgb[: len(lab)].float() / 255)[:, 0].numpy()
        people = zip(lightness, lab[:, 0].numpy(), regions, holes, strict=not together)
        shadow = np.stack([shadow_darkness(*each) for each in people])[:, None]
        lit = F.pad(lab, (0, 0, 0, 0, 0, 2))
        return cls(lit, torch.from_numpy(shadow), pose[: len(lit)])

    def under(self, pose: Tensor, number: Tensor | None = None) -> Tensor:
        """Return the backgrounds with the shadows of other poses.

        Args:
            pose: float (T, 18, 3), one for each background, or any number for one.
            number: long (T,), which of them is behind each pose.

        Returns:
            float (T, 5, H, W).
        """
        if len(self.lit) == 1:
            number = torch.zeros(len(pose), dtype=torch.long)
        elif number is None:
            number = torch.arange(len(pose))
        under = self.lit[number]
        under[:, :1] *= 1 - move_shadow(self.shadow[number], self.pose[number], pose)
        return under
