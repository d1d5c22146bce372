"""Reading pickled trees of numpy arrays without running what a pickle may hold.

A pickle is a program: the standard reader calls any function it names. This reader knows the three
names that a pickled numpy array needs and refuses all others.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core.multiarray import _reconstruct  # type: ignore[attr-defined]

from hueman.errors import HuemanError
from hueman.files import require_file

_ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


def read_numpy_pickle(path: Path) -> dict[str, Any]:
    """Read a pickled dictionary, nested to any depth, whose leaves are numeric numpy arrays.

    Raises:
        HuemanError: the file is damaged, or holds anything else.
    """
    try:
        require_file(Path(path))
        with Path(path).open("rb") as file:
            tree = _ArrayUnpickler(file).load()
            sound = isinstance(tree, dict) and _holds_only_arrays(tree)
    except Exception as error:  # a damaged pickle fails in many ways
        raise HuemanError(
            f"{path} cannot be read as a pickle of numpy arrays ({error}); fetch it again."
        ) from error
    if not sound:
        raise HuemanError(f"{path} holds more than numeric numpy arrays; do not trust this file.")
    return tree


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which arrays do not need")
        return _ADMITTED[module, name]


def _holds_only_arrays(tree: dict) -> bool:
    return all(
        _holds_only_arrays(value)
        if isinstance(value, dict)
        else isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
        for value in tree.values()
    )
