"""Several frames of a person: which of them are worth having, and which shows a part best.

A shirt hangs otherwise when its arms are up, a thigh that points at the camera is short, a hand may
be hidden. The more frames there are to choose from, the less has to be bent to fit.
"""

import torch
from torch import Tensor

from hueman.features.pose import body_scale
from hueman.features.skeleton import BODY_PARTS, JOINT, PART_JOINTS

BONES = (
    ("neck", ("nose",)), ("neck", ("left_hip", "right_hip")),
    *(
        (start, (end,))
        for start, end in (
            ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
            ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
            ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
            ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
        )
    ),
)  # fmt: skip
"""From where to where (the middle of) each part lies, in the order of `BODY_PARTS`."""

ACROSS_THE_TORSO = (
    ("neck", "left_hip"), ("neck", "right_hip"), ("left_hip", "right_hip"),
    ("left_shoulder", "right_hip"), ("right_shoulder", "left_hip"),
)  # fmt: skip
"""Where the torso is looked for beside its bone, for arms cross it anywhere."""

NEIGHBOURHOODS = tuple(
    sorted({joint for other in PART_JOINTS if set(other) & set(own) for joint in other})
    for own in PART_JOINTS
)
"""The joints of each part and of those it is joined to: how it is bent depends on them."""

HIDDEN = 0.5
"""What it costs not to see a part at all, in the unit of `part_distances`."""
STRETCHED = 0.6
"""What it costs to show a part e times as long as it is seen."""
SHORTENED = 0.3
"""What it costs if the whole body seems e times larger or smaller, as it does in a deep squat."""
SWITCHING = 0.03
"""What it costs to take a part from another frame than in the picture before: switches show."""
IMPOSSIBLE = 100.0
"""What it costs to take a part from a frame that lacks its joints."""
NO_GAIN = 1e-4
"""A frame that would show a person better by less than this shows nothing new."""

SAMPLES = 15
"""Points on a bone at which it is looked for."""


def seen_shares(parts: Tensor, pose: Tensor) -> Tensor:
    """Return how much of each part is seen, and not hidden behind another, along its bone.

    Args:
        parts: uint8 (K, H, W), labels 0..10.
        pose: float (K, 18, 3).

    Returns:
        float (K, 10) in [0, 1].
    """
    shares = []
    for label, (bone, own) in enumerate(zip(BONES, _bones(pose), strict=True), start=1):
        lines = [bone]
        if BODY_PARTS[label - 1] == "torso":
            lines += [(start, (end,)) for start, end in ACROSS_THE_TORSO]
        found = own[2]
        share = torch.stack([_seen_along(parts == label, pose, *line) for line in lines]).mean(0)
        shares.append(torch.where(found, share, 0.0))
    return torch.stack(shares, dim=1)


def part_distances(source: Tensor, target: Tensor) -> Tensor:
    """Return how differently each part and its neighbours stand in two poses, whatever way it lies.

    Args:
        source: float (K, 18, 3).
        target: float (N, 18, 3).

    Returns:
        float (N, K, 10): mean distance of the joints of `NEIGHBOURHOODS`, in units of `body_scale`,
        when the part's bone begins at the origin and points along an axis; plus the costs of a bone
        that is seen shorter than it is wanted, and of bodies that are foreshortened differently.
    """
    distances = []
    pairs = zip(_bones(source), _bones(target), NEIGHBOURHOODS, strict=True)
    scales = [
        pose.new_tensor([body_scale(each) for each in pose.cpu().numpy()])
        for pose in (source, target)
    ]
    shortened = (scales[1][:, None] / scales[0][None]).log().abs()
    for own, other, joints in pairs:
        there, here = (
            _along(pose[:, joints, :2], *bone[:2], scale)
            for pose, bone, scale in ((source, own, scales[0]), (target, other, scales[1]))
        )
        both = (source[None, :, joints, 2] > 0) & (target[:, None, joints, 2] > 0)
        apart = torch.where(both, (here[:, None] - there[None]).norm(dim=3), 0.0)
        mean = apart.sum(dim=2) / both.sum(dim=2).clamp(min=1)
        length, wanted = (
            (bone[1] - bone[0]).norm(dim=1).clamp(min=1) / scale
            for bone, scale in ((own, scales[0]), (other, scales[1]))
        )
        stretch = (wanted[:, None] / length[None]).log().clamp(min=0)
        possible = own[2][None] & other[2][:, None]
        cost = mean + STRETCHED * stretch + SHORTENED * shortened
        distances.append(torch.where(possible, cost, IMPOSSIBLE))
    return torch.stack(distances, dim=2)


def chosen_frames(parts: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """Choose from which frame each part is shown in each picture of a video.

    The choice is the cheapest way through the video (Viterbi 1967): of frames that show the part
    and in which it and its neighbours stand as is wanted, with few switches.

    Args:
        parts: uint8 (K, H, W), labels 0..10 in the frames.
        source: float (K, 18, 3), their poses.
        target: float (T, 18, 3), the poses of the video.

    Returns:
        long (T, 10), numbers of frames, in the order of `BODY_PARTS`.
    """
    costs = part_distances(source, target) + HIDDEN * (1 - seen_shares(parts, source))
    switch = SWITCHING * (1 - torch.eye(len(source)))
    total, came_from = costs[0], []
    for cost in costs[1:]:
        # (from, to, part)
        best, origin = (total[:, None] + switch[:, :, None]).min(dim=0)
        came_from.append(origin)
        total = best + cost
    path = [total.argmin(dim=0)]
    for origin in reversed(came_from):
        path.append(origin.gather(0, path[-1][None])[0])
    return torch.stack(path[::-1])


def content_frames(parts: Tensor, pose: Tensor, count: int) -> list[int]:
    """Choose frames of a clip that together show a person from many sides: the first, then others.

    Each further frame is the one that the frames already chosen can show least well, and that
    shows itself better (farthest-point sampling).

    Args:
        parts: uint8 (T, H, W), labels 0..10.
        pose: float (T, 18, 3).
        count: how many at most; a clip in which nothing moves has fewer.

    Returns:
        Numbers of frames, the first is 0.
    """
    seen = seen_shares(parts, pose)
    chosen = [0]
    nearest = part_distances(pose[:1], pose)[:, 0] + HIDDEN * (1 - seen[0])
    while len(chosen) < min(count, len(pose)):
        gain = (nearest.clamp(max=1) - HIDDEN * (1 - seen)).clamp(min=0).sum(dim=1)
        number = int(gain.argmax())
        if gain[number] <= NO_GAIN:
            break
        chosen.append(number)
        offered = part_distances(pose[number][None], pose)[:, 0] + HIDDEN * (1 - seen[number])
        nearest = torch.minimum(nearest, offered)
    return chosen


def _bones(pose: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Return for each part both ends of its bone, (N, 2) each, and whether both are known, (N,)."""
    return [_line(pose, start, ends) for start, ends in BONES]


def _line(pose: Tensor, start: str, ends: tuple[str, ...]) -> tuple[Tensor, Tensor, Tensor]:
    tips = pose[:, [JOINT[end] for end in ends]]
    found = (pose[:, JOINT[start], 2] > 0) & (tips[..., 2] > 0).all(dim=1)
    return pose[:, JOINT[start], :2], tips[..., :2].mean(dim=1), found


def _seen_along(shown: Tensor, pose: Tensor, start: str, ends: tuple[str, ...]) -> Tensor:
    """Return which share of a line, but for its ends, lies on a part's mask, (K, H, W): (K,)."""
    height, width = shown.shape[1:]
    first, last, found = _line(pose, start, ends)
    # The ends belong to the neighbours as well.
    places = torch.linspace(0.15, 0.85, SAMPLES)[None, :, None]
    points = first[:, None] + places * (last - first)[:, None]
    columns, rows = points.nan_to_num().round().long().unbind(dim=2)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    frame = torch.arange(len(shown))[:, None]
    seen = shown[frame, rows.clamp(0, height - 1), columns.clamp(0, width - 1)]
    return torch.where(found, (seen & inside).float().mean(dim=1), 0.0)


def _along(points: Tensor, start: Tensor, end: Tensor, scale: Tensor) -> Tensor:
    """Turn points (N, J, 2) so that a bone begins at the origin and points along the first axis."""
    along = end - start
    along = along / along.norm(dim=1, keepdim=True).clamp(min=1e-6)
    across = torch.stack([-along[:, 1], along[:, 0]], dim=1)
    turned = (points - start[:, None]) @ torch.stack([along, across], dim=2)
    return turned / scale[:, None, None]
