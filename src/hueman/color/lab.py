"""CIE L*a*b* (D65), as kornia has it: L in 0..100, a and b signed, about -128..127.

A recoloured garment must keep its folds and shadows: Lab keeps them in L and the colour in a, b.
"""

import numpy as np
import torch
from kornia.color import lab_to_rgb as _kornia_lab_to_rgb
from kornia.color import rgb_to_lab as _kornia_rgb_to_lab
from torch import Tensor

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
    return _kornia_lab_to_rgb(lab, clip=True)


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
    rgb = _kornia_lab_to_rgb(lab.reshape(-1, 3, 1, 1), clip=False).reshape(lab.shape)
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
