"""Ways to give clothes other colours, by name."""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import torch
from torch import Tensor

from hueman.color.augmentation import GarmentStatistics, recolor_batch
from hueman.errors import HuemanError

ColorizerName = Literal["garment", "siggraph17"]


@dataclass(frozen=True)
class Wearer:
    """The person in N frames, as far as colouring their clothes needs it."""

    person: Tensor
    """(N, 1, H, W) in [0, 1], soft mask."""
    upper: Tensor
    """(N, 1, H, W) in [0, 1], soft mask of the upper garment."""
    lower: Tensor
    """(N, 1, H, W) in [0, 1], soft mask of the lower garment."""
    pose: Tensor
    """(N, 18, 3): x, y in pixels, confidence (`hueman.features.skeleton`)."""
    statistics: GarmentStatistics
    """Mean Lab of the garments in the clip of each frame."""


class Colorizer(Protocol):
    """Gives the garments in frames other colours."""

    def __call__(
        self, rgb: Tensor, wearer: Wearer, upper_ab: Tensor | None, lower_ab: Tensor | None
    ) -> Tensor:
        """Colour a batch of frames.

        Args:
            rgb: (N, 3, H, W) in [-1, 1].
            wearer: the person in them.
            upper_ab: (N, 2), a and b that the upper garments shall have; None leaves them.
            lower_ab: (N, 2), the same for the lower garments.

        Returns:
            (N, 3, H, W) in [-1, 1], without gradients to any network; outside the clothes (or
            the person) exactly `rgb`.
        """
        ...


def shift_garments(
    rgb: Tensor, wearer: Wearer, upper_ab: Tensor | None, lower_ab: Tensor | None
) -> Tensor:
    """Colour by moving a and b in the masks of the garments; see `Colorizer`.

    No weights, and the mean of a garment in its clip becomes what was asked for.
    """
    return recolor_batch(rgb, wearer.upper, wearer.lower, wearer.statistics, upper_ab, lower_ab)


def make_colorizer(name: str = "garment", device: torch.device | str = "cpu") -> Colorizer:
    """Return the colorizer called `name`; its weights are fetched if need be.

    Args:
        name: garment (`shift_garments`), or siggraph17, the paper's network.
        device: where the network runs; frames are brought there and back.

    Raises:
        HuemanError: there is no such colorizer, or its weights cannot be had.
    """
    if name == "garment":
        return shift_garments
    if name == "siggraph17":
        from hueman.color.hint_colorizer import HintColorizer
        from hueman.weights.readers import load_siggraph17

        return HintColorizer(load_siggraph17().to(device))
    raise HuemanError(
        f"There is no colorizer {name!r}; the known ones are {', '.join(get_args(ColorizerName))}."
    )
