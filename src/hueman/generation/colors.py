"""Colours that are asked for, and whether the garments that are made have them.

A request is first brought to what the garment can have (`reachable`). Encoding the recoloured
content frame and decoding it again misses it by a little, so a few frames are made and looked at,
and what they are off by is added to what is asked of the encoder (`meet`); the code that came
nearest is kept.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from hueman.color.augmentation import LIGHTNESS
from hueman.color.difference import ciede2000
from hueman.color.lab import limit_chroma, rgb_to_lab
from hueman.color.names import hex_of, parse_color

GARMENTS = ("upper", "lower")
CERTAIN = 0.9
"""Pixels whose mask is at least this are looked at: hems are mixed with what is behind."""
ROUNDS = 4
"""Times that a colour is asked for at most."""
Encoded = TypeVar("Encoded")
CLOSE = 1.0
"""CIEDE2000 that is good enough: about the least one can see."""


@dataclass(frozen=True)
class Request:
    """The colour that one garment is asked to have."""

    garment: str
    """upper or lower."""
    text: str
    """As the user wrote it."""
    wanted: np.ndarray
    """Lab (3,)."""
    target: Tensor
    """Lab (3,), the nearest that the garment can have."""

    @classmethod
    def of(cls, garment: str, text: str, own: Tensor, lightness: bool) -> "Request":
        """Read a colour.

        Args:
            garment: upper or lower.
            text: as `parse_color` reads it.
            own: mean Lab (3,) of the garment as it is.
            lightness: whether its lightness can change.

        Raises:
            HuemanError: the text is not a colour.
        """
        wanted = parse_color(text)
        return cls(garment, text, wanted, reachable(own, wanted, lightness))

    @property
    def beyond_reach(self) -> float:
        """CIEDE2000 between what is wanted and the nearest that the garment can have."""
        return float(ciede2000(torch.from_numpy(self.wanted).float(), self.target))


@dataclass(frozen=True)
class MetRequest:
    """What came of a request."""

    request: Request
    got: Tensor
    """Mean Lab (3,) of the garment in the frames that were made; NaN if none shows it."""

    @property
    def error(self) -> float:
        """CIEDE2000 between the colour it got and the nearest it can have; NaN if not seen."""
        return float(ciede2000(self.got, self.request.target))

    def __str__(self) -> str:
        """Say in a line what was asked for and what came of it."""
        request = self.request
        if self.got.isnan().any():
            return f"{request.garment}: {request.text} was asked for, but no frame shows it."
        line = (
            f"{request.garment}: {request.text} was asked for, {hex_of(self.got.numpy())} it is "
            f"(off by {self.error:.1f} CIEDE2000)"
        )
        if request.beyond_reach >= CLOSE:
            nearest = hex_of(request.target.numpy())
            line += (
                f"; {nearest}, {request.beyond_reach:.1f} from it, is the nearest that this "
                "garment can have"
            )
        return line + "."


def reachable(own: Tensor, wanted: np.ndarray, lightness: bool) -> Tensor:
    """Return the colour nearest to the one wanted that a garment can have.

    Args:
        own: (3,), mean Lab of the garment as it is.
        wanted: Lab (3,).
        lightness: whether its lightness can change, within `LIGHTNESS`; a garment that is darker or
            lighter than that can keep its own.

    Returns:
        Lab (3,), with as much chroma as sRGB can show.
    """
    color = torch.as_tensor(wanted, dtype=own.dtype).clone()
    if lightness:
        reach = (float(own[0]), *LIGHTNESS)
        color[0] = color[0].clamp(min(reach), max(reach))
    else:
        color[0] = own[0]
    return limit_chroma(color)


class ColorMeter:
    """Measures the mean colours of both garments over frames, a few at a time."""

    def __init__(self):
        self._sum = torch.zeros(2, 3, dtype=torch.float64)
        self._pixels = torch.zeros(2, 1, dtype=torch.float64)

    def note(self, frames: Tensor, masks: Tensor) -> None:
        """Look at frames.

        Args:
            frames: (T, 3, H, W) in [-1, 1].
            masks: (T, 2, H, W) in [0, 1], of the upper and the lower garment.
        """
        lab = rgb_to_lab(frames.float() / 2 + 0.5)
        inside = (masks >= CERTAIN).float()
        self._sum += torch.einsum("tchw,tghw->gc", lab, inside)
        self._pixels += inside.sum(dim=(0, 2, 3))[:, None]

    @property
    def means(self) -> Tensor:
        """Lab, (2, 3); NaN for a garment that no frame has shown."""
        return (self._sum / self._pixels).float()


def meet(
    requests: list[Request],
    encode: Callable[[dict[str, Tensor]], Encoded],
    measure: Callable[[Encoded], Tensor],
    lightness: bool,
) -> Encoded:
    """Find clothes whose garments come out in the colours that are asked for.

    Args:
        requests: of one or both garments.
        encode: encodes the clothes in given colours, Lab (3,) by garment.
        measure: gives the colours, Lab (2, 3), of the garments that are made from what is encoded.
        lightness: whether lightness can change; else only a and b are looked at.

    Returns:
        What was encoded and came nearest.
    """
    asked = {each.garment: each.target for each in requests}
    tried, errors = [], []
    for _ in range(ROUNDS):
        tried.append(encode(asked))
        means = measure(tried[-1])
        got = {each.garment: measured_for(each, means, lightness) for each in requests}
        off = [float(ciede2000(got[each.garment], each.target)) for each in requests]
        errors.append(max((each for each in off if not math.isnan(each)), default=0.0))
        if errors[-1] < CLOSE:
            break
        asked = {
            each.garment: limit_chroma(
                asked[each.garment] + (each.target - got[each.garment]).nan_to_num()
            )
            for each in requests
        }
    return tried[int(np.argmin(errors))]


def measured_for(request: Request, means: Tensor, lightness: bool) -> Tensor:
    """Return what a garment's mean colour, of Lab (2, 3), has to be compared with the target.

    Where lightness cannot change it is taken for what it should be: in another pose or light the
    same shirt is lighter or darker, and no code can help it.
    """
    got = means[GARMENTS.index(request.garment)].cpu()
    if lightness:
        return got
    return torch.cat([request.target[:1] + 0 * got[:1], got[1:]])
