"""What makes the frames of a finished model: torch, or a graph that was exported from it."""

from pathlib import Path
from typing import Protocol, get_args

import torch
from torch import Tensor

from hueman.engines.graph import COLORS, graph_inputs
from hueman.engines.openvino_graph import OPENVINO_FILE, OpenVinoGraph
from hueman.engines.record import ExportRecord, read_record
from hueman.engines.requirements import installed
from hueman.engines.settings import EngineName
from hueman.errors import HuemanError
from hueman.generation.precision import computing_in
from hueman.training.guidance import Guidance
from hueman.training.model import VideoModel


class Engine(Protocol):
    """Makes frames."""

    def next_frame(
        self, guidance: Guidance, code: Tensor, previous: Tensor, colors: Tensor | None
    ) -> Tensor:
        """Do what `VideoModel.next_frame` does; float32."""
        ...


class TorchEngine:
    """A model as it is.

    Args:
        model: on its device.
        dtype: in which convolutions are computed.
    """

    def __init__(self, model: VideoModel, dtype: torch.dtype):
        self.model = model
        self.dtype = dtype

    @torch.inference_mode()
    def next_frame(
        self, guidance: Guidance, code: Tensor, previous: Tensor, colors: Tensor | None
    ) -> Tensor:
        """Do what `VideoModel.next_frame` does; float32."""
        with computing_in(self.dtype, code.device):
            return self.model.next_frame(guidance, code, previous, colors).float()


class OpenVinoEngine:
    """A graph that `hueman export` made, on the CPU.

    Args:
        graph: of the model.
        model: finds the colours of codes, where no colours are given.
    """

    def __init__(self, graph: OpenVinoGraph, model: VideoModel):
        self.graph = graph
        self.model = model

    @torch.inference_mode()
    def next_frame(
        self, guidance: Guidance, code: Tensor, previous: Tensor, colors: Tensor | None
    ) -> Tensor:
        """Do what `VideoModel.next_frame` does."""
        if colors is None and self.model.tint is not None:
            colors = self.model.colors(code)
        return self.graph(graph_inputs(self.model, guidance, code, previous, colors))


def choose_engine(
    name: str, model: VideoModel, file: Path | None, device: torch.device, dtype: torch.dtype
) -> Engine:
    """Return what makes a model's frames.

    Args:
        name: "torch", "openvino", or "auto": the graph beside the model where there is one, it is
            the faster of both, and OpenVINO is installed.
        model: on the device.
        file: that the model was read from, with its graph beside it if it was exported; or None.
        device: "cpu" or another.
        dtype: of convolutions in torch, and of a graph's where it can, see `OpenVinoGraph`.

    Raises:
        HuemanError: there is no such engine, or it cannot be used here.
    """
    if name not in get_args(EngineName):
        raise HuemanError(f"The engine is '{name}'; choose auto, torch or openvino.")
    there = file is not None and (file.parent / OPENVINO_FILE).exists()
    if name == "torch" or (name == "auto" and not (there and installed("openvino"))):
        return TorchEngine(model, dtype)
    if device.type != "cpu":
        if name == "auto":
            return TorchEngine(model, dtype)
        raise HuemanError(f"OpenVINO computes on the CPU, not on {device}; choose torch.")
    if file is None or not there:
        raise HuemanError(
            "This model has no graph for OpenVINO; make one with 'hueman export MODEL --format "
            "openvino --out FOLDER', and name FOLDER as the model."
        )
    record = read_record(file)
    if name == "auto" and not _is_faster(record, dtype):
        return TorchEngine(model, dtype)
    return OpenVinoEngine(OpenVinoGraph(file.parent / OPENVINO_FILE, dtype), model)


def _is_faster(record: ExportRecord, dtype: torch.dtype) -> bool:
    """Tell whether a graph is faster than torch: not if it alone has to compute in float32."""
    return record.eight_bits or dtype == torch.float32 or COLORS not in record.inputs
