"""From a trained model to a graph that runs without torch: `hueman export`."""

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hueman.box import boxed_model
from hueman.engines.graph import NextFrame, export_graph, random_inputs
from hueman.engines.int8 import quantized, sample_inputs
from hueman.engines.onnx_graph import ONNX_FILE, OnnxGraph, write_onnx
from hueman.engines.openvino_graph import (
    OPENVINO_FILE,
    OPENVINO_WEIGHTS,
    OpenVinoGraph,
    openvino_graph,
    write_openvino,
)
from hueman.engines.record import RECORD_FILE, ExportRecord
from hueman.engines.requirements import require
from hueman.engines.settings import GraphFormat
from hueman.errors import HuemanError
from hueman.files import atomic_folder, file_sha256
from hueman.training.model import VideoModel, load_model
from hueman.training.model_file import MODEL_FILE, file_of

TOLERANCE = 0.25
"""Levels of 8 bits by which a graph's frames may differ from torch's anywhere; what 8-bit graphs
differ is measured and told."""
WRITTEN = {MODEL_FILE, RECORD_FILE, ONNX_FILE, OPENVINO_FILE, OPENVINO_WEIGHTS}
"""Files that an export consists of; a folder that has others is not replaced by another export."""
CHECKED = (1, 3)
"""Numbers of frames at once."""

Run = Callable[[dict[str, Tensor]], Tensor]
"""Inputs of frames, by name, to the frames."""


@dataclass(frozen=True)
class ExportedModel:
    """What `export` wrote."""

    folder: Path
    record: ExportRecord

    def __str__(self) -> str:
        """Return lines for people to read."""
        record = self.record
        return (
            f"{self.folder / record.file}: frames differ from torch's by "
            f"{record.mean_difference:.2g} levels of 8 bits in the mean, "
            f"{record.largest_difference:.2g} at most.\n"
            f"{RECORD_FILE} beside it tells its inputs."
        )


def export(
    model: Path | None, out: Path, graph_format: GraphFormat = "openvino", eight_bits: bool = False
) -> ExportedModel:
    """Export the making of a frame, and check that the graph makes the same frames.

    Args:
        model: a model's file or the folder of a training run; None is the model in the box.
        out: folder for the graph, the model, and a record of both.
        graph_format: "onnx" or "openvino".
        eight_bits: compute convolutions in 8 bits; OpenVINO only.

    Raises:
        HuemanError: the model cannot be used, `out` has something else in it, a package is
            missing, or the graph makes other frames.
    """
    if eight_bits and graph_format != "openvino":
        raise HuemanError("8-bit graphs are made for OpenVINO; choose --format openvino.")
    require(*(("onnx", "onnxscript", "onnxruntime") if graph_format == "onnx" else ("openvino",)))
    if eight_bits:
        require("nncf")
    _check_out(out)
    file = boxed_model() if model is None else file_of(model)
    loaded = load_model(file)[0]
    samples = list(sample_inputs(loaded)) if eight_bits else []
    with atomic_folder(out) as folder:
        shutil.copyfile(file, folder / MODEL_FILE)
        graph, run = _write(loaded, folder, graph_format, samples[::2])
        checked = samples[1::2] or [random_inputs(loaded, count) for count in CHECKED]
        mean, largest = differences(loaded, run, checked)
        if math.isnan(largest) or (largest > TOLERANCE and not eight_bits):
            raise HuemanError(
                f"The graph's frames differ from torch's by up to {largest:.3g} levels of 8 bits, "
                f"more than {TOLERANCE:g}; choose another --format."
            )
        shapes = {name: list(tensor.shape[1:]) for name, tensor in checked[0].items()}
        digest = file_sha256(file)
        record = ExportRecord(graph.name, digest, shapes, eight_bits, mean, largest)
        record.write(folder)
    return ExportedModel(out, record)


def _write(
    model: VideoModel, folder: Path, graph_format: GraphFormat, samples: list[dict[str, Tensor]]
) -> tuple[Path, Run]:
    """Write a graph, 8-bit if there are samples; return its file, and what runs it."""
    program = export_graph(model)
    if graph_format == "onnx":
        file = write_onnx(program, folder)
        return file, OnnxGraph(file)
    graph = openvino_graph(program, random_inputs(model, 2))
    if samples:
        graph = quantized(graph, samples)
    file = write_openvino(graph, folder)
    return file, OpenVinoGraph(file)


@torch.inference_mode()
def differences(
    model: VideoModel, run: Run, checked: Sequence[dict[str, Tensor]]
) -> tuple[float, float]:
    """Return how much a graph's frames differ from torch's, in levels of 8 bits: mean, largest."""
    made = NextFrame(model)
    errors = [(run(inputs) - made(**inputs)).abs() * 127.5 for inputs in checked]
    mean = sum(float(error.mean()) for error in errors) / len(errors)
    largest = torch.stack([error.max() for error in errors]).max()  # NaN if there is one
    return mean, float(largest)


def _check_out(out: Path) -> None:
    """Refuse a folder that holds anything but an earlier export, which will be replaced."""
    if not out.exists():
        return
    names = {file.name for file in out.iterdir()} if out.is_dir() else {out.name}
    if names and (RECORD_FILE not in names or names - WRITTEN):
        raise HuemanError(f"{out} has other files in it; name a new folder with --out.")
