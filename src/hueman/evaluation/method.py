"""What is evaluated: anything that makes a clip of a person from one frame and a row of poses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor

from hueman.training.frames import Frames


@dataclass(frozen=True)
class Outfit:
    """The colours asked for; None keeps a garment's own."""

    upper: Tensor | None = None
    """(2,), mean (a, b) of the upper garment."""
    lower: Tensor | None = None
    """(2,), mean (a, b) of the lower garment."""

    def chroma(self) -> tuple[Tensor | None, Tensor | None]:
        """Return the colours as `Frames.recolored` takes them for one frame, (1, 2) each."""
        upper, lower = (None if ab is None else ab[None] for ab in (self.upper, self.lower))
        return upper, lower


OWN = Outfit()
"""Clothes as they are."""


class VideoMethod(Protocol):
    """Shows a person, of whom it sees one frame, in other poses and colours."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames it takes and makes, in pixels."""
        ...

    def generate(self, content: Frames, pose: Tensor, outfits: Sequence[Outfit]) -> Tensor:
        """Make a clip in every outfit.

        Args:
            content: one frame, all that is known of the person.
            pose: (T, 18, 3), in pixels.
            outfits: V of them.

        Returns:
            (V, T, 3, H, W) in [-1, 1], on the CPU.
        """
        ...


@runtime_checkable
class CodedMethod(VideoMethod, Protocol):
    """A method whose colours are codes, so that they can be moved between people and blended."""

    def encode(self, content: Frames, outfits: Sequence[Outfit]) -> Tensor:
        """Return the codes (V, up + down) of one frame in every outfit, on the CPU."""
        ...

    def decode(self, content: Frames, pose: Tensor, codes: Tensor) -> Tensor:
        """Make a clip of `content` under poses (T, 18, 3) with every code, (V, up + down).

        Returns:
            (V, T, 3, H, W) in [-1, 1], on the CPU.
        """
        ...
