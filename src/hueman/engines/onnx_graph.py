"""Graphs in ONNX, which runs nearly everywhere: in browsers, on phones, in C++ and C#."""

import contextlib
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.export import ExportedProgram

from hueman.engines.graph import OUTPUT, quietly
from hueman.engines.requirements import load, require

ONNX_FILE = "frame.onnx"
"""In the folder of an exported model."""


def write_onnx(program: ExportedProgram, folder: Path) -> Path:
    """Write a traced model; inputs keep their names, the output is named "frame".

    Raises:
        HuemanError: what makes ONNX files is not installed.
    """
    require("onnx", "onnxscript")
    file = folder / ONNX_FILE
    with _quiet():
        made = torch.onnx.export(
            program, dynamo=True, output_names=[OUTPUT], external_data=False, verbose=False
        )
        assert made is not None  # for type checkers
        made.save(file)
    return file


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what torch tells about each of its steps, and about torchvision."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()), quietly():
            yield
    finally:
        log.setLevel(level)


class OnnxGraph:
    """A file ready to run, by ONNX Runtime on the CPU.

    Args:
        file: from `write_onnx`.

    Raises:
        HuemanError: ONNX Runtime is not installed.
    """

    def __init__(self, file: Path):
        self._session = load("onnxruntime").InferenceSession(
            file, providers=["CPUExecutionProvider"]
        )

    def __call__(self, inputs: dict[str, Tensor]) -> Tensor:
        """Make the frames (N, 3, H, W) of `graph_inputs`."""
        arrays: dict[str, np.ndarray] = {name: tensor.numpy() for name, tensor in inputs.items()}
        (frames,) = self._session.run([OUTPUT], arrays)
        return torch.from_numpy(np.asarray(frames))
