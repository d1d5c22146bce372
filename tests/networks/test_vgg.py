import pytest
import torch
import torch.nn.functional as F

from hueman.networks.vgg import VGG


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_features_halve_and_widen(name):
    features = VGG(name)(torch.zeros(2, 3, 32, 48))
    shapes = [(64, 32, 48), (128, 16, 24), (256, 8, 12), (512, 4, 6), (512, 2, 3)]
    assert [tuple(feature.shape) for feature in features] == [(2, *shape) for shape in shapes]


@pytest.mark.parametrize(("name", "convolutions"), [("vgg16", 11), ("vgg19", 13)])
def test_it_ends_with_the_last_feature(name, convolutions):
    """Published: 13 and 16 convolutions, of which those after relu5_1 are left out."""
    network = VGG(name)
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in network.layers) == convolutions
    assert len(VGG(name, last=1).layers) == 2


def test_fewer_features_are_the_first_ones():
    torch.manual_seed(0)
    whole, start = VGG("vgg16"), VGG("vgg16", last=3)
    start.load_state_dict({key: whole.state_dict()[key] for key in start.state_dict()})
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    for expected, found in zip(whole(picture), start(picture), strict=False):
        assert torch.equal(expected, found)


def test_second_convolutions_follow_the_first_ones():
    torch.manual_seed(0)
    first, second = VGG("vgg19", last=1), VGG("vgg19", last=1, convolution=2)
    assert len(second.layers) == 4
    second.load_state_dict(second.state_dict() | first.state_dict())
    picture = torch.rand(1, 3, 16, 16) * 2 - 1
    (shallow,), (deep,) = first(picture), second(picture)
    assert torch.allclose(deep, F.relu(second.layers[2](shallow)), atol=1e-6)
    # Also inside, where a pooling follows.
    shapes = [tuple(feature.shape[1:]) for feature in VGG("vgg16", 2, 2)(picture)]
    assert shapes == [(64, 16, 16), (128, 8, 8)]


def test_pictures_are_normalised_as_imagenet_is():
    torch.manual_seed(0)
    network = VGG("vgg16", last=1)
    picture = torch.rand(1, 3, 8, 8)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    kernel, bias = network.layers[0].parameters()
    expected = F.relu(F.conv2d((picture - mean) / deviation, kernel, bias, padding=1))
    assert torch.allclose(network(picture * 2 - 1)[0], expected, atol=1e-5)


def test_it_is_frozen_but_pictures_get_gradients():
    network = VGG("vgg16", last=3)
    assert not any(parameter.requires_grad for parameter in network.parameters())
    picture = torch.zeros(1, 3, 16, 16, requires_grad=True)
    torch.stack([feature.sum() for feature in network(picture)]).sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0


def test_channels_last_and_bfloat16_give_nearly_the_same():
    torch.manual_seed(0)
    network = VGG("vgg16", last=3)
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    expected = network(picture)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    found = network(picture.contiguous(memory_format=torch.channels_last))
    with torch.autocast("cpu", torch.bfloat16):
        coarse = network(picture)
    for a, b, c in zip(expected, found, coarse, strict=True):
        assert torch.allclose(a, b, atol=1e-5)
        assert (a - c.float()).abs().max() < 0.03 * a.abs().max()


@pytest.mark.parametrize("arguments", [("vgg11", 5), ("vgg16", 0), ("vgg16", 6), ("vgg16", 1, 3)])
def test_unknown_variants_are_refused(arguments):
    with pytest.raises(ValueError, match="vgg16 or vgg19"):
        VGG(*arguments)
