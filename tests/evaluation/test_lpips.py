import av
import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from hueman.evaluation.lpips import LPIPS, load_lpips
from hueman.weights.numpy_pickle import read_numpy_pickle
from hueman.weights.registry import locate

FROZEN = 0.5418


@pytest.fixture(scope="module")
def lpips() -> LPIPS:
    return load_lpips()


@pytest.fixture(scope="module")
def frames(clips_folder) -> torch.Tensor:
    """The first frames of a clip and of its recoloured twin, (2, 3, 384, 256)."""
    pictures = []
    for name in ("salute.mp4", "salute.recolored.mp4"):
        with av.open(str(clips_folder / "plaid" / name)) as container:
            pictures.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 127.5 - 1


def reference(a: np.ndarray, b: np.ndarray) -> float:
    """The definition (Zhang et al. 2018, eq. 1) in numpy; pictures (H, W, 3) in [-1, 1]."""
    weights = read_numpy_pickle(locate("alexnet-lpips"))
    strides, margins = (4, 1, 1, 1, 1), (2, 2, 1, 1, 1)

    def features(picture):
        hidden = (picture - [-0.030, -0.088, -0.188]) / [0.458, 0.448, 0.450]
        for index, (stride, margin) in enumerate(zip(strides, margins, strict=True)):
            if index in (1, 2):
                hidden = sliding_window_view(hidden, (3, 3), axis=(0, 1))[::2, ::2].max((3, 4))
            layer = weights["AlexNet_0"][f"Conv_{index}"]
            padded = np.pad(hidden, ((margin, margin), (margin, margin), (0, 0)))
            windows = sliding_window_view(padded, layer["kernel"].shape[:2], axis=(0, 1))
            windows = windows[::stride, ::stride]
            hidden = np.einsum("yxchw,hwcd->yxd", windows, layer["kernel"], optimize=True)
            hidden = np.maximum(hidden + layer["bias"], 0)
            yield hidden / (np.linalg.norm(hidden, axis=2, keepdims=True) + 1e-10)

    return sum(
        float(((x - y) ** 2 @ weights[f"NetLinLayer_{index}"]["Conv_0"]["kernel"][0, 0]).mean())
        for index, (x, y) in enumerate(zip(features(a), features(b), strict=True))
    )


def test_it_agrees_with_its_definition(lpips, frames):
    crops = frames[:, :, 90:154, 100:164]
    expected = reference(*crops.permute(0, 2, 3, 1).double().numpy())
    assert expected > 0.03
    assert lpips(crops[:1], crops[1:]).item() == pytest.approx(expected, rel=1e-4)


def test_a_frozen_value(lpips):
    """As computed by the code whose heads were found bit-equal to those that LPIPS 0.1.4 ships."""
    y, x = torch.meshgrid(torch.arange(192.0), torch.arange(128.0), indexing="ij")
    waves = torch.stack([(x / 9).sin(), (y / 7).cos(), ((x + y) / 11).sin()])[None]
    squares = ((x // 16 + y // 16) % 2).expand(1, 3, -1, -1)
    assert lpips(0.8 * waves, 0.5 * waves + 0.4 * squares).item() == pytest.approx(FROZEN, abs=1e-3)


def test_equal_pictures_have_no_distance(lpips, frames):
    assert lpips(frames, frames).tolist() == [0, 0]


def test_it_is_symmetric_and_grows_with_noise(lpips, frames):
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(frames.shape, generator=generator)
    distances = [lpips(frames, frames + strength * noise) for strength in (0.02, 0.1, 0.5)]
    assert (distances[0] < distances[1]).all()
    assert (distances[1] < distances[2]).all()
    assert torch.allclose(lpips(frames, frames.flip(0)), lpips(frames.flip(0), frames))


def test_a_batch_gives_what_single_pictures_give(lpips, frames):
    a, b = frames, frames.roll(8, dims=3)
    singles = [lpips(a[i : i + 1], b[i : i + 1]).item() for i in range(2)]
    assert lpips(a, b).tolist() == pytest.approx(singles, rel=1e-4)


@pytest.mark.parametrize(
    ("a", "b"), [((1, 3, 64, 64), (2, 3, 64, 64)), ((1, 1, 64, 64),) * 2, ((1, 3, 64, 24),) * 2]
)
def test_wrong_shapes_are_refused(lpips, a, b):
    with pytest.raises(ValueError, match="expected two batches"):
        lpips(torch.zeros(a), torch.zeros(b))
