"""The affine transformation of every body part from one pose to another (paper, section 2.3)."""

import torch
from torch import Tensor

from hueman.features.pose import BONE_SHARES
from hueman.features.skeleton import BODY_PARTS, JOINT, JOINTS, PART_JOINTS

# Weight of the prior that a part keeps its shape, as a share of the spread of its source joints.
# Eyes and ears draw together when a head turns, though the head is as large as before; a limb must
# stretch freely along its two joints.
STIFFNESS = {"head": 3.0, "torso": 0.1}
LIMB_STIFFNESS = 0.03

NECK_IN_HEAD = 0.3
"""Weight of the neck among the head's joints: it rises with the arms and the head does not."""

LARGEST_BODY_RATIO = 4.0
"""Bodies whose scales seem to differ by more than this are taken for mistaken poses."""

BODY_SCALE_QUANTILE = 0.75
"""As in `hueman.features.pose.body_scale`."""


def part_affines(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Fit an affine map for every body part, from source to target pixel coordinates.

    For the joints s of a part in the source and t in the target, weighted by their confidences,
    the linear part A minimises

        sum of w |A (s - mean s) - (t - mean t)|^2  +  stiffness * spread * |A - S|^2

    where S is the best rotation, times the ratio of the two bodies' scales (for the torso: the best
    similarity). The paper minimises the first term alone, which two joints do not determine: with
    the second, a foreshortened limb changes its length and keeps its width, a head keeps its size,
    joints that coincide do no harm, and a head that has only some of its joints still moves. The
    translation takes the mean of s to the mean of t.

    Args:
        source: float (N, 18, 3), poses with x and y in pixels and confidence 0..1; or
            (N, 10, 18, 3), another for each part.
        target: float (N, 18, 3).

    Returns:
        matrices, float32 (N, 10, 2, 3), in the order of `BODY_PARTS`; and valid, bool (N, 10):
        false where fewer than two joints of the part are present in both poses (the matrix is then
        the identity).

    Raises:
        ValueError: the poses have other shapes.
    """
    pose = len(target), len(JOINTS), 3
    if target.shape != pose or source.shape not in (pose, (pose[0], len(BODY_PARTS), *pose[1:])):
        raise ValueError(
            "poses must be (N, 18, 3) both, or the source (N, 10, 18, 3), got "
            f"{tuple(source.shape)} and {tuple(target.shape)}"
        )
    source, target = source.double(), target[:, None].double()
    source = source[:, None] if source.ndim == 3 else source  # (N, 1 or 10, 18, 3)
    shared = (source[..., 2] > 0) & (target[..., 2] > 0)
    weight = torch.where(shared, source[..., 2] * target[..., 2], 0.0)
    weight = weight * _membership(source.device)  # (N, 10, 18)
    valid = (weight > 0).sum(dim=2) >= 2
    weight = weight / weight.sum(dim=2, keepdim=True).clamp(min=1e-9)
    # Missing joints may hold anything, even NaN, and zero weight would not silence that.
    source_points = torch.where(shared[..., None], source[..., :2], 0.0)
    target_points = torch.where(shared[..., None], target[..., :2], 0.0)

    source_mean = (weight[..., None] * source_points).sum(dim=2)  # (N, 10, 2)
    target_mean = (weight[..., None] * target_points).sum(dim=2)
    source_offset = source_points - source_mean[:, :, None]  # (N, 10, 18, 2)
    target_offset = target_points - target_mean[:, :, None]
    scatter = torch.einsum("npj,npja,npjb->npab", weight, source_offset, source_offset)
    cross = torch.einsum("npj,npja,npjb->npab", weight, target_offset, source_offset)

    # A floor of a hundredth of a pixel keeps coincident joints solvable.
    spread = scatter.diagonal(dim1=2, dim2=3).sum(dim=2).clamp(min=1e-4)
    stiffness = (_stiffness(source.device) * spread)[..., None, None]
    identity = torch.eye(2, dtype=source.dtype, device=source.device)
    prior = _best_similarity(cross, spread, _body_ratio(source, target, shared))
    linear = torch.linalg.solve(
        scatter + stiffness * identity, cross + stiffness * prior, left=False
    )
    linear = torch.where(valid[..., None, None], linear, identity)
    shift = target_mean - (linear @ source_mean[..., None])[..., 0]
    return torch.cat([linear, shift[..., None]], dim=3).float(), valid


def _best_similarity(cross: Tensor, spread: Tensor, body_ratio: Tensor) -> Tensor:
    """Return the similarity nearest to the data, (N, 10, 2, 2); only the torso scales freely.

    In complex numbers the best similarity is sum(t * conj(s)) / sum(|s|^2); the cross scatter
    holds the real and the imaginary part of its numerator.
    """
    real = cross[..., 0, 0] + cross[..., 1, 1]
    imaginary = cross[..., 1, 0] - cross[..., 0, 1]
    size = torch.hypot(real, imaginary)
    undetermined = size < 1e-3 * spread
    is_torso = torch.tensor([part == "torso" for part in BODY_PARTS], device=cross.device)
    scale = torch.where(is_torso, 1 / spread, body_ratio / size.clamp(min=1e-9))
    real = torch.where(undetermined, body_ratio, real * scale)
    imaginary = torch.where(undetermined, 0.0, imaginary * scale)
    return torch.stack([real, -imaginary, imaginary, real], dim=2).unflatten(2, (2, 2))


def _body_ratio(source: Tensor, target: Tensor, shared: Tensor) -> Tensor:
    """Return `body_scale` of the target over that of the source, by the bones both have.

    Args:
        source: (N, 1 or 10, 18, 3).
        target: (N, 1, 18, 3).
        shared: bool (N, 1 or 10, 18).

    Returns:
        (N, 1 or 10).
    """
    starts = [JOINT[start] for start, _, _ in BONE_SHARES]
    ends = [JOINT[end] for _, end, _ in BONE_SHARES]
    shares = source.new_tensor([share for _, _, share in BONE_SHARES])
    seen = shared[..., starts] & shared[..., ends]
    scales = []
    for poses in (source, target):
        lengths = (poses[..., ends, :2] - poses[..., starts, :2]).norm(dim=-1)
        votes = torch.where(seen, lengths / shares, float("nan"))
        scale = votes.nanquantile(BODY_SCALE_QUANTILE, dim=-1)
        scales.append(scale.nan_to_num(1.0).clamp(min=1.0))
    return (scales[1] / scales[0]).clamp(1 / LARGEST_BODY_RATIO, LARGEST_BODY_RATIO)


def _membership(device: torch.device) -> Tensor:
    """Return how much each joint counts for each part: 0..1, (10, 18)."""
    member = torch.zeros(len(BODY_PARTS), len(JOINTS), dtype=torch.float64, device=device)
    for part, joints in enumerate(PART_JOINTS):
        member[part, list(joints)] = 1
    member[BODY_PARTS.index("head"), JOINT["neck"]] = NECK_IN_HEAD
    return member


def _stiffness(device: torch.device) -> Tensor:
    """Return the stiffness of each part, (10,)."""
    values = [STIFFNESS.get(part, LIMB_STIFFNESS) for part in BODY_PARTS]
    return torch.tensor(values, dtype=torch.float64, device=device)
