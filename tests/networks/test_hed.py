import cv2
import numpy as np
import pytest
import torch

from hueman.networks.hed import HED


@pytest.mark.parametrize("detail", ["fine", "fused"])
@pytest.mark.parametrize("size", [(32, 48), (33, 51)])
def test_edges_have_the_size_of_the_picture(detail, size):
    torch.manual_seed(0)
    with torch.no_grad():
        edges = HED(detail)(torch.rand(2, 3, *size) * 2 - 1)
    assert edges.shape == (2, 1, *size)
    assert (edges >= 0).all()
    assert (edges <= 1).all()


def test_fine_averages_the_first_two_maps():
    torch.manual_seed(0)
    network = HED("fine")
    picture = torch.rand(1, 3, 16, 24) * 2 - 1
    with torch.no_grad():
        first = network.blocks[0]((picture + 1) * 127.5 - network.mean)
        pooled = first.reshape(1, 64, 8, 2, 12, 2).amax(dim=(3, 5))
        small = network.sides[1](network.blocks[1](pooled))[0, 0].numpy()
        maps = (network.sides[0](first)[0, 0].numpy(), cv2.resize(small, (24, 16)))
        expected = np.mean([1 / (1 + np.exp(-map_)) for map_ in maps], axis=0)
        np.testing.assert_allclose(network(picture)[0, 0].numpy(), expected, atol=1e-5)


def test_fine_has_four_convolutions_in_its_trunk():
    count = sum(isinstance(layer, torch.nn.Conv2d) for layer in HED("fine").blocks.modules())
    assert count == 4


def test_unknown_details_are_refused():
    with pytest.raises(ValueError, match="'coarse'"):
        HED("coarse")  # type: ignore[arg-type]
