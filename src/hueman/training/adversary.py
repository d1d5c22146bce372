"""One look of a discriminator at real and at generated pictures."""

from collections.abc import Callable

from torch import Tensor

Outputs = list[list[Tensor]]


def judge_both(
    discriminator: Callable[[Tensor], Outputs], real: Tensor, fake: Tensor
) -> tuple[Outputs, Outputs]:
    """Show a discriminator both batches and return its outputs for each.

    The published code looks twice at generated pictures: once detached, for the discriminator's
    loss, and once for the generator's. One look serves both, since each loss is propagated to the
    parameters it trains alone, and since both gradients are taken before either network changes.

    Real and generated pictures are looked at apart: at once, the way back to the generator would
    lead through the real ones too, for nothing.

    Args:
        discriminator: (N, C, H, W) to the outputs of all layers for each scale.
        real: (N, C, H, W).
        fake: (M, C, H, W).
    """
    return discriminator(real), discriminator(fake)
