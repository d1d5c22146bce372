"""Published weights into the project's networks.

The registry vouches for the files byte by byte, so what they hold is not checked again.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import h5py
import numpy as np
import torch
from torch import Tensor, nn

from hueman.networks.alexnet import AlexNet
from hueman.networks.hed import HED, EdgeDetail
from hueman.networks.i3d import I3D
from hueman.networks.rcf import RCF
from hueman.networks.siggraph17 import Siggraph17
from hueman.networks.vgg import VGG, VGGName
from hueman.weights.numpy_pickle import read_numpy_pickle
from hueman.weights.published import load_exactly, read_state
from hueman.weights.registry import locate


def load_vgg(name: VGGName = "vgg19", last: int = 5, convolution: Literal[1, 2] = 1) -> VGG:
    """Return the frozen VGG of losses between features, with ImageNet's weights.

    Args:
        name: "vgg19" is the paper's; "vgg16" a stand-in that package indexes can serve.
        last: how many features, one of each block.
        convolution: after which convolution of each block: 1 for relu1_1, 2 for relu1_2.

    Raises:
        HuemanError: the weights cannot be had.
    """
    network = VGG(name, last, convolution)
    path = locate(name)
    if name == "vgg19":
        weights = read_state(path)
        published = {key.replace("features.", "layers."): value for key, value in weights.items()}
        network.load_state_dict({key: published[key] for key in network.state_dict()})
    else:
        _fill(_convolutions(network), _flax_convolutions(read_numpy_pickle(path)["VGG16_0"]))
    return network.eval()


def load_alexnet_lpips() -> tuple[AlexNet, list[Tensor]]:
    """Return AlexNet and the five linear heads of LPIPS v0.1, each (1, C, 1, 1).

    Raises:
        HuemanError: the weights cannot be had.
    """
    tree = read_numpy_pickle(locate("alexnet-lpips"))
    network = AlexNet()
    _fill(_convolutions(network), _flax_convolutions(tree["AlexNet_0"]))
    heads = [
        _kernel(tree[f"NetLinLayer_{index}"]["Conv_0"]["kernel"])
        for index in range(len(AlexNet.CHANNELS))
    ]
    return network.eval().requires_grad_(False), heads


def load_i3d() -> I3D:
    """Return the network of actions that FVD compares, trained on ImageNet and Kinetics-400.

    Raises:
        HuemanError: the weights cannot be had, or are not those of this network.
    """
    network = I3D()
    path = locate("i3d")
    load_exactly(network, _flax_i3d(read_numpy_pickle(path)), path.name)
    return network.eval()


def load_hed(detail: EdgeDetail = "fine") -> HED:
    """Return the edge detector trained on BSDS500.

    Raises:
        HuemanError: the weights cannot be had.
    """
    network = HED(detail)
    with h5py.File(locate("hed"), "r") as file:
        for index, block in enumerate(network.blocks, start=1):
            names = (f"block{index}/layers/conv2d{suffix}" for suffix in ("", "_1", "_2"))
            _fill(_convolutions(block), _keras_convolutions(file, names))
        sides = (f"dsn{index}" for index in range(1, 6))
        _fill(_convolutions(network.sides), _keras_convolutions(file, sides))
        if network.fuse is not None:
            _fill([network.fuse], _keras_convolutions(file, ["fuse"]))
    # The published network takes blue, green, red.
    first = _convolutions(network)[0]
    first.weight.data = first.weight.data.flip(1)
    return network.eval().requires_grad_(False)


def load_rcf(detail: EdgeDetail = "fused") -> RCF:
    """Return the paper's edge detector, trained on BSDS500 and PASCAL.

    Raises:
        HuemanError: the weights cannot be had, or are not those of this network.
    """
    network = RCF(detail)
    path = locate("rcf")
    load_exactly(network, read_state(path), path.name)
    return network.eval().requires_grad_(False)


def load_siggraph17() -> Siggraph17:
    """Return the paper's network for recolouring, trained on ImageNet, in evaluation mode.

    Raises:
        HuemanError: the weights cannot be had, or are not those of this network.
    """
    network = Siggraph17()
    path = locate("siggraph17")
    # How many batches were averaged matters to training alone, and old files do not say.
    counters = {k: v for k, v in network.state_dict().items() if k.endswith("batches_tracked")}
    load_exactly(network, counters | read_state(path), path.name)
    return network.eval().requires_grad_(False)


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]


def _fill(convolutions: Iterable[nn.Conv2d], weights: Iterator[tuple[Tensor, Tensor]]) -> None:
    """Give each convolution the next kernel and bias; what is left over is not needed."""
    with torch.no_grad():
        for convolution in convolutions:
            kernel, bias = next(weights)
            convolution.weight.copy_(kernel)
            convolution.bias.copy_(bias)  # type: ignore[union-attr]


def _kernel(array: np.ndarray) -> Tensor:
    """Return a kernel ([frames,] height, width, inputs, outputs) in torch's order."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(array, (-1, -2), (0, 1))))


def _flax_convolutions(tree: dict) -> Iterator[tuple[Tensor, Tensor]]:
    for index in range(len(tree)):
        layer = tree[f"Conv_{index}"]
        yield _kernel(layer["kernel"]), torch.from_numpy(layer["bias"])


def _flax_i3d(tree: dict) -> dict[str, Tensor]:
    """Return parameters and statistics by the names of `I3D`; what is not known keeps its name."""
    # In this order: the head is no unit, and the variance is the one statistic named otherwise.
    names = (
        ("layers.Logits.Conv3d_0c_1x1.Conv_0.", "logits."),
        (".Conv_0.", ".convolution."),
        (".kernel", ".weight"),
        (".BatchNorm_0.var", ".variance"),
        (".BatchNorm_0.", "."),
    )
    state = {}
    for key, array in (leaf for part in tree.values() for leaf in _leaves(part, "layers")):
        for theirs, ours in names:
            key = key.replace(theirs, ours)
        if key.endswith(".weight"):
            state[key] = _kernel(array)
        else:
            # Statistics are stored as they are applied, (1, 1, 1, 1, C).
            state[key] = torch.from_numpy(array.squeeze())
    return state


def _leaves(tree: dict, path: str) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays of a nested dictionary, the keys on the way to each joined by dots."""
    for name, value in tree.items():
        key = f"{path}.{name.replace('/', '.')}"
        if isinstance(value, dict):
            yield from _leaves(value, key)
        else:
            yield key, value


def _keras_convolutions(file: h5py.File, names: Iterable[str]) -> Iterator[tuple[Tensor, Tensor]]:
    for name in names:
        kernel, bias = (np.asarray(file[f"{name}/vars/{index}"]) for index in range(2))
        yield _kernel(kernel), torch.from_numpy(bias)
