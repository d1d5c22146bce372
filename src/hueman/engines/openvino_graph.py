"""Graphs for OpenVINO, which runs them fast on CPUs, 8-bit ones above all."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.export import ExportedProgram

from hueman.engines.graph import COLORS, OUTPUT, quietly
from hueman.engines.requirements import load
from hueman.errors import DiskError, HuemanError

if TYPE_CHECKING:
    import openvino

OPENVINO_FILE = "frame.xml"
"""In the folder of an exported model."""
OPENVINO_WEIGHTS = "frame.bin"
"""Beside it; OpenVINO names it so."""


def openvino_graph(program: ExportedProgram, inputs: dict[str, Tensor]) -> "openvino.Model":
    """Convert a traced model.

    Args:
        program: from `export_graph`.
        inputs: as it was traced with; all but their number of frames is fixed.

    Raises:
        HuemanError: OpenVINO is not installed.
    """
    with quietly():
        model = load("openvino").convert_model(program)
    for port, name in zip(model.inputs, inputs, strict=True):
        port.get_tensor().set_names({name})
    model.outputs[0].get_tensor().set_names({OUTPUT})
    model.reshape({name: (-1, *tensor.shape[1:]) for name, tensor in inputs.items()})
    return model


def write_openvino(model: "openvino.Model", folder: Path) -> Path:
    """Write a graph, and its weights as they are: the numbers of Lab bear no rounding.

    Raises:
        DiskError: OpenVINO could not write it.
    """
    file = folder / OPENVINO_FILE
    try:
        load("openvino").save_model(model, file, compress_to_fp16=False)
    except RuntimeError as error:  # which says that its stream failed, and not why
        raise DiskError(
            f"OpenVINO could not write the graph ({error}), most likely because the disk is full; "
            "free some space and run it again."
        ) from error
    return file


class OpenVinoGraph:
    """A graph ready to run.

    Args:
        source: a graph, or the file of one.
        dtype: float32 or bfloat16, for what is not in 8 bits. OpenVINO has bfloat16 for all of a
            graph or for none of it, and clothes' colours that were computed in that are visibly
            off: a graph that finds them keeps to float32.

    Raises:
        HuemanError: OpenVINO is not installed, or the file is damaged.
    """

    def __init__(self, source: "openvino.Model | Path", dtype: torch.dtype = torch.float32):
        options: dict[str, Any] = {
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "PERFORMANCE_HINT": "LATENCY",
        }
        try:
            core = load("openvino").Core()
            graph = core.read_model(source) if isinstance(source, Path) else source
            named = {name for port in graph.inputs for name in port.names}
            half = dtype == torch.bfloat16 and COLORS not in named
            options["INFERENCE_PRECISION_HINT"] = "bf16" if half else "f32"
            self._run = core.compile_model(graph, "CPU", options)
        except RuntimeError as error:
            raise HuemanError(
                f"The graph {source} cannot be used ({str(error).strip().splitlines()[-1]}); "
                "export the model again."
            ) from error

    def __call__(self, inputs: dict[str, Tensor]) -> Tensor:
        """Make the frames (N, 3, H, W) of `graph_inputs`."""
        arrays: dict[str, np.ndarray] = {
            name: tensor.contiguous().numpy() for name, tensor in inputs.items()
        }
        try:
            return torch.from_numpy(self._run(arrays)[0].copy())
        except (RuntimeError, LookupError) as error:
            raise HuemanError(
                "The graph beside the model has other inputs than it; export the model again."
            ) from error
