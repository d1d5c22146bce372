"""What computes a frame: torch, or OpenVINO by an exported graph, in float and in 8 bits."""

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor

from benchmarks.speed.contest import Contest
from benchmarks.speed.elsewhere import Elsewhere
from benchmarks.speed.generators import published, timed
from hueman.config import TrainingConfig, load_config
from hueman.engines.graph import COLORS, NextFrame, export_graph, random_inputs
from hueman.engines.int8 import quantized
from hueman.engines.openvino_graph import OpenVinoGraph, openvino_graph
from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.written_code import WrittenCode
from hueman.training.model import VideoModel

SAMPLES = 4
"""Random inputs by which the ranges of 8 bits are found: enough for speed, not for quality."""


def contests(quick: bool) -> list[Contest]:
    """A frame by the paper's model, without its restoration network, and by `realtime`."""
    size = ["height=128", "width=128"] if quick else ["height=384", "width=256"]
    narrow = ["stage_two.generator.channels=8"] if quick else []
    paper = load_config("paper", ["stage_two.generator.code_cure=none", *narrow, *size])
    real_time = load_config("realtime", size)
    return [contest("the paper's generator", paper), contest("a frame of realtime", real_time)]


def contest(title: str, config: TrainingConfig) -> Contest:
    """Return all engines for one model; the paper's generator also as it was published."""
    model, inputs = made(config)
    frame = NextFrame(model)
    ways: dict[str, Callable[[], object]] = {}
    if isinstance(model.generator, CoarseToFine):
        ways["as published, fp32, in a plain process"] = Elsewhere(partial(as_published, config))
        ways["as published, fp32"] = as_published(config)
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        ways[f"torch, {name}"] = timed(lambda: frame(**inputs), dtype)
    graph = openvino_graph(export_graph(model), random_inputs(model, 2))
    eight = quantized(graph, [inputs] * SAMPLES)
    colorless = COLORS not in inputs
    for name, source, dtype in (
        ("fp32", graph, torch.float32),
        *([("bf16", graph, torch.bfloat16)] if colorless else []),
        ("int8, bf16" if colorless else "int8, fp32", eight, torch.bfloat16),
    ):
        compiled = cache(partial(OpenVinoGraph, source, dtype))  # the first time it is asked for
        ways[f"OpenVINO, {name}"] = lambda compiled=compiled: compiled()(inputs)
    return Contest(f"{title}, {config.height}x{config.width}", next(iter(ways)), ways)


def made(config: TrainingConfig) -> tuple[VideoModel, dict[str, Tensor]]:
    """Return an untrained model, the same every time, and random inputs for a frame."""
    torch.manual_seed(0)
    model = VideoModel(config).eval()
    return model, random_inputs(model, 1)


def as_published(config: TrainingConfig) -> Callable[[], Tensor]:
    """Return the paper's generator as it was published."""
    return timed(by_the_book(*made(config)), torch.float32)


def by_the_book(model: VideoModel, inputs: dict[str, Tensor]) -> Callable[[], Tensor]:
    """Return the paper's generator as published, on the same inputs."""
    generator = model.generator
    assert isinstance(generator, CoarseToFine)
    code = WrittenCode(*model._halves(inputs["code"]), inputs["regions"])
    pictures = {"features": inputs["features"], "previous": inputs["previous"]}
    return lambda: published(generator, pictures, code)
