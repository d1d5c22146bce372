"""One look of a discriminator at real and at generated pictures."""

from collections.abc import Callable

import torch
from torch import Tensor

Outputs = list[list[Tensor]]


def judge_both(
    discriminator: Callable[[Tensor], Outputs], real: Tensor, fake: Tensor
) -> tuple[Outputs, Outputs]:
    """Show a discriminator both batches at once and return its outputs for each.

    The published code looks twice at generated pictures: once detached, for the discriminator's
    loss, and once for the generator's. One look serves both, since each loss is propagated to the
    parameters it trains alone, and since both gradients are taken before either network changes.

    Args:
        discriminator: (N, C, H, W) to the outputs of all layers for each scale.
        real: (N, C, H, W).
        fake: (M, C, H, W).
    """
    outputs = discriminator(torch.cat([real, fake]))
    count = len(real)
    return (
        [[output[:count] for output in scale] for scale in outputs],
        [[output[count:] for output in scale] for scale in outputs],
    )
