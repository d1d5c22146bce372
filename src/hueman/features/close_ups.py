"""Close-ups of the face and of the hands: small in the frame, and what people look at first.

EverybodyDanceNow (Chan et al. 2019) has a second network for the face; here a generator can be
judged by its close-ups too (`stage_two.close_up_weight`).
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from hueman.features.pose import body_scale
from hueman.features.skeleton import JOINT

SIDE = 32
"""Pixels of a close-up."""
HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
"""The head is the mean of those of them that are known."""
HEAD_WIDTH = 0.6
"""Of the square around the head, in units of `body_scale`."""
HAND_WIDTH = 0.4
"""Of the square around a hand."""
BEYOND_THE_WRIST = 0.3
"""Where a hand's middle is, in lengths from elbow to wrist beyond the wrist."""


def close_up_squares(pose: Tensor) -> Tensor:
    """Say where head, left hand and right hand are.

    Args:
        pose: float (N, 18, 3).

    Returns:
        float (N, 3, 3): x and y of the middle and the side of each square, in pixels; NaN where
        the joints are not known.
    """
    scale = pose.new_tensor([body_scale(each) for each in pose.cpu().numpy()])[:, None]
    head = pose[:, [JOINT[name] for name in HEAD]]
    known = (head[..., 2:] > 0).float()
    middle = (head[..., :2] * known).sum(dim=1) / known.sum(dim=1)  # 0 / 0 where none is known
    squares = [torch.cat([middle, HEAD_WIDTH * scale], dim=1)]
    for side in ("left", "right"):
        elbow, wrist = (pose[:, JOINT[f"{side}_{name}"]] for name in ("elbow", "wrist"))
        middle = wrist[:, :2] + BEYOND_THE_WRIST * (wrist[:, :2] - elbow[:, :2])
        unknown = (torch.minimum(elbow[:, 2:], wrist[:, 2:]) <= 0).expand(-1, 2)
        middle = middle.masked_fill(unknown, torch.nan)
        squares.append(torch.cat([middle, HAND_WIDTH * scale], dim=1))
    return torch.stack(squares, dim=1)


def close_ups(pictures: Tensor, squares: Tensor) -> Tensor:
    """Cut squares out of pictures and bring them to one size; differentiable in the pictures.

    Args:
        pictures: (N, C, H, W).
        squares: (N, K, 3), from `close_up_squares`; those that are NaN are left out. Beyond the
            frame, its border is repeated.

    Returns:
        float32 (M, C, `SIDE`, `SIDE`), of the M known ones.
    """
    height, width = pictures.shape[2:]
    number, which = torch.nonzero(~squares[..., 0].isnan(), as_tuple=True)
    x, y, side = squares[number, which].unbind(dim=1)
    steps = (torch.arange(SIDE, device=pictures.device) + 0.5) / SIDE - 0.5
    # grid_sample counts from -1 at the frame's left edge, half a pixel before its first centre.
    columns = (2 * (x[:, None] + steps * side[:, None]) + 1) / width - 1
    rows = (2 * (y[:, None] + steps * side[:, None]) + 1) / height - 1
    grid = torch.stack(torch.broadcast_tensors(columns[:, None], rows[:, :, None]), dim=3)
    # Half precision has too few digits for places in a picture.
    return F.grid_sample(
        pictures[number].float(), grid.float(), padding_mode="border", align_corners=False
    )
