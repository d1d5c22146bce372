"""Generators: the paper's as it was published, the same in hueman's way, and the fast ones."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.speed.contest import Contest
from hueman.config import TrainingConfig, load_config
from hueman.generation.precision import computing_in
from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.first_layer import FirstLayer
from hueman.networks.written_code import WrittenCode
from hueman.training.architecture import Generator
from hueman.training.model import VideoModel

TOLERANCE = 1e-4
"""Of frames in [-1, 1], made as published and in hueman's way, in float32."""
CPU = torch.device("cpu")


def contests(quick: bool) -> list[Contest]:
    """The paper's generator, and those of the presets."""
    return [paper_contest(quick), preset_contest(quick)]


def paper_contest(quick: bool) -> Contest:
    """Return the paper's generator without a cure for its code, so that the design is the same."""
    small = ["stage_two.generator.channels=8", "height=128", "width=128"] if quick else []
    config = load_config("paper", ["stage_two.generator.code_cure=none", *small])
    generator, inputs = made(config)
    assert isinstance(generator, CoarseToFine)
    with torch.inference_mode():
        difference = float((published(generator, *inputs) - generator(*inputs)).abs().max())
    if difference > TOLERANCE:
        raise RuntimeError(f"hueman's way differs from the published one by {difference:.1e}")
    return Contest(
        f"the paper's generator, {config.height}x{config.width}",
        "as published, fp32",
        {
            "as published, fp32": timed(lambda: published(generator, *inputs), torch.float32),
            "code folded, fp32": timed(lambda: generator(*inputs), torch.float32),
            "code folded, bf16": timed(lambda: generator(*inputs), torch.bfloat16),
        },
    )


def preset_contest(quick: bool) -> Contest:
    """Return the generators of `lite` and `realtime` at one size."""
    size = ["height=128", "width=64"] if quick else ["height=384", "width=256"]
    ways = {}
    for preset in ("lite", "realtime"):
        generator, inputs = made(load_config(preset, size))
        for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
            run = lambda generator=generator, inputs=inputs: generator(*inputs)  # noqa: E731
            ways[f"{preset}, {name}"] = timed(run, dtype)
    height, width = (int(each.partition("=")[2]) for each in size)
    return Contest(f"generators of presets, {height}x{width}", "lite, fp32", ways)


def made(config: TrainingConfig) -> tuple[Generator, tuple[dict[str, Tensor], WrittenCode]]:
    """Return an untrained generator, and random input for a frame."""
    torch.manual_seed(0)
    generator = VideoModel(config).generator.eval()
    size = config.height, config.width
    pictures = {
        name: torch.rand(1, count, *size) * 2 - 1 for name, count in generator.inputs.items()
    }
    upper = torch.randn(1, config.stage_one.upper_code)
    lower = torch.randn(1, config.stage_one.lower_code)
    code = WrittenCode(upper, lower, torch.ones(1, 2, *size))
    return generator, (pictures, code)


def published(generator: CoarseToFine, pictures: dict[str, Tensor], code: WrittenCode) -> Tensor:
    """Make a frame as pix2pixHD and BicycleGAN do: the code is tiled and concatenated."""
    full = torch.cat([*(pictures[name] for name in generator.inputs), code.spread()], dim=1)
    half = F.avg_pool2d(full, 3, stride=2, padding=1, count_include_pad=False)
    coarse = generator.coarse(first(generator.coarse_first, half))
    fine = generator.fine_down(first(generator.fine_first, full))
    return generator.last(generator.fine(fine + coarse))


def first(layer: FirstLayer, picture: Tensor) -> Tensor:
    """Apply a first layer to what is concatenated already."""
    return F.relu(layer.norm(layer.convolution(picture)))


def timed(make: Callable[[], Tensor], dtype: torch.dtype) -> Callable[[], Tensor]:
    """Return a call without gradient in a precision."""

    def call() -> Tensor:
        with torch.inference_mode(), computing_in(dtype, CPU):
            return make()

    return call
