import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from hueman.networks.siggraph17 import Siggraph17

# The published layers: module, index in it, channels in and out, size of kernel.
CONVOLUTIONS = [
    ("model1", 0, 4, 64, 3), ("model1", 2, 64, 64, 3),
    ("model2", 0, 64, 128, 3), ("model2", 2, 128, 128, 3),
    ("model3", 0, 128, 256, 3), ("model3", 2, 256, 256, 3), ("model3", 4, 256, 256, 3),
    ("model4", 0, 256, 512, 3), ("model4", 2, 512, 512, 3), ("model4", 4, 512, 512, 3),
    ("model5", 0, 512, 512, 3), ("model5", 2, 512, 512, 3), ("model5", 4, 512, 512, 3),
    ("model6", 0, 512, 512, 3), ("model6", 2, 512, 512, 3), ("model6", 4, 512, 512, 3),
    ("model7", 0, 512, 512, 3), ("model7", 2, 512, 512, 3), ("model7", 4, 512, 512, 3),
    ("model3short8", 0, 256, 256, 3),
    ("model8", 1, 256, 256, 3), ("model8", 3, 256, 256, 3),
    ("model2short9", 0, 128, 128, 3),
    ("model9", 1, 128, 128, 3),
    ("model1short10", 0, 64, 128, 3),
    ("model10", 1, 128, 128, 3),
    ("model_class", 0, 256, 529, 1),
    ("model_out", 0, 128, 2, 1),
]  # fmt: skip
TRANSPOSED = [("model8up", 512, 256), ("model9up", 256, 128), ("model10up", 128, 128)]
NORMALISED = [
    ("model1", 4, 64), ("model2", 4, 128), ("model3", 6, 256), ("model4", 6, 512),
    ("model5", 6, 512), ("model6", 6, 512), ("model7", 6, 512), ("model8", 5, 256),
    ("model9", 3, 128),
]  # fmt: skip


def published_shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for module, index, inputs, outputs, size in CONVOLUTIONS:
        shapes[f"{module}.{index}.weight"] = (outputs, inputs, size, size)
        shapes[f"{module}.{index}.bias"] = (outputs,)
    for module, inputs, outputs in TRANSPOSED:
        shapes[f"{module}.0.weight"] = (inputs, outputs, 4, 4)
        shapes[f"{module}.0.bias"] = (outputs,)
    for module, index, channels in NORMALISED:
        for name in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{module}.{index}.{name}"] = (channels,)
        shapes[f"{module}.{index}.num_batches_tracked"] = ()
    return shapes


@pytest.fixture(scope="module")
def network() -> Siggraph17:
    return Siggraph17().eval()


def test_layers_are_the_published_ones(network):
    found = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    assert found == published_shapes()


def test_the_number_of_parameters_agrees_with_what_is_published(network):
    floats = {key: value.numel() for key, value in network.state_dict().items()}
    floats = {key: count for key, count in floats.items() if not key.endswith("tracked")}
    assert sum(floats.values()) == sum(
        math.prod(shape) for key, shape in published_shapes().items() if not key.endswith("tracked")
    )
    # The published file has 136,787,426 bytes, some names among them.
    assert 0 < 136_787_426 - 4 * sum(floats.values()) < 20_000
    assert sum(parameter.numel() for parameter in network.parameters()) == 34_187_027
    # Intel's Open Model Zoo counts 34.0511 million in the network as it is run.
    unused = sum(parameter.numel() for parameter in network.model_class.parameters())
    assert round((34_187_027 - unused) / 1e6, 4) == 34.0511


def inputs(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Two random pictures of 24x16 with two hints each."""
    generator = torch.Generator().manual_seed(seed)
    hinted = torch.zeros(2, 1, 24, 16)
    hinted[:, :, 4:7, 3:6] = hinted[:, :, 15:18, 9:12] = 1
    hints = (torch.rand(2, 2, 24, 16, generator=generator) - 0.5) * 160 * hinted
    return torch.rand(2, 1, 24, 16, generator=generator) * 100, hints, hinted


def randomised(network: Siggraph17) -> Siggraph17:
    """With running statistics that evaluation cannot mistake for none."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor in (module.running_mean, module.running_var, module.weight, module.bias):
                assert tensor is not None
                torch.nn.init.uniform_(tensor, 0.2, 1.5)
    return network.eval()


def defined(state: dict[str, Tensor], lightness: Tensor, hints: Tensor, hinted: Tensor) -> Tensor:
    """The network's definition, layer by layer, from the published names."""

    def convolve(hidden: Tensor, name: str, dilation: int = 1) -> Tensor:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        padding = dilation * (weight.shape[-1] // 2)
        return F.conv2d(hidden, weight, bias, padding=padding, dilation=dilation)

    def block(hidden: Tensor, name: str, places: list[int], dilation: int = 1) -> Tensor:
        for place in places[:-1]:
            hidden = convolve(hidden, f"{name}.{place}", dilation).relu()
        mean, variance, weight, bias = (
            state[f"{name}.{places[-1]}.{key}"].view(1, -1, 1, 1)
            for key in ("running_mean", "running_var", "weight", "bias")
        )
        return (hidden - mean) / (variance + 1e-5).sqrt() * weight + bias

    def enlarge(hidden: Tensor, name: str) -> Tensor:
        weight, bias = state[f"{name}.0.weight"], state[f"{name}.0.bias"]
        return F.conv_transpose2d(hidden, weight, bias, stride=2, padding=1)

    seen = torch.cat([(lightness - 50) / 100, hints / 110, hinted], dim=1)
    one = block(seen, "model1", [0, 2, 4])
    two = block(one[:, :, ::2, ::2], "model2", [0, 2, 4])
    three = block(two[:, :, ::2, ::2], "model3", [0, 2, 4, 6])
    hidden = block(three[:, :, ::2, ::2], "model4", [0, 2, 4, 6])
    hidden = block(hidden, "model5", [0, 2, 4, 6], dilation=2)
    hidden = block(hidden, "model6", [0, 2, 4, 6], dilation=2)
    hidden = block(hidden, "model7", [0, 2, 4, 6])
    hidden = (enlarge(hidden, "model8up") + convolve(three, "model3short8.0")).relu()
    hidden = block(hidden, "model8", [1, 3, 5])
    hidden = (enlarge(hidden, "model9up") + convolve(two, "model2short9.0")).relu()
    hidden = block(hidden, "model9", [1, 3])
    hidden = (enlarge(hidden, "model10up") + convolve(one, "model1short10.0")).relu()
    hidden = F.leaky_relu(convolve(hidden, "model10.1"), 0.2)
    return convolve(hidden, "model_out.0").tanh() * 110


@torch.no_grad()
def test_it_agrees_with_its_definition():
    torch.manual_seed(0)
    network = randomised(Siggraph17(width=4))
    torch.testing.assert_close(network(*inputs()), defined(network.state_dict(), *inputs()))


def test_hints_have_an_effect(network):
    lightness, hints, hinted = inputs()
    hints.requires_grad_(True)
    colours = network(lightness, hints, hinted)
    assert colours.shape == hints.shape
    assert colours.abs().max() <= 110
    colours.sum().backward()
    assert hints.grad is not None
    assert hints.grad.abs().max() > 0
    with torch.no_grad():
        without = network(lightness, torch.zeros_like(hints), torch.zeros_like(hinted))
    assert not torch.allclose(colours, without)


def test_it_can_be_trained_to_obey_hints():
    """Two flat pictures of equal lightness differ in the colour of their hints alone."""
    torch.manual_seed(0)
    network = Siggraph17(width=4)
    lightness = torch.full((2, 1, 16, 16), 60.0)
    colours = torch.tensor([[40.0, -20.0], [-30.0, 50.0]]).view(2, 2, 1, 1).expand(2, 2, 16, 16)
    hinted = torch.zeros(2, 1, 16, 16)
    hinted[:, :, 6:9, 6:9] = 1
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(60):
        loss = F.l1_loss(network(lightness, colours * hinted, hinted), colours)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
