import pytest
import torch

from hueman.networks.i3d import I3D, MaxPool, Unit, pad_same

# GoogLeNet's table 1 (Szegedy et al. 2015): 1x1; 3x3 reduce, 3x3; 5x5 reduce, 5x5; pool projection.
# I3D has kernels of 3 frames, rows and columns in place of 3x3 and of 5x5.
INCEPTIONS = [
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
]


def unit(inputs: int, outputs: int, kernel: int) -> int:
    """Parameters of a convolution without bias and of a normalisation without scale."""
    return inputs * outputs * kernel**3 + outputs


def test_parameters():
    by_hand = unit(3, 64, 7) + unit(64, 64, 1) + unit(64, 192, 3)
    inputs = 192
    for point, before_3, outputs_3, before_5, outputs_5, pooled in INCEPTIONS:
        by_hand += unit(inputs, point, 1) + unit(inputs, pooled, 1)
        by_hand += unit(inputs, before_3, 1) + unit(before_3, outputs_3, 3)
        by_hand += unit(inputs, before_5, 1) + unit(before_5, outputs_5, 3)
        inputs = point + outputs_3 + outputs_5 + pooled
    by_hand += (inputs + 1) * 400
    with torch.device("meta"):
        network = I3D()
    assert sum(p.numel() for p in network.parameters()) == by_hand == 12_689_984
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_sizes_of_sixteen_frames():
    """Figure 3 of the publication: time is halved three times, the sides five times."""
    expected = {
        "Conv3d_1a_7x7": (64, 8, 112, 112),
        "MaxPool3d_2a_3x3": (64, 8, 56, 56),
        "Conv3d_2c_3x3": (192, 8, 56, 56),
        "MaxPool3d_3a_3x3": (192, 8, 28, 28),
        "Mixed_3c": (480, 8, 28, 28),
        "MaxPool3d_4a_3x3": (480, 4, 14, 14),
        "Mixed_4f": (832, 4, 14, 14),
        "MaxPool3d_5a_2x2": (832, 2, 7, 7),
        "Mixed_5c": (1024, 2, 7, 7),
    }
    with torch.device("meta"):
        network = I3D()
        hidden = video = torch.empty(2, 3, 16, 224, 224)
        for name, layer in network.layers.named_children():
            hidden = layer(hidden)
            if name in expected:
                assert hidden.shape == (2, *expected[name])
        assert network(video).shape == (2, 400)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "before", "after"),
    [
        (224, 7, 2, 2, 3),  # 112 left; the last starts at 222 and ends at 228, 5 beyond
        (15, 7, 2, 3, 3),  # 8 left: 14 to 20, 6 beyond
        (112, 3, 2, 0, 1),
        (28, 3, 1, 1, 1),
        (14, 2, 2, 0, 0),
        (7, 2, 2, 0, 1),
        (7, 1, 1, 0, 0),
    ],
)
def test_padding_is_tensorflows_same(size, kernel, stride, before, after):
    row = torch.arange(1.0, size + 1)
    padded = pad_same(row.view(1, 1, 1, 1, size), (1, 1, kernel), (1, 1, stride)).flatten()
    assert padded.tolist() == [0.0] * before + row.tolist() + [0.0] * after


def test_pools_and_units_see_the_windows_of_same():
    """Windows of 3 at every second of 4 places: 1, 2, 3 and 3, 4, nothing."""
    row = torch.arange(1.0, 5).view(1, 1, 4, 1, 1)
    assert MaxPool((3, 1, 1), (2, 1, 1))(row).flatten().tolist() == [3, 4]
    network = Unit(1, 1, 3, stride=2)
    torch.nn.init.ones_(network.convolution.weight)
    network.mean.fill_(1)
    network.variance.fill_(4 - 1e-3)
    torch.nn.init.constant_(network.bias, 0.25)
    found = network(row).flatten().tolist()
    assert found == pytest.approx([(6 - 1) / 2 + 0.25, (7 - 1) / 2 + 0.25])


@pytest.mark.parametrize(
    "shape", [(1, 3, 16, 224, 192), (1, 3, 8, 224, 224), (1, 1, 16, 224, 224), (3, 16, 224, 224)]
)
def test_wrong_shapes_are_refused(shape):
    with torch.device("meta"), pytest.raises(ValueError, match="expected videos"):
        I3D()(torch.empty(shape))
