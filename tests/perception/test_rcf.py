import cv2
import numpy as np
import pytest
import torch

from hueman.errors import HuemanError
from hueman.networks.rcf import RCF
from hueman.perception.base import edge_detector
from hueman.preparation.settings import PrepareSettings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the user keeps weights."""
    monkeypatch.setenv("HUEMAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def network(folder) -> RCF:
    """A network of random weights, written as the published file is."""
    torch.manual_seed(0)
    network = RCF()
    torch.save(network.state_dict(), folder / "bsds500_pascal_model.pth")
    return network


def frames(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (*shape, 3), dtype=np.uint8)


@torch.no_grad()
def strength(network: RCF, frame: np.ndarray) -> np.ndarray:
    picture = torch.from_numpy(frame).permute(2, 0, 1)[None] / 127.5 - 1
    return network(picture)[0, 0].numpy()


def test_the_published_file_is_read_and_used(network):
    clip = frames(5, 32, 24)
    edges = edge_detector("rcf", "fused")(clip)
    assert edges.shape == clip.shape[:3]
    framed = cv2.copyMakeBorder(clip[4], 8, 8, 8, 8, cv2.BORDER_REPLICATE)
    expected = strength(network, framed)[8:-8, 8:-8] * 255
    np.testing.assert_allclose(edges[4], expected, atol=0.51)


def test_several_scales_are_averaged_as_the_authors_do(network):
    clip = frames(1, 40, 32)
    edges = edge_detector("rcf-multiscale", "fused")(clip)
    framed = cv2.copyMakeBorder(clip[0], 8, 8, 8, 8, cv2.BORDER_REPLICATE).astype(np.float32)
    maps = []
    for scale in (0.5, 1, 1.5):
        resized = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        maps.append(cv2.resize(strength(network, resized), framed.shape[1::-1]))
    expected = np.mean(maps, axis=0)[8:-8, 8:-8] * 255
    np.testing.assert_allclose(edges[0], expected, atol=0.6)
    assert not np.array_equal(edges, edge_detector("rcf", "fused")(clip))


def test_fine_edges_need_the_same_file(network):
    fine = edge_detector("rcf", "fine")(frames(1, 32, 24))
    assert not np.array_equal(fine, edge_detector("rcf", "fused")(frames(1, 32, 24)))


def test_another_networks_file_is_refused(folder):
    torch.save({"conv1_1.weight": torch.zeros(2)}, folder / "bsds500_pascal_model.pth")
    with pytest.raises(HuemanError, match=r"bsds500_pascal_model\.pth does not fit RCF: it lacks"):
        edge_detector("rcf")


@pytest.mark.parametrize("edges", ["rcf", "rcf-multiscale"])
def test_it_can_be_chosen_for_prepare(edges):
    assert PrepareSettings(edges=edges).edges == edges
