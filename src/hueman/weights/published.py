"""Published checkpoints into networks, key by key: nothing is skipped, nothing is guessed."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from hueman.errors import HuemanError
from hueman.files import require_file

_SHOWN = 3


def read_torch(path: Path) -> Any:
    """Read what torch has saved: tensors and plain values; no code in it is ever run.

    Raises:
        ValueError: it is packed.
        Exception: whatever torch raises, which are many things where a file is damaged.
    """
    check_not_packed(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def check_not_packed(path: Path) -> None:
    """Refuse an archive that torch has not made: unpacked, it would take more than its size.

    Raises:
        OSError: it is no regular file.
        ValueError: it is packed, which torch never does.
    """
    require_file(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise ValueError("it is packed")


def read_state(path: Path) -> dict[str, Tensor]:
    """Read a torch checkpoint that holds tensors by name; no code in it is ever run.

    Raises:
        HuemanError: the file is damaged, or holds anything but tensors by name.
    """
    try:
        state = read_torch(path)
    except Exception as error:  # a damaged file fails in many ways inside torch
        raise HuemanError(
            f"{path} cannot be read as weights ({type(error).__name__}); fetch it again."
        ) from error
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise HuemanError(f"{path} does not hold tensors by name; it is not the published file.")
    return dict(state)


def load_exactly(network: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Give `network` the tensors of `state`: each key must fit in name and shape.

    Args:
        network: whose `state_dict` has exactly these keys.
        state: tensors by the network's names.
        source: of the tensors, for messages.

    Raises:
        HuemanError: keys are missing or unknown, or shapes differ; the message names them.
    """
    expected = network.state_dict()
    problems = [
        _problem("lacks", expected.keys() - state.keys()),
        _problem("has unknown", state.keys() - expected.keys()),
        _problem(
            "has another shape for",
            {
                f"{key} ({tuple(state[key].shape)} for {tuple(expected[key].shape)})"
                for key in expected.keys() & state.keys()
                if state[key].shape != expected[key].shape
            },
        ),
    ]
    found = "; ".join(problem for problem in problems if problem)
    if found:
        raise HuemanError(f"{source} does not fit {type(network).__name__}: it {found}.")
    network.load_state_dict(state)


def _problem(what: str, keys: set[str]) -> str:
    if not keys:
        return ""
    names = sorted(keys)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what} {', '.join(names[:_SHOWN])}{more}"
