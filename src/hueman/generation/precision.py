"""With which numbers a finished generator computes: bfloat16 where the processor is made for it."""

from contextlib import AbstractContextManager
from typing import get_args

import torch

from hueman.errors import HuemanError
from hueman.generation.settings import Precision


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Return the type in which convolutions are computed.

    Args:
        name: "auto" is bfloat16 on GPUs and CPUs that have instructions for it, where it is
            faster, and float32 on others; "fp32" or "bf16".
        device: on which.

    Raises:
        HuemanError: there is no such precision.
    """
    if name not in get_args(Precision):
        raise HuemanError(f"The precision is '{name}'; choose auto, fp32 or bf16.")
    if name == "fp32" or (name == "auto" and not _is_fast_in_bfloat16(device)):
        return torch.float32
    return torch.bfloat16


def computing_in(dtype: torch.dtype, device: torch.device) -> AbstractContextManager:
    """Return a context in which convolutions are computed in a type; what is delicate is not."""
    return torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16)


def _is_fast_in_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))
