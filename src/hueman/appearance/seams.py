"""Body parts that overlap where a joint holds them together, so that bending tears nothing open."""

import torch
from torch import Tensor

from hueman.features.feature_map import part_masks
from hueman.features.pose import body_scale
from hueman.features.skeleton import BODY_PARTS, JOINT

JOINS = (
    ("torso", "head", "neck", 0.16),
    *(
        join
        for side in ("left", "right")
        for join in (
            ("torso", f"{side}_upper_arm", f"{side}_shoulder", 0.22),
            (f"{side}_upper_arm", f"{side}_lower_arm", f"{side}_elbow", 0.14),
            ("torso", f"{side}_upper_leg", f"{side}_hip", 0.22),
            (f"{side}_upper_leg", f"{side}_lower_leg", f"{side}_knee", 0.18),
        )
    ),
)
"""Two parts, the joint that holds them, and how far from it they share their pixels, in units of
`body_scale`."""


def overlapping_parts(parts: Tensor, pose: Tensor) -> Tensor:
    """Turn labels into masks in which neighbours share what is around their joint.

    Args:
        parts: uint8 (N, H, W), labels 0..10.
        pose: float (N, 18, 3).

    Returns:
        bool (N, 10, H, W), in the order of `BODY_PARTS`.
    """
    own = part_masks(parts) > 0
    masks = own.clone()
    rows, columns = torch.meshgrid(
        *(torch.arange(size, device=parts.device) for size in parts.shape[1:]), indexing="ij"
    )
    # Missing joints may hold anything, even NaN; nothing is near them then.
    scale = [float(body_scale(each)) for each in pose.cpu().numpy()]
    for first, second, joint, reach in JOINS:
        x, y, confidence = (each[:, None, None] for each in pose[:, JOINT[joint]].unbind(1))
        radius = reach * pose.new_tensor(scale)[:, None, None]
        near = ((columns - x) ** 2 + (rows - y) ** 2 < radius**2) & (confidence > 0)
        one, other = BODY_PARTS.index(first), BODY_PARTS.index(second)
        masks[:, one] |= own[:, other] & near
        masks[:, other] |= own[:, one] & near
    return masks
