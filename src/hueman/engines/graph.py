"""The making of one frame as a graph: `VideoModel.next_frame` with its tensors by name.

All of it is in the graph, the clothes' colours as well as the generator, so that whoever runs it
needs neither torch nor hueman. The number of frames made at once is free; their size is the
model's.
"""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.nn import functional as F

from hueman.appearance.tinting import NEUTRAL_LIGHTNESS
from hueman.training.guidance import Guidance
from hueman.training.model import VideoModel, black_frames

COLORS, OUTPUT = "colors", "frame"
"""What the input of clothes' colours and the frames are called."""
MOST_AT_ONCE = 256
"""Frames; torch wants to be told a bound."""
_RANDOM_SEED = 0


class NextFrame(nn.Module):
    """A model's `next_frame` as a module; its arguments are `graph_inputs`, in their order."""

    def __init__(self, model: VideoModel):
        super().__init__()
        self.model = model

    def forward(
        self,
        features: Tensor,
        regions: Tensor,
        code: Tensor,
        previous: Tensor | None = None,
        appearance: Tensor | None = None,
        colors: Tensor | None = None,
    ) -> Tensor:
        """Return N frames, (N, 3, H, W) in [-1, 1]."""
        guidance = Guidance(features, regions, appearance)
        if previous is None:  # which this model does not look at
            previous = black_frames(features)
        return self.model.next_frame(guidance, code, previous, colors)


def graph_inputs(
    model: VideoModel, guidance: Guidance, code: Tensor, previous: Tensor, colors: Tensor | None
) -> dict[str, Tensor]:
    """Return the tensors of `VideoModel.next_frame` by name, without those it does not need."""
    named = {
        "features": guidance.features,
        "regions": guidance.regions,
        "code": code,
        "previous": previous if model.config.stage_two.generator.previous_frame else None,
        "appearance": guidance.appearance,
        COLORS: colors,
    }
    return {name: tensor.float() for name, tensor in named.items() if tensor is not None}


def random_inputs(model: VideoModel, count: int) -> dict[str, Tensor]:
    """Draw inputs for so many frames, in the ranges that they have.

    Args:
        model: whose inputs they are.
        count: of frames.
    """
    random = torch.Generator().manual_seed(_RANDOM_SEED)

    def between(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=random) * (high - low) + low

    size = model.config.height, model.config.width
    guidance = Guidance(between(-1, 1, 4, *size), between(0, 1, 2, *size), None)
    code = between(-2, 2, len(model.code_mean))
    colors = None
    if model.tint is not None:
        shares, lightness = between(0, 1, 2, *size), between(10, 90, 1, *size)
        seen = torch.cat([lightness, between(-30, 30, 2, *size), shares], dim=1)
        guidance = guidance._replace(appearance=seen)
        length = 3 if model.config.lightness_augmentation else 2
        colors = between(-30, 30, 2 * length)
        if length == 3:
            colors[:, ::3] += NEUTRAL_LIGHTNESS
    return graph_inputs(model, guidance, code, between(-1, 1, 3, *size), colors)


def export_graph(model: VideoModel) -> ExportedProgram:
    """Trace the making of a frame.

    Args:
        model: on the CPU, in evaluation mode.
    """
    inputs = random_inputs(model, 2)
    frame = NextFrame(with_whole_normalization(model))
    batch = Dim("batch", min=1, max=MOST_AT_ONCE)
    shapes = {name: {0: batch} for name in inputs}
    with quietly():
        return torch.export.export(frame, (), inputs, dynamic_shapes=shapes)


class PictureNorm(nn.Module):
    """Instance normalisation without weights, as layer normalisation over the picture.

    Traced, instance normalisation falls apart into means, squares and reshapes, which a graph runs
    one after the other; this stays one operation, through which 8-bit numbers can pass as well.
    """

    def __init__(self, epsilon: float):
        super().__init__()
        self.epsilon = epsilon

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same; each channel of each frame has mean 0 and deviation 1."""
        return F.layer_norm(features, features.shape[2:], eps=self.epsilon)


def with_whole_normalization(model: VideoModel) -> VideoModel:
    """Copy a model, its instance normalisations replaced by `PictureNorm`."""
    copied = copy.deepcopy(model)
    for module in list(copied.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.InstanceNorm2d):
                setattr(module, name, PictureNorm(child.eps))
    return copied


@contextmanager
def quietly() -> Iterator[None]:
    """Keep back what torch warns of in its own code while it exports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
