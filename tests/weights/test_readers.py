import hashlib
from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit

from hueman.errors import HuemanError
from hueman.networks.siggraph17 import Siggraph17
from hueman.networks.vgg import VGG
from hueman.weights import readers
from hueman.weights.numpy_pickle import read_numpy_pickle
from hueman.weights.readers import load_hed, load_i3d, load_siggraph17, load_vgg
from hueman.weights.registry import WEIGHTS, locate


def convolve(picture: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Picture (H, W, C), kernel (h, w, C, D): the convolution's definition, zeros outside."""
    margin = kernel.shape[0] // 2
    padded = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)))
    windows = sliding_window_view(padded, kernel.shape[:2], axis=(0, 1))
    return np.einsum("yxchw,hwcd->yxd", windows, kernel) + bias


def picture(height: int, width: int) -> np.ndarray:
    """Random uint8 (H, W, 3) RGB."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


def batch(rgb: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1)[None] / 127.5 - 1


def test_vgg16_has_the_published_weights():
    first = load_vgg("vgg16", last=1).state_dict()["layers.0.weight"]
    # The first kernel of the published VGG-16, as its weights are printed in public.
    expected = [[-0.5537, 0.1427, 0.5290], [-0.5831, 0.3566, 0.7657], [-0.6902, -0.0480, 0.4841]]
    assert torch.allclose(first[0, 0], torch.tensor(expected), atol=5e-5)


def test_vgg16_knows_pictures_from_noise():
    network = load_vgg("vgg16")
    assert not any(parameter.requires_grad for parameter in network.parameters())
    deepest = network(batch(picture(64, 64)))[-1]
    assert deepest.shape == (1, 512, 4, 4)
    assert 0.02 < (deepest > 0).float().mean() < 0.6


def test_vgg19_is_read_from_the_published_layout(tmp_path, monkeypatch):
    torch.manual_seed(0)
    network = VGG("vgg19", last=2)
    published = {
        f"features.{k.removeprefix('layers.')}": v for k, v in network.state_dict().items()
    }
    path = tmp_path / "vgg19-dcbb9e9d.pth"
    torch.save({**published, "classifier.0.weight": torch.zeros(2, 2)}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = replace(WEIGHTS["vgg19"], size=path.stat().st_size, sha256=digest)
    monkeypatch.setitem(WEIGHTS, "vgg19", entry)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    rgb = batch(picture(16, 16))
    for expected, found in zip(network(rgb), load_vgg("vgg19", last=2)(rgb), strict=True):
        assert torch.equal(expected, found)


@pytest.mark.parametrize("counters", [True, False])
def test_siggraph17_is_read_with_or_without_counters(tmp_path, monkeypatch, counters):
    network = Siggraph17()
    path = tmp_path / "siggraph17-df00044c.pth"
    state = network.state_dict()
    torch.save({k: v for k, v in state.items() if counters or "batches_tracked" not in k}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = replace(WEIGHTS["siggraph17"], size=path.stat().st_size, sha256=digest)
    monkeypatch.setitem(WEIGHTS, "siggraph17", entry)
    monkeypatch.setenv("HUEMAN_WEIGHTS", str(tmp_path))
    read = load_siggraph17()
    path.unlink()
    assert not read.training
    assert all(torch.equal(state[key], value) for key, value in read.state_dict().items())


def test_hed_agrees_with_its_definition():
    rgb = picture(12, 10)
    with h5py.File(locate("hed")) as file:

        def layer(name: str, hidden: np.ndarray) -> np.ndarray:
            kernel, bias = (np.asarray(file[f"{name}/vars/{index}"]) for index in range(2))
            return convolve(hidden, kernel, bias)

        hidden = rgb[..., ::-1] - np.array([104.00699, 116.66877, 122.67892])
        for name in ("conv2d", "conv2d_1"):
            hidden = np.maximum(layer(f"block1/layers/{name}", hidden), 0)
        first = expit(layer("dsn1", hidden))[..., 0]
    network = load_hed("fine")
    with torch.no_grad():
        found = torch.sigmoid(network.sides[0](network.blocks[0](
            (batch(rgb) + 1) * 127.5 - network.mean
        )))  # fmt: skip
    np.testing.assert_allclose(found[0, 0].numpy(), first, atol=1e-4)


@pytest.mark.parametrize("detail", ["fine", "fused"])
def test_hed_sees_the_outline_of_a_square(detail):
    rgb = np.full((64, 64, 3), 60, np.uint8)
    rgb[20:44, 20:44] = 200
    with torch.no_grad():
        edges = load_hed(detail)(batch(rgb))[0, 0].numpy()
    outline = edges[32, [19, 20, 43, 44]].max()
    assert outline > 0.8
    assert edges[28:36, 28:36].max() < 0.2


def test_i3d_has_the_published_weights():
    """Kernels turned from (T, H, W, in, out), statistics as they are; their count is the file's."""
    tree = read_numpy_pickle(locate("i3d"))
    state = load_i3d().state_dict()
    assert sum(tensor.numel() for tensor in state.values()) == 12_704_544
    kernel = tree["params"]["Conv3d_1a_7x7"]["Conv_0"]["kernel"]
    assert state["layers.Conv3d_1a_7x7.convolution.weight"][5, 2, 1, 3, 4] == kernel[1, 3, 4, 2, 5]
    variance = tree["batch_stats"]["Conv3d_1a_7x7"]["BatchNorm_0"]["var"]
    assert state["layers.Conv3d_1a_7x7.variance"].tolist() == variance.flatten().tolist()


def test_i3d_refuses_what_does_not_fit(monkeypatch):
    tree = read_numpy_pickle(locate("i3d"))
    parameters = tree["params"]
    del parameters["Conv3d_2b_1x1"]["BatchNorm_0"]["bias"]
    parameters["Conv3d_2c_3x3"]["BatchNorm_0"]["scale"] = np.ones(192, np.float32)
    parameters["Logits/Conv3d_0c_1x1"]["Conv_0"]["bias"] = np.ones(600, np.float32)
    monkeypatch.setattr(readers, "read_numpy_pickle", lambda path: tree)
    with pytest.raises(HuemanError) as error:
        load_i3d()
    assert "lacks layers.Conv3d_2b_1x1.bias" in str(error.value)
    assert "has unknown layers.Conv3d_2c_3x3.scale" in str(error.value)
    assert "has another shape for logits.bias ((600,) for (400,))" in str(error.value)
