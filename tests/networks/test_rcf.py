import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.ndimage import map_coordinates

from hueman.networks.rcf import RCF
from hueman.weights.readers import load_vgg

# The published layers: name, channels in, channels out.
TRUNK = [
    ("conv1_1", 3, 64), ("conv1_2", 64, 64),
    ("conv2_1", 64, 128), ("conv2_2", 128, 128),
    ("conv3_1", 128, 256), ("conv3_2", 256, 256), ("conv3_3", 256, 256),
    ("conv4_1", 256, 512), ("conv4_2", 512, 512), ("conv4_3", 512, 512),
    ("conv5_1", 512, 512), ("conv5_2", 512, 512), ("conv5_3", 512, 512),
]  # fmt: skip


def published_shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for name, inputs, outputs in TRUNK:
        shapes[f"{name}.weight"] = (outputs, inputs, 3, 3)
        shapes[f"{name}.bias"] = (outputs,)
        shapes[f"{name}_down.weight"] = (21, outputs, 1, 1)
        shapes[f"{name}_down.bias"] = (21,)
    for stage in "12345":
        shapes[f"score_dsn{stage}.weight"] = (1, 21, 1, 1)
        shapes[f"score_dsn{stage}.bias"] = (1,)
    shapes["score_fuse.weight"] = (1, 5, 1, 1)
    shapes["score_fuse.bias"] = (1,)
    return shapes


@pytest.fixture
def network() -> RCF:
    torch.manual_seed(0)
    return RCF().eval()


@pytest.mark.parametrize("detail", ["fine", "fused"])
def test_layers_are_the_published_ones(detail):
    found = {key: tuple(value.shape) for key, value in RCF(detail).state_dict().items()}
    assert found == published_shapes()


def test_it_has_14_8_million_parameters(network):
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == sum(int(np.prod(shape)) for shape in published_shapes().values())
    # The publication's 14.8 million.
    assert count == 14_803_781


@torch.no_grad()
def test_the_trunk_with_the_weights_of_vgg16_gives_its_features(network):
    """A pooling of stride 1 and dilation give VGG's fifth block at every second place."""
    vgg = load_vgg("vgg16")
    published = [module for module in vgg.layers if isinstance(module, torch.nn.Conv2d)]
    trunk = [network.get_submodule(name) for name, _, _ in TRUNK]
    for convolution, source in zip(trunk, published, strict=False):
        convolution.load_state_dict(source.state_dict())
    picture = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    expected = vgg(picture)
    stages = list(network.stages(((picture + 1) / 2 - vgg.mean) / vgg.deviation))
    assert [len(features) for features in stages] == [2, 2, 3, 3, 3]
    found = [features[0] for features in stages]
    for one, other in zip(found[:4], expected[:4], strict=True):
        torch.testing.assert_close(one, other)
    torch.testing.assert_close(found[4][..., ::2, ::2], expected[4], rtol=1e-4, atol=1e-4)
    assert (expected[4] > 0).float().mean() > 0.02


@pytest.mark.parametrize("detail", ["fine", "fused"])
@pytest.mark.parametrize("size", [(9, 9), (32, 48), (33, 51)])
def test_edges_have_the_size_of_the_picture(detail, size):
    torch.manual_seed(0)
    with torch.no_grad():
        edges = RCF(detail)(torch.rand(2, 3, *size) * 2 - 1)
    assert edges.shape == (2, 1, *size)
    assert (edges >= 0).all()
    assert (edges <= 1).all()


@pytest.mark.parametrize(("stage", "stride"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8)])
@torch.no_grad()
def test_maps_lie_over_the_picture_they_belong_to(network, stage, stride):
    """A stage's map is interpolated between the middles of the pixels that its places stand for."""
    size = (48, 40)
    fifth = int(stage == 5)
    shape = (1, 64 * 2 ** min(stage - 1, 3), size[0] // stride - fifth, size[1] // stride - fifth)
    features = [torch.rand(shape)] * (2 if stage < 3 else 3)
    small = network.get_submodule(f"score_dsn{stage}")(
        sum(
            network.get_submodule(f"conv{stage}_{index}_down")(feature)
            for index, feature in enumerate(features, 1)
        )
    )[0, 0].numpy()
    found = network._edge_map(stage, features, torch.Size(size))[0, 0].numpy()
    # A place of the fifth stage has seen two of the fourth: its middle lies between theirs.
    middle = (stride - 1) / 2 + (stride / 2 if fifth else 0)
    grid = np.meshgrid(*((np.arange(length) - middle) / stride for length in size), indexing="ij")
    expected = map_coordinates(small, grid, order=1, mode="constant")
    inside = slice(2 * stride, -2 * stride)
    np.testing.assert_allclose(found[inside, inside], expected[inside, inside], atol=1e-5)


@torch.no_grad()
def test_colours_are_taken_blue_first_and_centred(network):
    seen = []
    network.get_submodule("conv1_1").register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs)
    )
    red_green_blue = torch.tensor([1.0, 0.0, -1.0]).view(1, 3, 1, 1).expand(1, 3, 16, 16)
    network(red_green_blue)
    first = seen[0][0][0, :, 0, 0]
    expected = torch.tensor([0 - 104.00699, 127.5 - 116.66877, 255 - 122.67891])
    torch.testing.assert_close(first, expected)


@torch.no_grad()
def test_fine_averages_the_first_two_maps(network):
    fine = RCF("fine")
    fine.load_state_dict(network.state_dict())
    picture = torch.rand(1, 3, 16, 24) * 2 - 1
    one, two, *_ = network.stages((picture.flip(1) + 1) * 127.5 - network.mean)
    first = network.score_dsn1(network.conv1_1_down(one[0]) + network.conv1_2_down(one[1]))
    second = network.score_dsn2(network.conv2_1_down(two[0]) + network.conv2_2_down(two[1]))
    large = F.interpolate(second, scale_factor=2, mode="bilinear")
    expected = (torch.sigmoid(first) + torch.sigmoid(large)) / 2
    inside = slice(1, -1)
    torch.testing.assert_close(
        fine(picture)[..., inside, inside], expected[..., inside, inside], rtol=1e-4, atol=1e-5
    )


def test_unknown_details_are_refused():
    with pytest.raises(ValueError, match="'coarse'"):
        RCF("coarse")  # type: ignore[arg-type]
