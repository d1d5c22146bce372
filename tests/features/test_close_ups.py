"""Close-ups of face and hands."""

import numpy as np
import pytest
import torch

from hueman.features.close_ups import HAND_WIDTH, HEAD_WIDTH, SIDE, close_up_squares, close_ups
from hueman.features.pose import body_scale
from hueman.features.skeleton import JOINT


@pytest.fixture
def pose(truth_dataset) -> torch.Tensor:
    clip = truth_dataset.read(truth_dataset.entry("plaid", "salute"))
    return torch.from_numpy(clip.pose[:3])


def test_squares_lie_around_head_and_hands(pose):
    squares = close_up_squares(pose)
    assert squares.shape == (3, 3, 3)
    for number, each in enumerate(pose):
        scale = body_scale(each.numpy())
        assert (squares[number, 0, :2] - each[JOINT["nose"], :2]).norm() < 0.2 * scale
        for row, side in ((1, "left"), (2, "right")):
            elbow, wrist = (each[JOINT[f"{side}_{name}"], :2] for name in ("elbow", "wrist"))
            beyond = squares[number, row, :2] - wrist
            torch.testing.assert_close(beyond, 0.3 * (wrist - elbow))
        widths = torch.tensor([HEAD_WIDTH, HAND_WIDTH, HAND_WIDTH]) * scale
        torch.testing.assert_close(squares[number, :, 2], widths)


def test_what_is_not_known_is_left_out(pose):
    pose = pose.clone()
    pose[0, JOINT["left_wrist"], 2] = 0
    pose[1, [JOINT[name] for name in ("nose", "left_eye", "right_eye")], 2] = 0
    pose[1, [JOINT[name] for name in ("left_ear", "right_ear")], 2] = 0
    pose[2, JOINT["nose"], 2] = 0  # the eyes still tell where the head is
    squares = close_up_squares(pose)
    missing = squares[..., 0].isnan()
    assert torch.nonzero(missing).tolist() == [[0, 1], [1, 0]]
    assert len(close_ups(torch.zeros(3, 2, 96, 64), squares)) == 7
    nobody = close_up_squares(torch.zeros(2, 18, 3))
    assert close_ups(torch.zeros(2, 3, 96, 64), nobody).shape == (0, 3, SIDE, SIDE)


def test_a_square_of_its_own_size_is_cut_out_as_it_is():
    """32 pixels wide: each pixel of the close-up is one of the picture."""
    pictures = torch.rand(1, 3, 80, 60)
    square = torch.tensor([[[29.5, 39.5, 32.0]]])
    cut = close_ups(pictures, square)
    torch.testing.assert_close(cut, pictures[:, :, 24:56, 14:46])


def test_larger_squares_shrink_and_positions_stay():
    """A linear picture keeps its values at the places looked at; beyond it the border goes on."""
    rows, columns = np.mgrid[:80, :60]
    picture = torch.from_numpy(3.0 * columns + rows).float()[None, None]
    cut = close_ups(picture, torch.tensor([[[30.0, 40.0, 16.0]]]))[0, 0]
    places = 16 * ((np.arange(SIDE) + 0.5) / SIDE - 0.5)
    expected = 3.0 * (30 + places) + (40 + places)[:, None]
    np.testing.assert_allclose(cut, expected, rtol=1e-4)
    outside = close_ups(picture, torch.tensor([[[-50.0, 40.0, 8.0]]]))[0, 0]
    np.testing.assert_allclose(outside[:, 0], outside[:, -1], rtol=1e-5)
    assert outside.isfinite().all()


def test_gradients_reach_only_what_is_cut_out():
    pictures = torch.rand(1, 1, 64, 64, requires_grad=True)
    close_ups(pictures, torch.tensor([[[40.0, 20.0, 20.0]]])).sum().backward()
    assert pictures.grad is not None
    touched = torch.nonzero(pictures.grad[0, 0])
    assert touched.min(dim=0).values.tolist() >= [9, 29]
    assert touched.max(dim=0).values.tolist() <= [31, 51]
    assert float(pictures.grad.sum()) == pytest.approx(SIDE * SIDE, rel=1e-4)
