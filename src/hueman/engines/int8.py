"""Graphs whose convolutions are computed in 8 bits (Jacob et al. 2018), by NNCF.

A quarter of the bytes, and instructions made for it: on CPUs the fastest there is. The ranges of
what passes between layers are found on people of the box who do actions in random colours. The
clothes' colours are found outside the network and stay exact, and so does its last layer.
"""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from hueman.box.examples import example_people
from hueman.engines.graph import graph_inputs
from hueman.engines.requirements import load
from hueman.generation.generator import HumanVideoGenerator
from hueman.generation.person import Clothes, Person
from hueman.training.model import VideoModel

if TYPE_CHECKING:
    import openvino

ACTIONS = ("wave_both", "squat", "march")
"""What the example people do, one each, over and over."""
FRAMES = 12
"""Of each person."""
COLORS = (None, "crimson", "white", "navy")
"""Of the upper garment; the lower one has that of the next frame."""


def quantized(model: "openvino.Model", samples: list[dict[str, Tensor]]) -> "openvino.Model":
    """Return a graph with 8-bit convolutions.

    Args:
        model: from `openvino_graph`.
        samples: inputs as they are in use, one frame each.

    Raises:
        HuemanError: NNCF is not installed.
    """
    nncf = load("nncf")
    logging.getLogger("nncf").setLevel(logging.ERROR)
    data = [{name: tensor.numpy() for name, tensor in sample.items()} for sample in samples]
    return nncf.quantize(
        model,
        nncf.Dataset(data),
        subset_size=len(data),
        ignored_scope=nncf.IgnoredScope(names=_around_the_network(model), validate=False),
    )


def sample_inputs(model: VideoModel) -> Iterator[dict[str, Tensor]]:
    """Show the example people in motion; yield the inputs of each frame.

    Raises:
        HuemanError: weights to see the people with cannot be had.
    """
    generator = HumanVideoGenerator(model, "cpu", precision="fp32")
    actions = [ACTIONS[number % len(ACTIONS)] for number in range(len(example_people()))]
    for action, picture in zip(actions, example_people().values(), strict=True):
        generator.set_content(picture)
        poses = generator.poses(action)
        every = max(1, len(poses) // FRAMES)
        yield from _frames(generator, generator.person, poses[::every][:FRAMES])


@torch.inference_mode()
def _frames(
    generator: HumanVideoGenerator, person: Person, poses: np.ndarray
) -> Iterator[dict[str, Tensor]]:
    """Make frames, each from the one before; yield their inputs."""
    pose = torch.from_numpy(poses)
    model, chosen = generator.predictor.model, person.chosen(pose)
    wardrobe = [
        generator.clothes(upper, lower)
        for upper, lower in zip(COLORS, COLORS[1:] + COLORS[:1], strict=True)
    ]
    told = model.estimate(person.frames, pose, person.appearance, chosen)
    previous = torch.full((1, 3, *generator.size), -1.0)
    for number in range(len(poses)):
        clothes = wardrobe[number % len(wardrobe)]
        code = clothes.code[None]
        colors = None if clothes.colors is None else clothes.colors[None]
        worn = person.worn(Clothes(code, colors))
        now = told.each(lambda tensor, at=number: tensor[at : at + 1])
        yield graph_inputs(model, now, code, previous, worn)
        previous = generator.predictor.next_frame(now, code, previous, worn)


def _around_the_network(model: "openvino.Model") -> list[str]:
    """Name all operations but those from the first convolutions to before the last."""
    nodes = model.get_ordered_ops()
    convolutions = [node for node in nodes if node.get_type_name().startswith("Convolution")]
    inside: set[str] = set()
    for node in convolutions:  # in an order in which none comes before what it depends on
        if node.get_friendly_name() not in inside:  # a first one: both stages have one
            inside |= _after(node)
    inside -= _after(convolutions[-1])
    kinds = ("Parameter", "Constant", "Result")
    return [
        node.get_friendly_name()
        for node in nodes
        if node.get_friendly_name() not in inside and node.get_type_name() not in kinds
    ]


def _after(node: "openvino.Node") -> set[str]:
    """Name an operation and all that depends on it."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.get_friendly_name() not in names:
            names.add(node.get_friendly_name())
            targets = (target for port in node.outputs() for target in port.get_target_inputs())
            waiting += [target.get_node() for target in targets]
    return names
