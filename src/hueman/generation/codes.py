"""Ways through the latent space: codes that change over a video (paper, section 4.4)."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from hueman.errors import HuemanError
from hueman.generation.person import Clothes


def codes_between(first: Tensor, last: Tensor, length: int) -> Tensor:
    """Go straight from one code to another: (1 - i/N) first + (i/N) last for the frames i = 1..N.

    So it stands in the paper (section 4.4): the last frame has the last code, but the first frame
    is a step away from the first.

    Args:
        first: (up + down,).
        last: (up + down,).
        length: N, the number of frames.

    Returns:
        (N, up + down).
    """
    return codes_through(torch.stack([first, last]), length)


def codes_through(
    keys: Tensor, length: int, times: Sequence[float] | None = None, spherical: bool = False
) -> Tensor:
    """Go from key to key, at the frames i = 1..N at the time i/N.

    Args:
        keys: (K, up + down), K at least 2.
        length: N, the number of frames.
        times: of the keys, 0..1, rising; evenly spread by default. Before the first and after the
            last, codes stay.
        spherical: turn from key to key at an even pace, with lengths changing evenly (Shoemake
            1985), instead of going straight. Codes are of many dimensions and lie near a sphere; a
            straight way leads through its inside.

    Returns:
        (N, up + down).

    Raises:
        HuemanError: the times are not as many as the keys, or do not rise from 0 to 1.
    """
    if times is None:
        times = torch.linspace(0, 1, len(keys)).tolist()
    ordered = all(a < b for a, b in pairwise(times))
    if len(times) != len(keys) or not ordered or not 0 <= times[0] < times[-1] <= 1:
        raise HuemanError(
            f"The times are {', '.join(f'{time:g}' for time in times)}; give {len(keys)}, one for "
            "each key, that rise between 0 and 1."
        )
    when = torch.tensor(times, dtype=torch.float64)
    now = torch.arange(1, length + 1, dtype=torch.float64) / length
    before = (torch.searchsorted(when, now, right=True) - 1).clamp(0, len(keys) - 2)
    share = ((now - when[before]) / (when[before + 1] - when[before])).clamp(0, 1)
    share = share[:, None].to(keys)
    first, last = keys[before], keys[before + 1]
    return _turned(first, last, share) if spherical else (1 - share) * first + share * last


def clothes_through(
    keys: Sequence[Clothes],
    length: int,
    times: Sequence[float] | None = None,
    spherical: bool = False,
) -> Clothes:
    """Change clothes from key to key as `codes_through` does, colours always straight.

    Args:
        keys: at least 2; colours are kept only if all have them.
        length: number of frames.
        times: of the keys.
        spherical: of the codes.

    Returns:
        Clothes of each frame.
    """
    codes = codes_through(torch.stack([key.code for key in keys]), length, times, spherical)
    colors = [key.colors for key in keys if key.colors is not None]
    if len(colors) < len(keys):
        return Clothes(codes)
    return Clothes(codes, codes_through(torch.stack(colors), length, times))


def _turned(first: Tensor, last: Tensor, share: Tensor) -> Tensor:
    """Interpolate (N, D) spherically; where two codes point the same way, straight."""
    lengths = [each.norm(dim=1, keepdim=True).clamp(min=1e-6) for each in (first, last)]
    ways = first / lengths[0], last / lengths[1]
    angle = (ways[0] * ways[1]).sum(dim=1, keepdim=True).clamp(-1, 1).acos()
    sine = angle.sin()
    turning = sine > 1e-3
    safe = torch.where(turning, sine, 1.0)
    weights = (
        torch.where(turning, ((1 - share) * angle).sin() / safe, 1 - share),
        torch.where(turning, (share * angle).sin() / safe, share),
    )
    length = (1 - share) * lengths[0] + share * lengths[1]
    return length * (weights[0] * ways[0] + weights[1] * ways[1])
