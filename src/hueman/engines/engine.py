"""What makes the frames of a finished model: torch, or a graph that was exported from it."""

from pathlib import Path
from typing import Protocol, get_args

import torch
from torch import Tensor

from hueman.engines.graph import graph_inputs
from hueman.engines.openvino_graph import OPENVINO_FILE, OpenVinoGraph
from hueman.engines.record import check_graph
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
        name: "torch", "openvino", or "auto": OpenVINO where the model has been exported for it, it
            is installed, and torch would compute in float32 on a CPU: in bfloat16 torch is faster
            than most graphs.
        model: on the device.
        file: that the model was read from, with its graph beside it if it was exported; or None.
        device: "cpu" or another.
        dtype: of convolutions in torch.

    Raises:
        HuemanError: there is no such engine, or it cannot be used here.
    """
    if name not in get_args(EngineName):
        raise HuemanError(f"The engine is '{name}'; choose auto, torch or openvino.")
    graph = None if file is None else file.parent / OPENVINO_FILE
    there = graph is not None and graph.exists()
    if name == "auto":
        slow = device.type == "cpu" and dtype == torch.float32
        fits = there and slow and installed("openvino")
        name = "openvino" if fits else "torch"
    if name == "torch":
        return TorchEngine(model, dtype)
    if device.type != "cpu":
        raise HuemanError(f"OpenVINO computes on the CPU, not on {device}; choose torch.")
    if file is None or graph is None or not there:
        raise HuemanError(
            "This model has no graph for OpenVINO; make one with 'hueman export MODEL --format "
            "openvino --out FOLDER', and name FOLDER as the model."
        )
    check_graph(file)
    return OpenVinoEngine(OpenVinoGraph(graph), model)
