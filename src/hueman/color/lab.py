"""CIE L*a*b* (D65), as kornia has it: L in 0..100, a and b signed, about -128..127.

A recoloured garment must keep its folds and shadows: Lab keeps them in L and the colour in a, b.
"""

import numpy as np
import torch
from kornia.color import rgb_to_lab as _kornia_rgb_to_lab
from torch import Tensor

WHITE = (0.95047, 1.0, 1.08883)
"""XYZ of D65."""
LINEAR_FROM_XYZ = (
    (3.2404813432005266, -1.5371515162713185, -0.4985363261688878),
    (-0.9692549499965682, 1.8759900014898907, 0.0415559265582928),
    (0.0556466391351772, -0.2040413383665112, 1.0573110696453443),
)
"""From XYZ to linear sRGB, as kornia has it."""
DARK = 0.0031308
"""Linear sRGB up to which its curve is a straight line."""
GAMUT_TOLERANCE = 1e-3
CHROMA_DIGITS, CHROMA_BASE = 4, 32
"""Digits of the largest share of a chroma that sRGB can show: it is known to 2 ** -20."""


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Convert float sRGB (..., 3, H, W) in [0, 1] to Lab of the same shape.

    Raises:
        ValueError: the third dimension from the end is not 3.
    """
    return _kornia_rgb_to_lab(rgb)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """Convert float Lab (..., 3, H, W) to sRGB in [0, 1]; what sRGB cannot show is clipped.

    Raises:
        ValueError: the third dimension from the end is not 3.
    """
    return _unclipped_rgb(lab).clamp(0, 1)


def _unclipped_rgb(lab: Tensor) -> Tensor:
    """Convert Lab (..., 3, H, W) to sRGB that may be outside of [0, 1].

    The same numbers as kornia's, plane by plane: no matrix product is there that an autocast could
    round to bfloat16, and an exported graph need not turn channels round. Its power is written as
    an exponential of a logarithm, which OpenVINO computes for many pixels at once.
    """
    if lab.ndim < 3 or lab.shape[-3] != 3:
        raise ValueError(f"expected Lab (..., 3, H, W), got {tuple(lab.shape)}")
    lightness, a, b = lab.unbind(dim=-3)
    root = (lightness + 16) / 116
    roots = torch.stack([root + a / 500, root, (root - b / 200).clamp(min=0)], dim=-3)
    relative = torch.where(roots > 6 / 29, roots**3, (roots - 4 / 29) / 7.787)
    x, y, z = (plane * white for plane, white in zip(relative.unbind(dim=-3), WHITE, strict=True))
    linear = torch.stack([u * x + v * y + w * z for u, v, w in LINEAR_FROM_XYZ], dim=-3)
    bright = 1.055 * torch.exp(torch.log(linear.clamp(min=DARK)) / 2.4) - 0.055
    return torch.where(linear > DARK, bright, 12.92 * linear)


def lab_from_uint8(rgb: np.ndarray) -> np.ndarray:
    """Convert uint8 sRGB (..., 3) to float32 Lab (..., 3).

    Raises:
        ValueError: the array is not uint8 with a last dimension of 3.
    """
    if rgb.dtype != np.uint8 or rgb.shape[-1:] != (3,):
        raise ValueError(f"expected uint8 (..., 3), got {rgb.dtype} {rgb.shape}")
    planes = torch.from_numpy(np.ascontiguousarray(rgb.reshape(-1, 3).T, np.float32) / 255)
    return rgb_to_lab(planes[..., None])[..., 0].numpy().T.reshape(rgb.shape)


def uint8_from_lab(lab: np.ndarray) -> np.ndarray:
    """Convert float Lab (..., 3) to uint8 sRGB (..., 3), rounded; clips what sRGB cannot show.

    Raises:
        ValueError: the last dimension is not 3.
    """
    if lab.shape[-1:] != (3,):
        raise ValueError(f"expected Lab (..., 3), got {lab.shape}")
    planes = torch.from_numpy(np.ascontiguousarray(lab.reshape(-1, 3).T, np.float32))
    rgb = lab_to_rgb(planes[..., None])[..., 0].numpy().T.reshape(lab.shape)
    return np.rint(rgb * 255).astype(np.uint8)


def in_gamut(lab: Tensor) -> Tensor:
    """Say which of the colours (..., 3) sRGB can show: bool (...)."""
    rgb = _unclipped_rgb(lab.reshape(-1, 3, 1, 1)).reshape(lab.shape)
    return ((rgb >= -GAMUT_TOLERANCE) & (rgb <= 1 + GAMUT_TOLERANCE)).all(dim=-1)


def limit_chroma(lab: Tensor) -> Tensor:
    """Return the colours (..., 3) with chroma reduced to what sRGB can show at their L and hue.

    Colours inside the gamut come back unchanged.
    """
    # Digit by digit, all of a place's candidates at once: halving would take 20 turns, each of as
    # many small operations.
    share = torch.zeros_like(lab[..., 0])
    for place in range(1, CHROMA_DIGITS + 1):
        digit = torch.arange(1, CHROMA_BASE, device=lab.device) * CHROMA_BASE**-place
        tried = _scale_chroma(
            lab[..., None, :].expand(*share.shape, len(digit), 3), share[..., None] + digit
        )
        share = share + in_gamut(tried).cumprod(dim=-1).sum(dim=-1) * CHROMA_BASE**-place
    return torch.where(in_gamut(lab)[..., None], lab, _scale_chroma(lab, share))


def _scale_chroma(lab: Tensor, scale: Tensor) -> Tensor:
    return torch.cat([lab[..., :1], lab[..., 1:] * scale[..., None]], dim=-1)
