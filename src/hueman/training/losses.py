"""The losses of all stages, each a function or a small module; weights are the caller's."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DiscriminatorOutputs = Sequence[Sequence[Tensor]]


def least_squares_loss(outputs: DiscriminatorOutputs, real: bool) -> Tensor:
    """Least-squares GAN loss (Mao et al. 2017), summed over scales.

    The mean squared distance of each scale's verdict (its last output) to 1 if `real`, else to 0.
    """
    target = 1.0 if real else 0.0
    return torch.stack([(scale[-1].float() - target).square().mean() for scale in outputs]).sum()


def cross_entropy_loss(outputs: DiscriminatorOutputs, real: bool) -> Tensor:
    """Loss of the first GAN (Goodfellow et al. 2014), not saturating, summed over scales.

    The mean binary cross-entropy of each scale's verdict (its last output, logits) with 1 if
    `real`, else with 0.
    """
    sign = -1.0 if real else 1.0
    return torch.stack([F.softplus(sign * scale[-1].float()).mean() for scale in outputs]).sum()


def feature_matching_loss(real: DiscriminatorOutputs, fake: DiscriminatorOutputs) -> Tensor:
    """L1 distance of discriminator features (pix2pixHD, Wang et al. 2018).

    All outputs but the verdict count, each weighted 4 / (number of strided layers + 1), and the
    scales are averaged. Features of real pictures get no gradient.
    """
    terms = []
    for real_scale, fake_scale in zip(real, fake, strict=True):
        weight = 4 / (len(real_scale) - 1) / len(real)
        for real_feature, fake_feature in zip(real_scale[:-1], fake_scale[:-1], strict=True):
            distance = (fake_feature.float() - real_feature.detach().float()).abs().mean()
            terms.append(weight * distance)
    return torch.stack(terms).sum()


class PerceptualLoss(nn.Module):
    """Distance of deep features of two pictures (Johnson et al. 2016), as weighted in pix2pixHD.

    Args:
        features: a frozen network from (N, 3, H, W) in [-1, 1] to up to five feature maps, shallow
            to deep: relu1_1 to relu5_1 of a VGG. The deepest one always weighs 1.
    """

    WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1)

    def __init__(self, features: Callable[[Tensor], Sequence[Tensor]]):
        super().__init__()
        self.features = features

    def forward(self, generated: Tensor, real: Tensor) -> Tensor:
        """Return the loss of (N, 3, H, W) against (N, 3, H, W), both in [-1, 1]."""
        with torch.no_grad():
            targets = self.features(real)
        weights = self.WEIGHTS[-len(targets) :]
        terms = [
            weight * (feature.float() - target.float()).abs().mean()
            for weight, feature, target in zip(
                weights, self.features(generated), targets, strict=True
            )
        ]
        return torch.stack(terms).sum()


def kl_loss(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, exp(log_variance)) from N(0, 1): summed over the code, mean over N.

    Args:
        mean: (N, code).
        log_variance: (N, code).
    """
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()


def weighted_l1_loss(generated: Tensor, real: Tensor, weight: Tensor) -> Tensor:
    """L1 distance in which pixel weights are normalised to a mean of one.

    Args:
        generated: (N, 3, H, W).
        real: (N, 3, H, W).
        weight: (N, 1, H, W), not negative.
    """
    return ((generated - real).abs() * (weight / weight.mean())).mean()


def nearest_neighbour_loss(generated: Tensor, real: Tensor, neighbourhood: int) -> Tensor:
    """Nearest-neighbour loss (Siarohin et al. 2018): details may be a little off their place.

    For every place of the generated picture the smallest L1 distance of its features from those of
    any place of the real picture, no more than half of `neighbourhood` away in x and in y. Real
    features get no gradient.

    Args:
        generated: (N, C, H, W), features.
        real: (N, C, H, W), features.
        neighbourhood: pixels, odd.

    Returns:
        The distance, summed over channels, mean over places.

    Raises:
        ValueError: `neighbourhood` is not odd.
    """
    if neighbourhood < 1 or neighbourhood % 2 == 0:
        raise ValueError(f"the neighbourhood must be odd, got {neighbourhood}")
    count, channels, height, width = real.shape
    wanted, shown = real.detach().float(), generated.detach().float()
    # Found without gradient, so that the memory is that of one shift and not of all.
    padded = F.pad(wanted, 4 * [neighbourhood // 2], value=float("inf"))
    rows = torch.arange(height, device=real.device)[:, None] * padded.shape[3]
    places = (rows + torch.arange(width, device=real.device)).expand(count, 1, height, width)
    smallest = torch.full_like(wanted[:, :1], float("inf"))
    nearest = places
    for top in range(neighbourhood):
        for left in range(neighbourhood):
            shifted = padded[:, :, top : top + height, left : left + width]
            distance = (shown - shifted).abs_().sum(dim=1, keepdim=True)
            offset = top * padded.shape[3] + left
            nearest = torch.where(distance < smallest, places + offset, nearest)
            smallest = torch.minimum(smallest, distance)
    chosen = padded.flatten(2).gather(2, nearest.flatten(2).expand(-1, channels, -1))
    return (generated.float() - chosen.view_as(wanted)).abs().sum(dim=1).mean()
